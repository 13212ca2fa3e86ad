"""Deciding over REST: one transaction, one wake-up, and every way to be refused."""

from __future__ import annotations

import pytest
from temporalio.exceptions import TemporalError

from domain.money import Money
from domain.review import ReviewKind
from store import audit, outbox
from store.reviews import ReviewView
from tests.api.office import MONDAY, Office, answer_to

KEY = {"Idempotency-Key": "key-1"}


def path_of(review: ReviewView) -> str:
    return f"/api/reviews/{review.review_no}/decision"


async def test_a_decision_is_recorded_and_its_life_woken_at_once(office: Office) -> None:
    review = office.ask()
    async with office.program("fin-wang") as program:
        answer = await program.post(path_of(review), json=answer_to(review), headers=KEY)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["status"], told["outcome"], told["person"]) == ("decided", "correct", "fin-wang")
    assert "checked against" not in answer.text
    stored = office.review(review.review_no)
    assert stored.decision is not None
    assert stored.decision.decision_no == told["decision_no"]
    ((workflow_id, _, arg),) = office.wakes.sent
    assert (workflow_id, arg) == ("review-for-CL-2026-0001-1:denial", told["decision_no"])
    with office.database.reading() as s:
        assert outbox.due(s) == []
        (entry,) = [e for e in audit.audit_of(s, review.review_no) if e.action == "decided"]
    assert (entry.actor, review.evidence_hash in entry.detail) == ("fin-wang", True)


@pytest.mark.parametrize(
    "failure", [OSError("down"), TimeoutError(), TemporalError("x"), RuntimeError("not healthy")]
)
async def test_an_engine_that_is_away_does_not_make_the_decision_fail(
    office: Office, failure: Exception
) -> None:
    office.wakes.fails = failure
    review = office.ask()
    async with office.program("fin-wang") as program:
        answer = await program.post(path_of(review), json=answer_to(review), headers=KEY)
    assert (answer.status_code, office.review(review.review_no).state) == (200, "decided")
    with office.database.reading() as s:
        (row,) = outbox.due(s)
    assert row.arg == answer.json()["decision_no"]


async def test_the_next_commit_also_sends_what_stayed_behind(office: Office) -> None:
    office.wakes.fails = OSError("down")
    denial, unpaid = office.ask(), office.ask(ReviewKind.UNPAID)
    async with office.program("fin-wang") as program:
        await program.post(path_of(denial), json=answer_to(denial), headers=KEY)
        office.wakes.fails = None
        second = {"Idempotency-Key": "key-2"}
        await program.post(path_of(unpaid), json=answer_to(unpaid), headers=second)
    assert len(office.wakes.sent) == 2


async def test_a_life_that_refuses_does_not_keep_the_others_asleep(office: Office) -> None:
    office.wakes.refuses = "review-stubborn"
    with office.database.transaction() as s:
        outbox.put(s, workflow_id="review-stubborn", name="decided", arg="DC-0", now=MONDAY)
    review = office.ask()
    async with office.program("fin-wang") as program:
        answer = await program.post(path_of(review), json=answer_to(review), headers=KEY)
    assert [arg for _, _, arg in office.wakes.sent] == [answer.json()["decision_no"]]
    with office.database.reading() as s:
        assert [row.workflow_id for row in outbox.due(s)] == ["review-stubborn"]


async def test_a_wake_up_for_a_life_that_has_gone_is_not_sent_again(office: Office) -> None:
    office.wakes.answer = "gone"
    review = office.ask()
    async with office.program("fin-wang") as program:
        await program.post(path_of(review), json=answer_to(review), headers=KEY)
    with office.database.reading() as s:
        assert outbox.due(s) == []


async def test_the_same_key_again_gives_the_same_answer_and_one_decision(office: Office) -> None:
    review = office.ask()
    async with office.program("fin-wang") as program:
        first = await program.post(path_of(review), json=answer_to(review), headers=KEY)
        again = await program.post(path_of(review), json=answer_to(review), headers=KEY)
    assert (again.status_code, again.json()) == (200, first.json())
    assert len(office.wakes.sent) == 1


async def test_a_key_used_for_another_question_is_refused(office: Office) -> None:
    denial, unpaid = office.ask(), office.ask(ReviewKind.UNPAID)
    async with office.program("fin-wang") as program:
        await program.post(path_of(denial), json=answer_to(denial), headers=KEY)
        reused = await program.post(path_of(unpaid), json=answer_to(unpaid), headers=KEY)
    assert (reused.status_code, reused.json()["field"]) == (409, "Idempotency-Key")
    assert office.review(unpaid.review_no).state == "open"


