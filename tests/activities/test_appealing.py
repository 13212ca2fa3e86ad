"""An appeal stands on a stored decision, inside its window, and once for each version."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from activities import appealing, appeals_at_portal, portal_outcomes
from activities.appealing import appeal_chance
from activities.hand_ins import AppealHandIn
from activities.portal_journal import LastSending, last_sending
from activities.refusals import DecisionNotFound, StepOutOfOrder
from activities.world import World
from bots.portal.values import Rejected, Submitted
from domain.appeal import AppealChance, NoAppeal
from domain.facts import ClaimFacts, ClaimStart, SubmissionStatus
from domain.lifecycle import ClaimStatus
from domain.review import Question, ReviewKind
from store import claims, intents
from store.claims import ClaimView
from store.rows import FactDiffers
from tests.activities.desk import clock_of
from tests.activities.facts import CASE_NO, CLAIM_NO, claim_with_payer, decided
from tests.activities.test_portal_outcomes import listing, there
from tests.store.samples import MONDAY, TODAY, fen
from workflows import claim_questions

START = ClaimStart(CLAIM_NO, CASE_NO, "PB", 1)
LAST_DAY = date(2026, 2, 4)


def denied(world: World, payer: str = "PB", decided_on: date = TODAY) -> ClaimView:
    """A claim that the payer has denied on the first Monday."""
    claim_with_payer(world, payers=(payer,))
    with world.writing() as s:
        return claims.move_claim(
            s,
            CLAIM_NO,
            ClaimStatus.DENIED,
            key="denied:1",
            now=MONDAY,
            denial_code="D03",
            denial_text="不属于医保支付范围",
            decided_on=decided_on,
            payer_claim_no="B-1",
        )


def now(world: World) -> ClaimView:
    with world.database.reading() as s:
        return claims.claim_of(s, CLAIM_NO)


def question(world: World) -> Question:
    """What the life asks about the denial today."""
    claim = now(world)
    facts = ClaimFacts(
        CLAIM_NO,
        claim.status,
        claim.version,
        claim.billed,
        claim.shifted,
        0,
        world.today(),
        claim.denial_code,
        claim.denial_text,
        appeal_chance(world, claim),
    )
    return claim_questions.denied(START, facts)


def prepared(world: World) -> AppealHandIn:
    """An appeal that was decided on and is about to be sent."""
    claim = denied(world)
    appealing.open_appeal(world, decided(world, question(world), "appeal"))
    with world.writing() as s:
        intents.prepare_intent(
            s, payer="PB", claim_no=CLAIM_NO, version=1, kind="appeal", digest="d", now=MONDAY
        )
        for state in ("searched", "filled", "armed", "sending"):
            AppealHandIn(claim).note(s, world, state, "digest", None)
    return AppealHandIn(claim)


@pytest.mark.parametrize(
    ("today", "left", "closed"),
    [
        (TODAY, 30, None),
        (LAST_DAY, 0, None),
        (date(2026, 2, 5), -1, NoAppeal.TOO_LATE),
    ],
)
def test_a_denial_may_be_appealed_against_up_to_its_last_day(
    world: World, today: date, left: int, closed: NoAppeal | None
) -> None:
    claim = denied(world)
    clock_of(world).move_to(today)
    assert appeal_chance(world, claim) == AppealChance(LAST_DAY, left, closed)


def test_nobody_appeals_where_the_payer_says_no_window_or_before_a_denial(world: World) -> None:
    assert appeal_chance(world, denied(world, "PA")) is None
    assert appeal_chance(world, replace(now(world), payer="PB")) is not None
    before = date(2024, 12, 31)
    assert appeal_chance(world, replace(now(world), payer="PB", decided_on=before)) is None
    waiting = replace(now(world), payer="PB", status=ClaimStatus.SUBMITTED)
    assert appeal_chance(world, waiting) is None


def test_the_question_offers_the_appeal_with_its_days_and_says_why_when_it_is_over(
    world: World,
) -> None:
    denied(world)
    clock_of(world).move_to(date(2026, 1, 7))
    asked = question(world)
    assert asked.outcomes == ("correct", "appeal", "write_off")
    assert "Appeals end on 2026-02-04, 28 days left." in asked.sentence_en
    assert "可在 2026-02-04 前申诉（剩 28 天）" in asked.sentence_zh
    clock_of(world).move_to(date(2026, 2, 5))
    late = question(world)
    assert late.outcomes == ("correct", "write_off")
    assert "Appeals ended on 2026-02-04." in late.sentence_en
    assert "申诉期限已于 2026-02-04 届满" in late.sentence_zh
    assert "appeal" not in late.sentence_en.replace("Appeals ended", "")


def test_an_appeal_needs_a_stored_decision_to_appeal(world: World) -> None:
    denied(world)
    corrected = decided(world, question(world), "correct")
    with pytest.raises(DecisionNotFound, match="no decision to appeal"):
        appealing.open_appeal(world, replace(corrected, outcome="appeal"))


def test_a_decision_that_comes_after_the_last_day_opens_no_appeal(world: World) -> None:
    denied(world)
    clock_of(world).move_to(LAST_DAY)
    decision = decided(world, question(world), "appeal")
    clock_of(world).move_to(date(2026, 2, 5))
    assert appealing.open_appeal(world, decision).closed is NoAppeal.TOO_LATE
    with world.database.reading() as s, pytest.raises(StepOutOfOrder, match="decision to appeal"):
        appealing.decided_review(s, now(world), {})


def test_one_version_is_appealed_on_one_decision_only(world: World) -> None:
    denied(world)
    first = decided(world, question(world), "appeal")
    assert appealing.open_appeal(world, first) == appealing.open_appeal(world, first)
    other = decided(world, replace(question(world), natural_key="again"), "appeal")
    with pytest.raises(FactDiffers, match="appeal:CL-2026-0001-1:1"):
        appealing.open_appeal(world, other)


def test_what_a_person_wrote_goes_up_word_for_word_with_the_payer_s_number(world: World) -> None:
    prepared(world)
    with world.database.reading() as s:
        typed = appeals_at_portal.typed_appeal(s, world, now(world))
    assert (typed.claim_receipt, typed.denied_on, typed.denial_code) == ("B-1", TODAY, "D03")
    # A reason that no form knows is told as another one; the words say which.
    assert (typed.reason, typed.statement) == ("other", "as the papers say")
    assert typed.attachment is None
    assert "as the papers say" not in repr(typed)


def test_an_appeal_that_was_taken_is_waited_for_and_its_claim_no_draft(world: World) -> None:
    thing = prepared(world)
    outcome = Submitted("BS-1", None)
    facts = portal_outcomes.handed_in(world, thing, outcome, listing())
    assert (facts.status, facts.receipt_no) == (SubmissionStatus.ACKNOWLEDGED, "BS-1")
    assert now(world).status is ClaimStatus.APPEALED
    # The claim keeps its own number, and the journal has both sendings apart.
    assert now(world).payer_claim_no == "B-1"


def test_an_appeal_that_the_list_lacks_after_its_lag_may_be_sent_once_more(world: World) -> None:
    thing = prepared(world)
    with world.database.reading() as s:
        last = last_sending(s, thing)
    assert (last.state, last.attempt) == ("sending", 1)
    facts = portal_outcomes.found(world, thing, last, listing(), [], 0)
    assert facts.status is SubmissionStatus.ABSENT
    assert now(world).status is ClaimStatus.DENIED
    again = LastSending(MONDAY, 2, "sending", ())
    facts = portal_outcomes.found(world, thing, again, listing(), [there("BS-1")], 0)
    assert facts.receipt_no == "BS-1"


def test_a_refused_appeal_leaves_the_claim_denied_and_is_offered_no_second_time(
    world: World,
) -> None:
    thing = prepared(world)
    outcome = Rejected(("申诉理由不能超过500字",), "")
    facts = portal_outcomes.handed_in(world, thing, outcome, listing())
    assert (facts.status, facts.detail) == (SubmissionStatus.REJECTED, "申诉理由不能超过500字")
    chance = appeal_chance(world, now(world))
    assert chance == AppealChance(LAST_DAY, 30, NoAppeal.REFUSED, "申诉理由不能超过500字")
    assert "not taken (申诉理由不能超过500字)" in question(world).sentence_en


@pytest.mark.parametrize(
    ("status", "after", "said"),
    [
        ("approved", ClaimStatus.APPROVED, "不属于医保支付范围"),
        ("denied", ClaimStatus.DENIED, "不属于医保支付范围；申诉答复：维持原决定"),
        ("in_review", ClaimStatus.APPEALED, "不属于医保支付范围"),
    ],
)
def test_the_payer_s_answer_to_an_appeal_moves_the_claim(
    world: World, status: str, after: ClaimStatus, said: str
) -> None:
    portal_outcomes.handed_in(world, prepared(world), Submitted("BS-1", None), listing())
    row = replace(there("BS-1"), status=status, denial_code="维持原决定")
    claim = appeals_at_portal.note_answer_to_appeal(world, CLAIM_NO, row)
    assert (claim.status, claim.denial_text) == (after, said)
    assert appeals_at_portal.note_answer_to_appeal(world, CLAIM_NO, row) == claim


def test_a_dismissed_appeal_is_not_offered_again(world: World) -> None:
    portal_outcomes.handed_in(world, prepared(world), Submitted("BS-1", None), listing())
    row = replace(there("BS-1"), status="denied", denial_code="维持原决定")
    claim = appeals_at_portal.note_answer_to_appeal(world, CLAIM_NO, row)
    assert appeal_chance(world, claim) == AppealChance(LAST_DAY, 30, NoAppeal.DISMISSED)
    assert "The appeal was dismissed." in question(world).sentence_en
    assert question(world).outcomes == ("correct", "write_off")


def test_an_advice_that_pays_an_appealed_claim_needs_no_answer_any_more(world: World) -> None:
    portal_outcomes.handed_in(world, prepared(world), Submitted("BS-1", None), listing())
    with world.writing() as s:
        claims.move_claim(
            s, CLAIM_NO, ClaimStatus.REMITTED, key="remitted:R", now=MONDAY, paid=fen(120000)
        )
    row = replace(there("BS-1"), status="denied")
    claim = appeals_at_portal.note_answer_to_appeal(world, CLAIM_NO, row)
    assert claim.status is ClaimStatus.REMITTED


@pytest.mark.parametrize(
    ("outcome", "status", "after"),
    [
        ("it_is_there", SubmissionStatus.ACKNOWLEDGED, ClaimStatus.APPEALED),
        ("not_there", SubmissionStatus.ABSENT, ClaimStatus.DENIED),
    ],
)
def test_a_person_says_what_became_of_an_appeal(
    world: World, outcome: str, status: SubmissionStatus, after: ClaimStatus
) -> None:
    thing = prepared(world)
    with world.writing() as s:
        thing.note(s, world, "human", "nobody can tell", None)
    asked = Question(
        "CL:appeal_unknown:1:1",
        ReviewKind.SUBMISSION_UNKNOWN,
        CASE_NO,
        CLAIM_NO,
        "不明",
        "unknown",
        fen(120000),
    )
    decision = decided(world, asked, outcome, value="BS-1")
    assert appealing.settle_appeal(world, decision).status is status
    assert now(world).status is after
