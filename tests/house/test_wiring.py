"""What is written is used: no function lives for its tests alone, and no timer is nameless."""

from __future__ import annotations

import ast
import re
from collections import Counter

from tests.house.checkout import ROOT, functions, listed, modules, nodes, shown, text_of

PRODUCT = (
    "domain",
    "workflows",
    "activities",
    "bots",
    "reconciliation",
    "connectors",
    "store",
    "engine",
    "api",
    "runtime",
)
CALLED_FROM_OUTSIDE = {
    "create_instance",
    "do_POST",
    "get_external_store_context",
    "get_serialization_context",
    "log_message",
    "process_bind_param",
    "process_result_value",
    "render_char",
}
"""Names that a library of others calls."""
READ_BY_TESTS = {
    "bank_total",
    "canary_id",
    "circuit_on",
    "claim_history",
    "compare_id",
    "find_voucher",
    "findings_of",
    "legs_of_doc",
    "note_claim",
    "notices_about",
    "pay_channel_of",
    "proofs_of",
    "runs_of",
    "told_of",
    "with_digits_read",
}
"""What tests look with, or prepare with; the product could do without."""
ENTRANCES = ("router", "app.", "_app.", "COMMANDS", "workflow.", "validator", "property", "command")


def test_no_function_of_the_product_is_called_by_tests_alone() -> None:
    """A page once showed a field that only a test ever filled."""
    files = [file for file in modules(*PRODUCT) if "migrations" not in file.parts]
    beside = [*(ROOT / "api" / "templates").glob("*.html"), ROOT / "Makefile"]
    said = Counter(
        name
        for file in (*files, *modules("bench", "scripts"), *beside)
        for name in re.findall(r"\w+", re.sub(r'"\w+",', "", text_of(file)))
    )
    unused = {
        one.name: f"{shown(file)}: {one.name}"
        for file in files
        for one in functions(file)
        if said[one.name] == 1 and not one.name.startswith("__") and not _is_entrance(one)
    }
    known = CALLED_FROM_OUTSIDE | READ_BY_TESTS
    assert set(unused) - known == set(), listed(sorted(unused.values()))
    assert known - set(unused) == set(), "is used by now: take it off the list"


def _is_entrance(one: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a framework calls it, by its decorator."""
    return any(word in ast.unparse(d) for d in one.decorator_list for word in ENTRANCES)


NAMED_BY = {
    "sleep": "summary",
    "execute_activity_method": "summary",
    "execute_child_workflow": "static_summary",
    "start_child_workflow": "static_summary",
    "take": "summary",
    "start_apart": "summary",
    "live_through": "summary",
}


def test_every_step_child_and_timer_of_a_life_says_what_it_is() -> None:
    """People read these words in the Temporal UI."""
    nameless = []
    seen: Counter[str] = Counter()
    for file in modules("workflows"):
        for call in nodes(file):
            if not isinstance(call, ast.Call):
                continue
            name = ast.unparse(call.func).rsplit(".", 1)[-1]
            given = {keyword.arg for keyword in call.keywords}
            wanted = NAMED_BY.get(name)
            if name == "wait_condition" and "timeout" in given:
                wanted = "timeout_summary"
            if wanted is None:
                continue
            seen[name] += 1
            if wanted not in given:
                nameless.append(f"{shown(file)}:{call.lineno}: {name} without {wanted}")
    assert nameless == [], listed(nameless)
    assert seen["take"] > 40
    assert seen["sleep"] == 4
    assert seen["wait_condition"] == 2