@pytest.mark.parametrize(
    ("login", "kind", "changes", "headers", "status", "slug", "field"),
    [
        ("audit-he", "denial", {}, KEY, 403, "not-allowed", None),
        ("ops-li", "denial", {}, KEY, 403, "role-may-not-decide", None),
        ("fin-wang", "write_off", {}, KEY, 403, "role-may-not-decide", None),
        ("fin-zhao", "denial", {}, KEY, 403, "starter-may-not-decide", None),
        ("ops-li", "step_failed", {}, KEY, 403, "starter-may-not-decide", None),
        ("fin-wang", "denial", {"outcome": "pay"}, KEY, 422, "outcome-unknown", "outcome"),
        ("fin-wang", "denial", {"reason_code": ""}, KEY, 422, "reason-missing", "reason_code"),
        ("fin-wang", "denial", {"reason_code": "a b"}, KEY, 422, "reason-missing", "reason_code"),
        ("fin-wang", "denial", {"text": "  "}, KEY, 422, "reason-missing", "text"),
        ("fin-wang", "denial", {"text": "x" * 2001}, KEY, 422, "bad-input", "text"),
        ("fin-wang", "denial", {"version": 2}, KEY, 409, "evidence-changed", "evidence_hash"),
        ("fin-wang", "denial", {"evidence_hash": ""}, KEY, 409, "evidence-changed", None),
        ("fin-wang", "denial", {"version": "two"}, KEY, 422, "bad-input", "version"),
        ("fin-wang", "denial", {}, {}, 422, "key-missing", "Idempotency-Key"),
        ("fin-wang", "denial", {}, {"Idempotency-Key": "a b"}, 422, "key-missing", None),
        ("fin-wang", "submission_unknown", {}, KEY, 422, "value-missing", "value"),
        ("fin-wang", "submission_unknown", {"value": "<b>"}, KEY, 422, "value-missing", "value"),
    ],
)
async def test_a_decision_is_refused(
    office: Office,
    login: str,
    kind: str,
    changes: dict[str, object],
    headers: dict[str, str],
    status: int,
    slug: str,
    field: str | None,
) -> None:
    review = office.ask(ReviewKind(kind))
    async with office.program(login) as program:
        answer = await program.post(
            path_of(review), json=answer_to(review, **changes), headers=headers
        )
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["type"]) == (status, f"urn:huikuan:problem:{slug}")
    assert problem["status"] == status
    assert set(problem["titles"]) == {"zh", "en"}
    assert field is None or problem["field"] == field
    assert office.review(review.review_no).state == "open"
    assert office.wakes.sent == []


async def test_the_number_of_the_payer_travels_with_the_decision(office: Office) -> None:
    review = office.ask(ReviewKind.SUBMISSION_UNKNOWN)
    async with office.program("fin-wang") as program:
        body = answer_to(review, value=" PB-2026-77 ")
        answer = await program.post(path_of(review), json=body, headers=KEY)
    assert (answer.status_code, answer.json()["value"]) == (200, "PB-2026-77")


async def test_a_question_is_decided_once(office: Office) -> None:
    review = office.ask()
    async with office.program("fin-wang") as program, office.program("head-chen") as head:
        await program.post(path_of(review), json=answer_to(review), headers=KEY)
        late = await head.post(
            path_of(review),
            json=answer_to(review, outcome="write_off"),
            headers={"Idempotency-Key": "key-2"},
        )
    assert late.json()["type"] == "urn:huikuan:problem:review-already-decided"
    decided = office.review(review.review_no).decision
    assert decided is not None
    assert decided.outcome == "correct"


async def test_changed_evidence_is_refused_together_with_what_is_true_now(office: Office) -> None:
    seen = office.ask()
    office.ask(amount=Money(30000))
    async with office.program("fin-wang") as program:
        answer = await program.post(path_of(seen), json=answer_to(seen), headers=KEY)
    current = answer.json()["current"]
    assert answer.status_code == 409
    assert (current["version"], current["amount"], current["currency"]) == (2, "300.00", "CNY")
    assert current["evidence_hash"] != seen.evidence_hash


async def test_above_the_limit_two_different_people_must_agree(office: Office) -> None:
    review = office.ask(needed_approvals=2)
    async with office.program("fin-wang") as one, office.program("head-chen") as other:
        first = await one.post(path_of(review), json=answer_to(review), headers=KEY)
        assert first.json() == {"status": "second_person_needed", "review_no": review.review_no}
        assert office.wakes.sent == []
        same = await one.post(
            path_of(review), json=answer_to(review), headers={"Idempotency-Key": "key-2"}
        )
        assert same.json()["type"] == "urn:huikuan:problem:second-person-needed"
        second = await other.post(
            path_of(review), json=answer_to(review), headers={"Idempotency-Key": "key-3"}
        )
    assert second.json()["status"] == "decided"
    assert len(office.wakes.sent) == 1


async def test_the_list_filters_by_state_kind_and_who_may_decide(office: Office) -> None:
    office.ask()
    write_off = office.ask(ReviewKind.WRITE_OFF)
    async with office.program("fin-wang") as program:
        everything = (await program.get("/api/reviews")).json()
        one_kind = (await program.get("/api/reviews?kind=write_off")).json()
        mine = (await program.get("/api/reviews?mine=true")).json()
        decided = (await program.get("/api/reviews?state=decided")).json()
        wrong = [
            await program.get("/api/reviews?state=lost"),
            await program.get("/api/reviews?kind=lost"),
        ]
    assert len(everything) == 2
    assert [review["review_no"] for review in one_kind] == [write_off.review_no]
    assert [review["kind"] for review in mine] == ["denial"]
    assert decided == []
    assert [answer.status_code for answer in wrong] == [422, 422]


async def test_a_review_shows_what_a_decision_must_repeat(office: Office) -> None:
    review = office.ask()
    async with office.program("audit-he") as auditor:
        shown = (await auditor.get(f"/api/reviews/{review.review_no}")).json()
    assert (shown["version"], shown["evidence_hash"]) == (1, review.evidence_hash)
    assert (shown["amount"], shown["outcomes"]) == ("240.00", ["correct", "appeal", "write_off"])
    assert shown["due_at"] == "2026-01-10T08:00:00+08:00"
    assert "reason_text" not in shown
