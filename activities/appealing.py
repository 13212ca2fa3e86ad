"""Appeals against denials: whether one may go in, and what people decided and found out."""

from __future__ import annotations

from sqlmodel import Session

from activities.claim_notes import acknowledged, note_appealed, poll_s
from activities.decisions import stored_decision
from activities.hand_ins import AppealHandIn
from activities.refusals import StepOutOfOrder
from activities.world import World
from domain.appeal import AppealChance, NoAppeal
from domain.facts import SubmissionFacts, SubmissionStatus
from domain.intent import IntentMaker
from domain.lifecycle import ClaimStatus
from domain.review import Decision
from store import claims, intents, reviews
from store.claims import ClaimView
from store.review_views import ReviewView


def appeal_fact(claim: ClaimView) -> str:
    """The name of the case fact that says which decision this version's appeal stands on."""
    return f"appeal:{claim.claim_no}:{claim.version}"


def letter_fact(claim: ClaimView) -> str:
    """The name of the case fact that holds the hash of this version's appeal letter."""
    return f"appeal_letter:{claim.claim_no}:{claim.version}"


def appeal_chance(world: World, claim: ClaimView) -> AppealChance | None:
    """Whether the denial may be appealed against today; None where nobody appeals, or it is none.

    There is one appeal for each version: what was dismissed or refused is not offered again.
    """
    if claim.status is not ClaimStatus.DENIED or claim.decided_on is None:
        return None
    rule = world.counterparties.payer(claim.payer).appeal_rule(claim.decided_on)
    if rule is None:
        return None
    until, left = rule.last_day(claim.decided_on), rule.days_left(claim.decided_on, world.today())
    with world.database.reading() as session:
        ended, told = _ended(session, claim)
    closed = ended or (NoAppeal.TOO_LATE if left < 0 else None)
    return AppealChance(until, left, closed, told)


def _ended(session: Session, claim: ClaimView) -> tuple[NoAppeal | None, str]:
    try:
        intent = intents.intent_of(session, claim.payer, claim.claim_no, claim.version, "appeal")
    except intents.NoSuchIntent:
        return None, ""
    if intent.state == "confirmed":
        return NoAppeal.DISMISSED, ""
    if intent.state != "rejected":
        return None, ""
    events = intents.intent_history(session, claim.claim_no)
    told = [e.detail for e in events if e.kind == "appeal" and e.version == claim.version]
    return NoAppeal.REFUSED, told[-1]


def open_appeal(world: World, decision: Decision) -> AppealChance:
    """Let a stored decision begin an appeal, once, while its window is open.

    Raises: DecisionNotFound, when no decision in the store allows it; StepOutOfOrder.
    """
    with world.database.reading() as session:
        review = reviews.review_of(session, decision.review_no)
        stored_decision(session, decision.review_no, "appeal")
        claim = claims.claim_of(session, review.subject)
    chance = appeal_chance(world, claim)
    if chance is None:
        raise StepOutOfOrder(claim.claim_no, "a denial to appeal against")
    if chance.closed is None:
        world.keep_fact(claim.case_no, appeal_fact(claim), review.review_no)
    return chance


def settle_appeal(world: World, decision: Decision) -> SubmissionFacts:
    """Do as a person found out about an appeal: it is there, it is not, or it was done by hand.

    Raises: DecisionNotFound.
    """
    with world.writing() as session:
        review = reviews.review_of(session, decision.review_no)
        stored = stored_decision(session, decision.review_no, decision.outcome)
        claim = claims.claim_of(session, review.subject)
        again = poll_s(world, claim.payer)
        if claim.status is not ClaimStatus.DENIED:
            # The daily comparison found it in the list before the person had answered.
            return acknowledged(claim, again)
        if stored.outcome in ("it_is_there", "done_by_hand"):
            note_appealed(session, world, claim, stored.value)
            return SubmissionFacts(SubmissionStatus.ACKNOWLEDGED, stored.value, "", again)
        thing = AppealHandIn(claim)
        thing.note(session, world, "not_sent", stored.decision_no, IntentMaker.PERSON)
    return SubmissionFacts(SubmissionStatus.ABSENT, detail="one more attempt is allowed")


def decided_review(session: Session, claim: ClaimView, known: dict[str, str]) -> ReviewView:
    """The question whose answer was to appeal. Raises: StepOutOfOrder."""
    review_no = known.get(appeal_fact(claim))
    if review_no is None:
        raise StepOutOfOrder(claim.claim_no, "the decision to appeal")
    return reviews.review_of(session, review_no)
