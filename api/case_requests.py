"""What people ask of a case: start it, hold it, look again, cancel it. The life itself answers."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool

from api.parts import EngineAway, Parts
from api.problems import Problem
from engine.ids import check_order_no
from store import audit, cases

REQUESTS = ("nudge", "hold", "resume", "correct", "cancel")
REASON_NEEDED = frozenset({"hold", "correct", "cancel"})


async def start_case(parts: Parts, order_no: str, login: str) -> str:
    """Start the case and return its workflow id. Raises: NotAnOrderNo, EngineAway, ..."""
    check_order_no(order_no)
    if parts.start_case is None:
        raise EngineAway
    workflow_id = await parts.start_case(order_no, login)
    await run_in_threadpool(_note, parts, login, "case-started", order_no)
    return workflow_id


async def ask_case(parts: Parts, case_no: str, what: str, login: str, reason: str) -> None:
    """Send a request to a running case. Raises: Problem, NoSuchCase, CaseRequestRefused, ..."""
    if what not in REQUESTS:
        raise Problem(404, "not-found")
    if what in REASON_NEEDED and not reason.strip():
        raise Problem(422, "reason-missing", field="reason")
    await run_in_threadpool(_must_exist, parts, case_no)
    if parts.ask_case is None:
        raise EngineAway
    await parts.ask_case(case_no, what, login, reason.strip())
    await run_in_threadpool(_note, parts, login, f"case-{what}-asked", case_no)


def _must_exist(parts: Parts, case_no: str) -> None:
    with parts.database.reading() as s:
        cases.case_of(s, case_no)


def _note(parts: Parts, login: str, action: str, case_no: str) -> None:
    with parts.database.transaction() as s:
        audit.note(s, actor=login, action=action, subject=case_no, detail="", now=parts.clock.now())
