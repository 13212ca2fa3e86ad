"""One case per order: opened once, moved by the table, never lived twice."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import StatementError
from sqlmodel import Session

from domain.lifecycle import CaseEvent, CaseStage, MoveNotAllowed
from domain.review import Question, ReviewKind, review_no_of
from store import cases, claims, money, reviews
from store.case_waits import Waits, waits_of
from store.database import Database
from store.rows import FactDiffers, TimeWithoutZone
from tests.store.samples import MONDAY, TODAY, fen, later, open_case, order

NO = "SO-2026-0001"


def test_the_order_comes_back_as_it_was(database: Database) -> None:
    with database.transaction() as s:
        case = open_case(s)
    with database.reading() as s:
        assert cases.order_of(s, NO) == order()
    assert (case.stage, case.payers, case.total) == (
        CaseStage.OPENED,
        ("PA", "patient"),
        fen(120000),
    )
    assert case.opened_at == MONDAY


def test_the_same_workflow_finds_its_case_again_after_a_reset(database: Database) -> None:
    with database.transaction() as s:
        open_case(s, started_by="wang.wei")
        again = cases.open_case(
            s, order(), workflow_id=f"case-{NO}", run_id="run-2", started_by=None, now=later(5)
        )
    assert (again.run_id, again.opened_at, again.started_by) == ("run-2", MONDAY, "wang.wei")


def test_another_workflow_is_told_which_one_runs_the_order(database: Database) -> None:
    with database.transaction() as s:
        open_case(s)
    with database.transaction() as s, pytest.raises(cases.CaseAlreadyRunning) as refused:
        cases.open_case(s, order(), workflow_id="mine", run_id="run-2", started_by=None, now=MONDAY)
    assert str(refused.value) == "Order SO-2026-0001 is already running as case-SO-2026-0001."


@pytest.mark.parametrize("workflow_id", [f"case-{NO}", "mine"])
def test_an_ended_case_is_not_lived_twice(database: Database, workflow_id: str) -> None:
    with database.transaction() as s:
        open_case(s)
        _cancel(s)
    with database.transaction() as s, pytest.raises(cases.CaseAlreadyClosed) as refused:
        cases.open_case(
            s, order(), workflow_id=workflow_id, run_id="run-2", started_by=None, now=MONDAY
        )
    assert refused.value.stage == CaseStage.CANCELLED


def test_every_move_is_in_the_history(database: Database) -> None:
    with database.transaction() as s:
        open_case(s)
        cases.move_case(
            s,
            NO,
            CaseEvent.LOTS_RESERVED,
            key="reserved",
            now=later(1),
            facts={"reservation_no": "RS-1"},
        )
    with database.reading() as s:
        opened, reserved = cases.history_of(s, NO)
    assert (opened.event, opened.before, opened.after) == (
        CaseEvent.ORDER_OPENED,
        None,
        CaseStage.OPENED,
    )
    assert (reserved.n, reserved.before, reserved.after) == (
        2,
        CaseStage.OPENED,
        CaseStage.RESERVED,
    )
    assert (reserved.facts, reserved.at) == ({"reservation_no": "RS-1"}, later(1))


def test_the_same_move_again_changes_nothing(database: Database) -> None:
    with database.transaction() as s:
        open_case(s)
        for _ in range(2):
            stage = cases.move_case(s, NO, CaseEvent.LOTS_RESERVED, key="reserved", now=MONDAY)
        assert len(cases.history_of(s, NO)) == 2
    assert stage is CaseStage.RESERVED


def test_a_key_stands_for_one_event_only(database: Database) -> None:
    with database.transaction() as s:
        open_case(s)
        cases.move_case(s, NO, CaseEvent.LOTS_RESERVED, key="k", now=MONDAY)
        with pytest.raises(FactDiffers):
            cases.move_case(s, NO, CaseEvent.GOODS_SHIPPED, key="k", now=MONDAY)


def test_a_move_outside_the_table_is_refused_and_leaves_no_trace(database: Database) -> None:
    with database.transaction() as s:
        open_case(s)
        with pytest.raises(MoveNotAllowed):
            cases.move_case(s, NO, CaseEvent.INVOICE_ISSUED, key="invoiced", now=MONDAY)
        assert cases.case_of(s, NO).stage == CaseStage.OPENED
        assert len(cases.history_of(s, NO)) == 1


def test_the_life_alone_does_not_cancel(database: Database) -> None:
    with database.transaction() as s:
        open_case(s)
        with pytest.raises(cases.PersonNeeded):
            cases.move_case(s, NO, CaseEvent.CASE_CANCELLED, key="cancelled", now=MONDAY)


def test_a_correction_by_hand_needs_a_reason(database: Database) -> None:
    def correct(reason: str) -> None:
        cases.move_case(
            s,
            NO,
            CaseEvent.CORRECTED_BY_HAND,
            key="corrected",
            now=MONDAY,
            actor="li.na",
            reason=reason,
        )

    with database.transaction() as s:
        open_case(s)
        with pytest.raises(cases.PersonNeeded):
            correct("")
        correct("地址有误")
        assert cases.history_of(s, NO)[1].reason == "地址有误"


def test_a_correction_done_twice_does_not_bring_an_older_order_back(database: Database) -> None:
    def correct(key: str, prepared_by: str) -> None:
        cases.replace_order(
            s, order(prepared_by=prepared_by), key=key, actor="li.na", reason="r", now=MONDAY
        )

    with database.transaction() as s:
        open_case(s)
        correct("first", "a")
        correct("second", "b")
        correct("first", "a")
        assert cases.order_of(s, NO).prepared_by == "b"


def test_an_ended_case_waits_for_nothing(database: Database) -> None:
    with database.transaction() as s:
        case = open_case(s)
        assert waits_of(s, [case]) == {NO: Waits("opened", MONDAY)}
        _cancel(s)
        ended = cases.case_of(s, NO)
        assert ended.closed_at == later(9)
        assert waits_of(s, [ended]) == {}
        assert cases.open_cases(s) == []


def test_a_case_waits_since_it_came_to_its_stage_or_for_the_person_asked_first(
    database: Database,
) -> None:
    with database.transaction() as s:
        open_case(s)
        cases.move_case(s, NO, CaseEvent.LOTS_RESERVED, key="reserved", now=later(1))
        cases.replace_order(s, order(), key="c", actor="li.na", reason="r", now=later(2))
        case = cases.case_of(s, NO)
        assert waits_of(s, [case]) == {NO: Waits("reserved", later(1))}

        for n, kind in ((3, ReviewKind.STEP_FAILED), (4, ReviewKind.CANCEL)):
            question = Question(f"{NO}:{n}", kind, NO, NO, "？", "?", fen(1))
            reviews.ask(s, question, workflow_id="r", due_at=later(9), now=later(n))
        first, second = (review_no_of(f"{NO}:{n}") for n in (3, 4))
        assert waits_of(s, [case]) == {
            NO: Waits("reserved", later(3), first, ReviewKind.STEP_FAILED)
        }
        reviews.cancel_review(s, first, "no longer", later(5))
        assert waits_of(s, [case])[NO].review_no == second
        reviews.cancel_review(s, second, "no longer", later(5))
        assert waits_of(s, [case]) == {NO: Waits("reserved", later(1))}


def test_a_kept_number_never_changes(database: Database) -> None:
    with database.transaction() as s:
        open_case(s)
        cases.keep_fact(s, NO, "invoice_no", "26110000000000000001")
        cases.keep_fact(s, NO, "invoice_no", "26110000000000000001")
        with pytest.raises(FactDiffers):
            cases.keep_fact(s, NO, "invoice_no", "26110000000000000002")
        assert cases.facts_of(s, NO) == {"invoice_no": "26110000000000000001"}


def test_a_carrier_report_that_comes_twice_is_one(database: Database) -> None:
    def report(event_id: str, kind: str, minutes: int) -> bool:
        return cases.record_delivery_event(
            s,
            carrier="SF",
            event_id=event_id,
            tracking_no="TR-1",
            order_no=NO,
            kind=kind,
            at=later(minutes),
        )

    with database.transaction() as s:
        seen = [report("e2", "delivered", 20), report("e1", "shipped", 10)]
        again = report("e2", "delivered", 20)
        assert (seen, again) == ([True, True], False)
        kinds = [event.kind for event in cases.delivery_events(s, NO)]
    assert kinds == ["shipped", "delivered"]


def test_a_case_shows_what_is_billed_paid_and_open(database: Database) -> None:
    with database.transaction() as s:
        open_case(s)
        open_case(s, "SO-2026-0002")
        for sequence, payer, billed in ((1, "PA", 100000), (2, "patient", 20000)):
            claims.draft_claim(
                s,
                claim_no=f"CL-2026-0001-{sequence}",
                case_no=NO,
                payer=payer,
                sequence=sequence,
                billed=fen(billed),
                now=MONDAY,
            )
        claims.note_claim(
            s, "CL-2026-0001-1", key="r", now=MONDAY, paid=fen(90000), adjusted=fen(10000)
        )
        money.raise_item(
            s,
            item_no="I-1",
            case_no=NO,
            payer="PA",
            kind="claim",
            amount=fen(100000),
            due_on=TODAY,
        )
        money.allocate(s, key="A-1", item_no="I-1", amount=fen(90000), why="match")
        money.record_payment(
            s, payment_no="P-1", link_no="L-1", case_no=NO, amount=fen(20000), paid_at=MONDAY
        )
        case = cases.case_of(s, NO)
        other = cases.case_of(s, "SO-2026-0002")
    assert (case.billed, case.paid, case.adjusted, case.open) == (
        fen(120000),
        fen(110000),
        fen(10000),
        fen(10000),
    )
    assert (other.billed, other.paid, other.open) == (fen(0), fen(0), fen(0))


def test_cases_are_listed_by_stage(database: Database) -> None:
    with database.transaction() as s:
        open_case(s)
        open_case(s, "SO-2026-0002")
        _cancel(s)
        assert [case.case_no for case in cases.open_cases(s)] == ["SO-2026-0002"]
        assert [case.case_no for case in cases.list_cases(s, CaseStage.CANCELLED)] == [NO]
        assert len(cases.list_cases(s)) == 2
        assert len(cases.list_cases(s, limit=1)) == 1


def test_an_unknown_case_has_no_history(database: Database) -> None:
    with database.reading() as s, pytest.raises(cases.NoSuchCase):
        cases.history_of(s, "SO-9")


def test_a_time_without_a_zone_is_not_stored(database: Database) -> None:
    with pytest.raises(StatementError) as refused, database.transaction() as s:
        cases.open_case(
            s,
            order(),
            workflow_id="case-1",
            run_id="run-1",
            started_by=None,
            now=MONDAY.replace(tzinfo=None),
        )
    assert isinstance(refused.value.orig, TimeWithoutZone)


def _cancel(s: Session) -> None:
    cases.move_case(
        s, NO, CaseEvent.CASE_CANCELLED, key="cancelled", now=later(9), actor="li.na", reason="r"
    )
