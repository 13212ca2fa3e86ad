"""What people read of a case in the Temporal UI while it waits, is held, and is asked about."""

from __future__ import annotations

from datetime import date

from domain.lifecycle import CaseStage
from domain.money import Money
from domain.review import Question, ReviewKind
from workflows.case_desk import CaseDesk

ROOT = "http://127.0.0.1:18090"
PARCEL = "delivery of TN-1 等待签收"


def desk() -> CaseDesk:
    """A case of 480.00 that waits for its parcel since Monday."""
    found = CaseDesk("SO-2026-0002")
    found.stage, found.page_root = CaseStage.SHIPPED, ROOT
    found.total = found.open = Money(48000)
    found.waits_for, found.since = PARCEL, date(2026, 1, 5)
    return found


def question(what: str) -> Question:
    return Question(what, ReviewKind.CANCEL, None, what, f"{what}？", f"{what}?", Money(1))


def waits(of: CaseDesk) -> list[str]:
    """The lines that say what it waits for."""
    begin = "**Waits for 等待**: "
    return [line.removeprefix(begin) for line in of.details().split("\n") if begin in line]


def test_the_text_says_stage_amounts_what_is_waited_for_since_when_and_where_papers_are() -> None:
    assert desk().details() == (
        "**Stage 阶段**: shipped\n\n"
        "**Total 金额**: 480.00 CNY, open 未清 480.00 CNY\n\n"
        "**Waits for 等待**: delivery of TN-1 等待签收, since 2026-01-05\n\n"
        "Evidence and history 证据与经过: http://127.0.0.1:18090/cases/SO-2026-0002"
    )


def test_a_hold_hides_what_it_waits_for_and_a_resume_tells_it_again() -> None:
    held = desk()
    held.held_because = "recall"
    assert waits(held) == ["resume 等待恢复"]
    assert "**On hold 暂停**: recall" in held.details()
    held.held_because = ""
    assert waits(held) == [f"{PARCEL}, since 2026-01-05"]


def test_a_question_beside_the_life_is_told_with_its_page_and_the_life_goes_on_waiting() -> None:
    asked = desk()
    asked.asking.append((question("cancel"), True))
    assert waits(asked) == ["a decision 等待人工决定: cancel?", f"{PARCEL}, since 2026-01-05"]
    assert f"**Decide here 决定**: {ROOT}/reviews/RV-" in asked.details()


def test_a_question_that_stops_the_life_is_all_that_it_waits_for() -> None:
    asked = desk()
    asked.asking.append((question("proof"), False))
    assert waits(asked) == ["a decision 等待人工决定: proof?"]
    asked.asking.append((question("cancel"), True))
    assert waits(asked) == [
        "a decision 等待人工决定: proof?",
        "a decision 等待人工决定: cancel?",
    ]
