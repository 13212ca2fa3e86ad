"""Filing windows: whether a claim may still go in, who let a late one pass, which ones hurry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlmodel import Session

from activities.decisions import stored_decision
from activities.refusals import DecisionNotFound
from activities.world import World
from domain.filing import NOT_HANDED_IN, ClaimToFile, late_key, warning, warning_key
from domain.lifecycle import CaseStage
from domain.order import PATIENT, claim_no_of
from domain.review import Decision, Question, ReviewKind, review_no_of
from engine.ids import review_id
from store import case_facts, cases, claims, outbox, reviews
from store.case_views import CaseView
from store.claims import ClaimView
from store.reviews import NoSuchReview

_DELIVERED = frozenset({CaseStage.DELIVERED, CaseStage.INVOICED, CaseStage.CLAIMING})


def filed_by(session: Session, world: World, case_no: str, payer: str) -> date | None:
    """The last day on which this payer takes a claim of this case, counted from its delivery.

    None before the goods are delivered, and where the payer's profile has no window for that day.
    """
    known = case_facts.facts_of(session, case_no)
    if "delivered_on" not in known:
        return None
    delivered_on = date.fromisoformat(known["delivered_on"])
    rule = world.counterparties.payer(payer).filing_rule(delivered_on)
    return None if rule is None else rule.last_day(delivered_on)


def window_over(session: Session, world: World, claim: ClaimView) -> date | None:
    """The window's last day when it is over and no person has let this version go in all the same.

    To be asked in the very step that sends: days may pass between two steps.
    """
    last_day = filed_by(session, world, claim.case_no, claim.payer)
    if last_day is None or world.today() <= last_day:
        return None
    is_let_in = _late_fact(claim) in case_facts.facts_of(session, claim.case_no)
    return None if is_let_in else last_day


def let_late_in(world: World, decision: Decision) -> None:
    """Let the version that a stored decision is about be handed in although it is late.

    Raises: DecisionNotFound, when no decision in the store allows it.
    """
    with world.writing() as session:
        review = reviews.review_of(session, decision.review_no)
        stored_decision(session, decision.review_no, "hand_in")
        if review.kind is not ReviewKind.FILING_LATE:
            raise DecisionNotFound(decision.review_no, "hand in")
        claim = claims.claim_of(session, review.subject)
        case_facts.keep_fact(session, claim.case_no, _late_fact(claim), review.review_no)


def _late_fact(claim: ClaimView) -> str:
    return f"filed_late:{claim.claim_no}:{claim.version}"


def warnings(world: World) -> list[Question]:
    """What ops is to be told today: each claim that is not in and has few working days left.

    Those that somebody has seen to already, those that were found too late and asked about, and
    those whose write-off waits for its approval are left to that.
    One whose last day is past is told of all the same: only the step that sends asks what becomes
    of it, and while a case is on hold, or a claim waits for a person, no such step is taken.
    """
    with world.database.reading() as session:
        given_up = {one.subject for one in reviews.inbox(session, kinds=[ReviewKind.WRITE_OFF])}
        found = [
            (claim, last_day)
            for case in cases.open_cases(session)
            for claim in _to_file(session, case)
            if claim.claim_no not in given_up
            and (last_day := filed_by(session, world, claim.case_no, claim.payer)) is not None
            and _hurries(world, last_day)
        ]
        return [
            warning(claim, last_day)
            for claim, last_day in found
            if _state(session, late_key(claim.claim_no, claim.version)) not in ("open", "decided")
            and _state(session, warning_key(claim.claim_no, claim.version)) != "decided"
        ]


def _to_file(session: Session, case: CaseView) -> Iterator[ClaimToFile]:
    """The claim whose turn it is; a next payer's begins when the one before has answered."""
    if case.stage not in _DELIVERED:
        return
    drafted = claims.claims_of(session, case.case_no)
    for claim in drafted:
        if claim.status in NOT_HANDED_IN:
            yield ClaimToFile(
                claim.claim_no, case.case_no, claim.payer, claim.version, claim.billed
            )
    first = case.payers[0]
    if not drafted and first != PATIENT:
        yield ClaimToFile(claim_no_of(case.case_no, 1), case.case_no, first, 1, case.total)


def _hurries(world: World, last_day: date) -> bool:
    left = world.calendar.working_days_since(world.today(), last_day)
    return left <= world.counterparties.own.filing_warning_days


def _state(session: Session, natural_key: str) -> str:
    """How a question stands, "" when it was never asked."""
    try:
        return reviews.review_of(session, review_no_of(natural_key)).state
    except NoSuchReview:
        return ""


def is_handed_in(session: Session, question: Question) -> bool:
    """Whether a warning has lost its point: the version is in, or given up, or another's turn."""
    try:
        claim: ClaimView | None = claims.claim_of(session, question.subject)
    except claims.NoSuchClaim:
        claim = None
    if claim is None:
        case = cases.case_of(session, question.case_no or "")
        return case.stage not in _DELIVERED
    same = question.natural_key == warning_key(claim.claim_no, claim.version)
    return claim.status not in NOT_HANDED_IN or not same


def wake_warning(session: Session, world: World, claim: ClaimView) -> None:
    """A version is in, given up or replaced: whoever was warned need not see to it any more."""
    asked = warning_key(claim.claim_no, claim.version)
    if _state(session, asked) == "open":
        _wake(session, world, review_no_of(asked), claim.claim_no)


def wake_warnings_of(session: Session, world: World, case_no: str) -> None:
    """A case is cancelled: its warnings have lost their point, also of a claim never drafted."""
    for review in reviews.reviews_of_case(session, case_no):
        if review.kind is ReviewKind.FILING_SOON and review.state == "open":
            _wake(session, world, review.review_no, review.subject)


def _wake(session: Session, world: World, review_no: str, claim_no: str) -> None:
    life = review_id(review_no)
    outbox.put(session, workflow_id=life, name="look", arg=claim_no, now=world.now())
