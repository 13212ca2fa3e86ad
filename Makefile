# `make` alone prints this help. Every command makes its own environment first.
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
HUIKUAN := .venv/bin/huikuan
ROOMS := domain workflows activities bots reconciliation connectors store engine api runtime \
	sandbox bench tests scripts
# Only the rooms that hold code: a young checkout may lack one.
PRESENT = $(foreach room,$(ROOMS),$(if $(wildcard $(room)/*.py),$(room)))
WORKERS ?= 3
# A dozen processes start here. Without byte code on disk each compiles every library anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup environment demo test check bench faults replay up down clean

help: ## this help
	@echo "Huikuan: one order, from the ERP to reconciled money"
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  make demo ONCE=1   ends by itself, with status 0 only if every invariant holds"
	@echo "  make test WORKERS=4 runs the tests in four processes"

setup: ## make .venv from the lock file, find or install a browser
	@sh scripts/setup.sh

environment:
	@sh scripts/setup.sh --no-browser

demo: setup ## the whole life of every sample order, on a real Temporal server; Ctrl-C ends it
	@$(HUIKUAN) demo $(if $(filter-out 0 no,$(ONCE)),--once)

test: setup ## every test, the slow ones too (browser, Temporal, PostgreSQL)
	@$(PYTHON) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

check: environment ## format, lint, types, import contracts, house rules, fast tests; a minute
	@sh scripts/check.sh $(PRESENT)

bench: setup ## measure cases, bots, matching, posting, documents against peers; writes bench/results/
	@$(PYTHON) -m pip install -qq --disable-pip-version-check --require-hashes -r bench/peers.lock
	@$(PYTHON) -m bench
	@$(PYTHON) -m bench.portals
	@$(PYTHON) -m bench.matching
	@$(PYTHON) -m bench.posting
	@$(PYTHON) -m bench.risk
	@$(PYTHON) -m bench.documents

faults: setup ## kill the portal bots at every moment; fails on one claim twice or lost
	@$(PYTHON) -m tests.faults.portals $(FAULTS)

replay: environment ## replay every recorded history against the code as it is
	@$(PYTHON) -m pytest tests/replay

up: setup ## Temporal, API, workers and sandbox in the background; state below var/
	@$(HUIKUAN) up

down: ## stop what `make up` started; state stays
	@if [ -x $(HUIKUAN) ]; then $(HUIKUAN) down; fi

clean: down ## forget all state: var/ and every cache; .venv stays
	rm -rf var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
