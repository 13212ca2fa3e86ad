"""A decision is one row made under every check, or it is nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import Session

from domain.review import Decision, ReviewKind, Role
from store import audit, cases, outbox, reviews
from store.database import Database
from store.people import PersonView
from store.rows import FactDiffers
from tests.store.samples import MONDAY, later, open_case, order, person, question


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    """A transaction with a case that wang.wei started and erp.clerk prepared."""
    with database.transaction() as session:
        open_case(session, started_by="wang.wei")
        yield session


def test_a_decision_is_kept_with_its_trail_and_its_wake_up(s: Session) -> None:
    review = _ask(s)
    decision = _decide(s, review, _finance(s), value="L-2")
    assert decision is not None
    assert (decision.outcome, decision.person, decision.reason_code, decision.value) == (
        "correct",
        "li.na",
        "missing_lot",
        "L-2",
    )
    assert reviews.load_decision(s, review.review_no, decision.decision_no) == decision
    decided = reviews.review_of(s, review.review_no)
    assert (decided.state, decided.decided_at, decided.reason_text) == (
        "decided",
        later(1),
        "批号漏填",
    )
    (wake,) = outbox.due(s)
    assert (wake.workflow_id, wake.name, wake.arg) == (
        "claim-CL-2026-0001-1",
        "decided",
        decision.decision_no,
    )
    trail = audit.audit_of(s, review.review_no)
    assert [entry.action for entry in trail] == ["approved", "decided"]
    assert review.evidence_hash in trail[1].detail


def test_the_same_click_twice_is_one_decision(s: Session) -> None:
    review = _ask(s)
    first, again = _decide(s, review, _finance(s)), _decide(s, review, _finance(s))
    assert first == again
    assert len(outbox.due(s)) == 1


def test_an_idempotency_key_stands_for_one_answer(s: Session) -> None:
    review = _ask(s)
    _decide(s, review, _finance(s))
    with pytest.raises(FactDiffers):
        _decide(s, review, _finance(s), outcome="write_off")


def test_a_decided_review_is_not_decided_again(s: Session) -> None:
    review = _ask(s)
    _decide(s, review, _finance(s))
    with pytest.raises(reviews.ReviewAlreadyDecided):
        _decide(s, review, _finance(s), idempotency_key="click-2")


def test_a_withdrawn_review_is_not_decided(s: Session) -> None:
    review = _ask(s)
    reviews.cancel_review(s, review.review_no, "x", later(1))
    with pytest.raises(reviews.ReviewAlreadyDecided):
        _decide(s, review, _finance(s))


@pytest.mark.parametrize("role", [Role.OPS, Role.AUDITOR])
def test_a_role_without_a_say_does_not_decide(s: Session, role: Role) -> None:
    with pytest.raises(reviews.RoleMayNotDecide):
        _decide(s, _ask(s), person(s, "sun.qi", role))


@pytest.mark.parametrize("login", ["wang.wei", "erp.clerk", " WANG.wei "])
def test_whoever_started_or_prepared_the_case_does_not_decide(s: Session, login: str) -> None:
    with pytest.raises(reviews.StarterMayNotDecide):
        _decide(s, _ask(s), person(s, login, Role.FINANCE_HEAD))


def test_whoever_prepared_a_correction_does_not_decide(s: Session) -> None:
    corrected = order(prepared_by="Zhou.Min")
    for _ in range(2):
        cases.replace_order(
            s, corrected, key="corrected:1", actor="li.na", reason="addr", now=MONDAY
        )
    with pytest.raises(reviews.StarterMayNotDecide):
        _decide(s, _ask(s), person(s, "zhou.min", Role.FINANCE))
    assert len(cases.history_of(s, "SO-2026-0001")) == 2


def test_whoever_started_a_case_again_does_not_decide(s: Session) -> None:
    open_case(s, started_by="zhou.min")
    for login in ("zhou.min", "wang.wei"):
        with pytest.raises(reviews.StarterMayNotDecide):
            _decide(s, _ask(s), person(s, login, Role.FINANCE))


def test_an_answer_must_be_one_of_the_question(s: Session) -> None:
    with pytest.raises(reviews.OutcomeUnknown):
        _decide(s, _ask(s), _finance(s), outcome="approve")


@pytest.mark.parametrize("missing", [{"reason_code": " "}, {"text": ""}])
def test_a_decision_needs_a_reason(s: Session, missing: dict[str, str]) -> None:
    with pytest.raises(reviews.ReasonMissing):
        _decide(s, _ask(s), _finance(s), **missing)


@pytest.mark.parametrize("seen", [{"version": 2}, {"evidence_hash": "0" * 64}])
def test_only_what_was_shown_is_decided(s: Session, seen: dict[str, Any]) -> None:
    with pytest.raises(reviews.EvidenceChanged):
        _decide(s, _ask(s), _finance(s), **seen)


def test_a_page_opened_before_the_evidence_changed_is_refused(s: Session) -> None:
    old = _ask(s)
    reviews.ask(
        s,
        question(evidence=("bb" * 32,)),
        workflow_id="claim-CL-2026-0001-1",
        due_at=later(60),
        now=MONDAY,
    )
    with pytest.raises(reviews.EvidenceChanged):
        _decide(s, old, _finance(s))
    assert outbox.due(s) == []


def test_a_refused_decision_leaves_no_trace(s: Session) -> None:
    review = _ask(s)
    with pytest.raises(reviews.OutcomeUnknown):
        _decide(s, review, _finance(s), outcome="approve")
    assert reviews.decision_of(s, review.review_no) is None
    assert audit.audit_of(s, review.review_no) == []
    assert outbox.due(s) == []


def test_two_approvals_come_from_two_persons(s: Session) -> None:
    review = _ask(s, needed_approvals=2)
    assert _decide(s, review, _finance(s)) is None
    assert reviews.review_of(s, review.review_no).approvals == ("li.na",)
    assert outbox.due(s) == []
    with pytest.raises(reviews.SecondPersonNeeded):
        _decide(s, review, _finance(s), idempotency_key="click-2")
    decision = _decide(s, review, _head(s), idempotency_key="click-3")
    assert decision is not None
    assert decision.person == "chen.fang"
    # The first person's page asks again with its own key: nothing further happens.
    assert _decide(s, review, _finance(s)) is None
    assert len(outbox.due(s)) == 1


def test_two_different_answers_decide_nothing(s: Session) -> None:
    review = _ask(s, needed_approvals=2)
    _decide(s, review, _finance(s))
    assert _decide(s, review, _head(s), outcome="write_off", idempotency_key="c2") is None
    asked_anew = reviews.review_of(s, review.review_no)
    assert (asked_anew.version, asked_anew.approvals) == (2, ("chen.fang",))
    with pytest.raises(reviews.EvidenceChanged):
        _decide(s, review, _finance(s), idempotency_key="c3")
    decision = _decide(s, asked_anew, _finance(s), outcome="write_off", idempotency_key="c4")
    assert decision is not None
    assert decision.outcome == "write_off"


def test_who_approved_first_finds_the_question_no_longer_in_the_inbox(s: Session) -> None:
    review = _ask(s, needed_approvals=2)
    _decide(s, review, _finance(s))
    assert reviews.inbox(s, person=_finance(s)) == []
    assert len(reviews.inbox(s, person=_head(s))) == 1


@pytest.mark.parametrize("decision_no", ["DC-000000000000", ""])
def test_a_forged_decision_number_loads_nothing(s: Session, decision_no: str) -> None:
    review = _ask(s)
    _decide(s, review, _finance(s))
    assert reviews.load_decision(s, review.review_no, decision_no) is None


def test_a_decision_of_another_review_loads_nothing(s: Session) -> None:
    review = _ask(s)
    decision = _decide(s, review, _finance(s))
    assert decision is not None
    other = reviews.ask(s, question("k2"), workflow_id="w", due_at=later(60), now=MONDAY)
    assert reviews.load_decision(s, other.review_no, decision.decision_no) is None


def test_a_question_outside_any_case_has_no_starter(s: Session) -> None:
    asked = reviews.ask(
        s,
        question("k3", ReviewKind.DOCUMENT_REFUSED, case_no=None),
        workflow_id="collect-2026-01-05",
        due_at=later(60),
        now=MONDAY,
    )
    starter = person(s, "wang.wei", Role.FINANCE)
    assert _decide(s, asked, starter, outcome="dismiss") is not None


def _ask(s: Session, needed_approvals: int = 1) -> reviews.ReviewView:
    return reviews.ask(
        s,
        question(),
        workflow_id="claim-CL-2026-0001-1",
        due_at=later(60),
        now=MONDAY,
        needed_approvals=needed_approvals,
    )


def _finance(s: Session) -> PersonView:
    return person(s, "li.na", Role.FINANCE)


def _head(s: Session) -> PersonView:
    return person(s, "chen.fang", Role.FINANCE_HEAD)


def _decide(
    s: Session, review: reviews.ReviewView, who: PersonView, **other: Any
) -> Decision | None:
    arguments: dict[str, Any] = {
        "outcome": "correct",
        "reason_code": "missing_lot",
        "text": "批号漏填",
        "version": review.version,
        "evidence_hash": review.evidence_hash,
        "idempotency_key": "click-1",
    }
    return reviews.decide(
        s, review_no=review.review_no, person=who, now=later(1), **(arguments | other)
    )
