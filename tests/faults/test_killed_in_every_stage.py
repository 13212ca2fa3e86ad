"""SIGKILL to workers and to Temporal in the middle of each stage: each effect exists once."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from domain.facts import AccountDay, CollectDay
from engine.ids import collect_id, reconcile_id
from engine.queues import BOTS, CASES, DOCUMENTS
from sandbox.lives import pays, script
from sandbox.scenarios import seeds
from tests.faults.processes import HouseOfProcesses, hang, house_of_processes, orders
from workflows.collect_statements import CollectStatements
from workflows.reconcile_day import ReconcileDay

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

AT_THE_PORTAL = ("SO-2026-0026", "SO-2026-0028")
DELIVERED_TOGETHER = (
    "SO-2026-0025", "SO-2026-0027", "SO-2026-0029", "SO-2026-0002", "SO-2026-0014",
)  # fmt: skip
BEGUN_LATER = ("SO-2026-0003", "SO-2026-0017", "SO-2026-0020", "SO-2026-0021")
WITH_A_DOSSIER_CUT_OFF = "SO-2026-0001"
ALL = sorted((*AT_THE_PORTAL, *DELIVERED_TOGETHER, *BEGUN_LATER, WITH_A_DOSSIER_CUT_OFF))


def quick_seeds() -> dict[str, dict[str, Any]]:
    """Everybody decides within a day, so that many orders pass the same stage together."""
    found = seeds()
    for order_no in ALL:
        found["carrier"]["scripts"][order_no] |= {"ends_after_days": 1, "ends": "delivered"}
    for order_no in (*DELIVERED_TOGETHER, *BEGUN_LATER):
        found["payer_a"]["scripts"][order_no] = script(pays(decide=1))
    found["payer_b"]["scripts"][WITH_A_DOSSIER_CUT_OFF] = script(pays(patient="72.00", decide=1))
    return found


async def start(here: HouseOfProcesses, *order_nos: str) -> None:
    for order_no in order_nos:
        await here.start(order_no)


async def kill_from_the_start_to_the_claim(here: HouseOfProcesses) -> None:
    """Monday and Tuesday: eleven steps hang, one in each stage up to the claim."""
    await here.morning(0)
    await start(here, *AT_THE_PORTAL)
    await here.conductor.settle()
    # Delivered two hours later, so that these two are in the middle of a form by then.
    here.pass_outside(0, hours=2)
    await start(here, *DELIVERED_TOGETHER)
    await here.conductor.settle()
    shipments = here.held_by("carrier")["shipments"]
    parcel = {row["order_no"]: row["tracking_no"] for row in shipments}[DELIVERED_TOGETHER[0]]

    form = [hang("POST /claims/new/lines"), hang("POST /claims/new/submit", "hang_after_commit")]
    here.sandbox["payer_b"].put("faults", form)
    here.pass_outside(1)
    await here.until_under_way(*["hand_in_at_portal"] * 2)

    hang_up_to_the_claim(here, parcel)
    await start(here, *BEGUN_LATER)
    here.pass_outside(1, hours=4)
    await here.until_under_way(
        "open_case",
        "reserve_lots",
        *["ship_goods"] * 2,
        "receive_delivery",
        *["issue_invoice"] * 3,
        "submit_claim",
        *["hand_in_at_portal"] * 2,
    )
    here.kill(CASES)
    here.kill(BOTS)


def hang_up_to_the_claim(here: HouseOfProcesses, parcel: str) -> None:
    """One call of each kind is taken; nearly all are done, too, and none is answered."""
    here.sandbox["erp"].put(
        "faults",
        [
            hang(f"GET /orders/{BEGUN_LATER[0]}"),
            hang("POST /reservations", "hang_after_commit"),
            hang("POST /goods-issues", "hang_after_commit"),
            hang("POST /invoices", "hang_after_commit"),
            hang("POST /vouchers", "hang_after_commit"),
        ],
    )
    proof = hang(f"GET /shipments/{parcel}/proof-of-delivery")
    here.sandbox["carrier"].put("faults", [proof, hang("POST /shipments", "hang_after_commit")])
    here.sandbox["tax"].put("faults", [hang("POST /invoices", "hang_after_commit")])
    here.sandbox["payer_a"].put("faults", [hang("POST /claims", "hang_after_commit")])


async def kill_while_documents_are_read(here: HouseOfProcesses) -> None:
    """Thursday: a fetch is cut off, then a dossier, an advice and a reconciliation together."""
    await here.morning(2)
    await start(here, WITH_A_DOSSIER_CUT_OFF)
    await here.conductor.settle()
    documents = here.worker(DOCUMENTS).pid
    os.kill(documents, signal.SIGSTOP)
    here.pass_outside(3, hours=6)
    # First the dossier, for the advices would take every place of this queue.
    await here.until_under_way("build_dossier")
    here.sandbox["bank"].put("faults", [hang("GET /accounts/BA-01/statements")])
    day = here.conductor.now.date()
    await here.client.start_workflow(
        CollectStatements.run, CollectDay(day), id=collect_id(day), task_queue=CASES
    )
    await here.until_under_way("collect_from_api")
    here.kill(CASES)
    # A worker that stands still loses its steps after ten seconds, and takes them up again later.
    await here.until_waited_for("book_document")
    with here.writing_takes_long():
        os.kill(documents, signal.SIGCONT)
        await here.client.start_workflow(
            ReconcileDay.run,
            AccountDay("BA-02", day),
            id=reconcile_id("BA-02", day),
            task_queue=CASES,
        )
        await here.until_under_way("book_document", "match_account")
        # A moment more, and each stands before its first write.
        await asyncio.sleep(0.5)
        here.kill(CASES)
        here.kill(DOCUMENTS)
    # The dossier may have lost its worker twice by now: its new try is seconds away, and must not
    # fall on the next day.
    await here.until_handed_in(WITH_A_DOSSIER_CUT_OFF)
    here.day = 3


async def kill_while_money_is_collected(here: HouseOfProcesses) -> None:
    """Saturday: link made and voucher posted, unheard; Temporal itself is killed as well."""
    await here.live_until(4)
    await here.morning(5)
    here.pass_outside(5, hours=8)
    here.sandbox["pay_channel"].put("faults", [hang("POST /payment-links", "hang_after_commit")])
    here.sandbox["erp"].put("faults", [hang("POST /vouchers", "hang_after_commit")])
    day = here.conductor.now.date()
    await here.client.start_workflow(
        CollectStatements.run, CollectDay(day), id=collect_id(day), task_queue=CASES
    )
    await here.client.get_workflow_handle(collect_id(day)).result()
    await here.client.start_workflow(
        ReconcileDay.run, AccountDay("BA-01", day), id=reconcile_id("BA-01", day), task_queue=CASES
    )
    await here.until_under_way("request_patient_share", "settle_case")
    here.kill(CASES)
    here.kill_the_server()


async def test_workers_and_a_server_killed_in_every_stage_lose_and_double_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house_of_processes(tmp_path, monkeypatch, quick_seeds()) as here:
        await kill_from_the_start_to_the_claim(here)
        await kill_while_documents_are_read(here)
        await kill_while_money_is_collected(here)
        await here.live_until(9)

        assert {order_no: here.stage(order_no) for order_no in ALL} == dict.fromkeys(ALL, "closed")
        assert here.inbox() == []
        erp = here.held_by("erp")
        assert orders(erp["reservations"]) == ALL
        assert len(erp["goods_issues"]) == len(ALL)
        assert orders(erp["invoices"]) == ALL
        assert sorted(row["key"] for row in erp["vouchers"]) == sorted(
            f"{what}:{order_no}" for what in ("close", "invoice") for order_no in ALL
        )
        assert orders(here.held_by("carrier")["shipments"]) == ALL
        assert orders(here.held_by("tax")["invoices"]) == ALL
        at_the_portal = sorted((*AT_THE_PORTAL, WITH_A_DOSSIER_CUT_OFF))
        assert orders(here.held_by("payer_b")["claims"]) == at_the_portal
        assert orders(here.held_by("payer_a")["claims"]) == sorted(
            (*DELIVERED_TOGETHER, *BEGUN_LATER)
        )
        links = here.held_by("pay_channel")["payment_links"]
        assert orders(links) == [WITH_A_DOSSIER_CUT_OFF]
        await here.books_are_sound()
