"""Asking, reminding, withdrawing, and whose work a question is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session

from domain.review import ReviewKind, Role, review_no_of
from store import audit, reviews
from store.database import Database
from tests.store.samples import MONDAY, later, open_case, person, question


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    """A transaction with a case that wang.wei started."""
    with database.transaction() as session:
        open_case(session, started_by="Wang.Wei")
        yield session


def test_asking_twice_is_one_question(s: Session) -> None:
    first, again = ask(s), ask(s)
    assert first == again
    assert first.review_no == review_no_of("claim-CL-2026-0001-1/denied")
    assert (first.outcomes, first.state, first.version) == (
        ("correct", "appeal", "write_off"),
        "open",
        1,
    )
    assert first.roles == frozenset({Role.FINANCE, Role.FINANCE_HEAD})


def test_only_the_answers_that_a_question_offers_may_be_given(s: Session) -> None:
    offered = replace(question(), outcomes=("correct", "write_off"))
    narrow = reviews.ask(s, offered, workflow_id="w", due_at=later(60), now=MONDAY)
    assert narrow.outcomes == ("correct", "write_off")
    with pytest.raises(reviews.OutcomeUnknown):
        reviews.decide(
            s,
            review_no=narrow.review_no,
            person=person(s, "li.na", Role.FINANCE),
            outcome="appeal",
            reason_code="mistaken",
            text="the payer is mistaken",
            version=narrow.version,
            evidence_hash=narrow.evidence_hash,
            idempotency_key="click-1",
            now=later(3),
        )
    strange = replace(question("k2"), outcomes=("correct", "forget"))
    with pytest.raises(reviews.OutcomeUnknown):
        reviews.ask(s, strange, workflow_id="w", due_at=later(60), now=MONDAY)


def test_leaving_an_answer_out_is_another_question_and_offering_all_is_the_same(
    s: Session,
) -> None:
    first = ask(s)
    narrow = replace(question(evidence=("aa" * 32,)), outcomes=("correct", "write_off"))
    changed = reviews.ask(s, narrow, workflow_id="review-1", due_at=later(600), now=MONDAY)
    assert (changed.version, changed.outcomes) == (2, ("correct", "write_off"))
    # What an open question was before answers could be left out, it still is.
    assert first.evidence_hash == "a340a864cf622be70f907e8ea260f02dba347a869456ed5f5157c9e4d2ca6a4d"


def test_other_evidence_makes_the_next_version(s: Session) -> None:
    first = ask(s)
    changed = ask(s, evidence=("bb" * 32,))
    assert (changed.version, changed.evidence) == (2, ("bb" * 32,))
    assert changed.evidence_hash != first.evidence_hash
    (entry,) = audit.audit_of(s, first.review_no)
    assert first.evidence_hash in entry.detail


def test_a_reminder_is_counted_while_the_question_is_open(s: Session) -> None:
    no = ask(s).review_no
    assert reviews.remind(s, no, later(1)).reminders == 1
    reviews.cancel_review(s, no, "case cancelled", later(2))
    assert reviews.remind(s, no, later(3)).reminders == 1


def test_a_late_work_order_is_handed_on_once_and_not_a_second_early(s: Session) -> None:
    no = ask(s, owner="finance").review_no
    early = reviews.escalate(s, no, "finance_head", later(600) - timedelta(seconds=1))
    assert (early.owner, early.escalated_at) == ("finance", None)
    late = reviews.escalate(s, no, "finance_head", later(600))
    assert (late.owner, late.escalated_at) == ("finance_head", later(600))
    again = reviews.escalate(s, no, "finance_head", later(700))
    assert again.escalated_at == later(600)
    assert [entry.detail for entry in audit.audit_of(s, no)] == [
        "from finance to finance_head, due 2026-01-05 10:00 UTC"
    ]


def test_a_question_that_is_asked_again_is_its_first_owner_s_again(s: Session) -> None:
    no = ask(s, owner="finance").review_no
    reviews.escalate(s, no, "finance_head", later(600))
    reviews.cancel_review(s, no, "terminated", later(601))
    assert reviews.escalate(s, no, "finance_head", later(602)).state == "cancelled"
    again = ask(s, owner="finance")
    assert (again.owner, again.escalated_at) == ("finance", None)


def test_a_withdrawn_question_is_in_no_inbox(s: Session) -> None:
    no = ask(s).review_no
    withdrawn = reviews.cancel_review(s, no, "case cancelled", later(2))
    assert (withdrawn.state, withdrawn.cancelled_why) == ("cancelled", "case cancelled")
    assert reviews.inbox(s) == []


def test_a_withdrawn_question_that_is_asked_again_is_open_again_and_a_decided_one_is_not(
    s: Session,
) -> None:
    no = ask(s).review_no
    reviews.cancel_review(s, no, "case terminated", later(2))
    again = ask(s)
    assert (again.review_no, again.state, again.version) == (no, "open", 2)
    assert (again.cancelled_why, again.decided_at) == ("", None)
    assert [review.review_no for review in reviews.inbox(s)] == [no]
    reviews.decide(
        s,
        review_no=no,
        person=person(s, "li.na", Role.FINANCE),
        outcome="correct",
        reason_code="D01",
        text="the proof was missing",
        value="",
        version=again.version,
        evidence_hash=again.evidence_hash,
        idempotency_key="click-1",
        now=later(3),
    )
    assert ask(s).state == "decided"


def test_a_withdrawn_question_stays_so_for_whoever_found_it_open_before(s: Session) -> None:
    """Told by the row under its lock: another transaction may withdraw it at the last moment."""
    found = replace(question(), only_if_open=True)
    no = ask(s).review_no
    stays = reviews.ask(s, found, workflow_id="w", due_at=later(60), now=later(1))
    assert (stays.state, stays.version) == ("open", 1)

    reviews.cancel_review(s, no, "the life that asked has ended", later(2))

    put_again = reviews.ask(s, found, workflow_id="w", due_at=later(60), now=later(3))
    assert (put_again.state, put_again.version) == ("cancelled", 1)
    assert put_again.cancelled_why == "the life that asked has ended"


def test_an_inbox_holds_only_what_its_person_may_decide(s: Session) -> None:
    denial = ask(s)
    reviews.ask(s, question("k2", ReviewKind.CANCEL), workflow_id="w", due_at=later(60), now=MONDAY)
    expected = {
        ("zhao.lei", Role.OPS): 0,
        ("li.na", Role.FINANCE): 1,
        ("chen.fang", Role.FINANCE_HEAD): 2,
        ("sun.audit", Role.AUDITOR): 0,
        ("wang.wei", Role.FINANCE_HEAD): 0,
    }
    for (login, role), count in expected.items():
        assert len(reviews.inbox(s, person=person(s, login, role))) == count, login
    kinds = reviews.inbox(s, kinds=[ReviewKind.DENIAL])
    assert [review.review_no for review in kinds] == [denial.review_no]


def test_the_most_urgent_question_comes_first(s: Session) -> None:
    ask(s)
    urgent = reviews.ask(s, question("k2"), workflow_id="w", due_at=later(30), now=MONDAY)
    assert reviews.inbox(s)[0] == urgent


def test_the_questions_of_a_case_stay_with_it(s: Session) -> None:
    no = ask(s).review_no
    reviews.cancel_review(s, no, "x", later(1))
    assert [review.review_no for review in reviews.reviews_of_case(s, "SO-2026-0001")] == [no]


def test_an_unknown_review_is_not_shown(s: Session) -> None:
    with pytest.raises(reviews.NoSuchReview):
        reviews.review_of(s, "RV-9")


def ask(
    s: Session, evidence: tuple[str, ...] = ("aa" * 32,), *, owner: str = ""
) -> reviews.ReviewView:
    """Ask about the denied claim."""
    return reviews.ask(
        s,
        question(evidence=evidence),
        workflow_id="review-1",
        due_at=later(600),
        now=MONDAY,
        owner=owner,
    )
