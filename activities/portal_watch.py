"""A portal as a whole, by schedule: compare its list with our journal, rehearse up to the form.

Both only look. A portal that is paused, closed or cooling down is left alone, and the run ends
quietly: tomorrow's looks again. What only a person can help becomes a question.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session
from temporalio import activity

from activities import portal_drift, portal_evidence
from activities.failures import as_told_to_temporal
from activities.hand_ins import AppealHandIn, ClaimHandIn
from activities.portal_access import PortalClosed, at_portal
from activities.portal_comparison import Comparison, Finding, compare
from activities.portal_findings import question_about, question_about_failure
from activities.signatures import PortalWatchSteps
from activities.world import World
from bots.portal.anchors import Dissent
from bots.portal.bot import PortalBot
from bots.portal.definition import FormKind, PortalDefinition
from bots.portal.refusals import PortalLayoutChanged
from bots.portal.rehearsal import made_up
from bots.portal.values import Picture, PortalClaim
from domain.intent import CLAIM_KINDS, IntentMaker
from domain.lifecycle import ClaimStatus
from domain.review import Question, ReviewKind, review_no_of
from domain.watch import PortalToWatch, Watched
from engine.ids import claim_id
from store import audit, claims, intents, outbox, portal_runs, reviews
from store.claims import NoSuchClaim
from store.intents import IntentView
from store.portal_states import PortalCoolingDown, PortalLoginLocked, PortalPaused

STRANGER = "unknown_claim_at_portal"
"""The security event: somebody, or something, handed a claim in under our account."""
NOT_OPEN = (PortalPaused, PortalCoolingDown, PortalLoginLocked, PortalClosed)
"""A portal to be left alone for now; whoever watches comes again tomorrow."""
_NOTHING = "0 listed, 0 ours,"
_EVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Rehearsed:
    """How a rehearsal went, in a sentence; what it saw, and which anchors dissented."""

    told: str
    pictures: tuple[Picture, ...]
    dissents: tuple[Dissent, ...]


class PortalWatchActivities(PortalWatchSteps):
    """The steps that watch portals, on the queues of the portals."""

    def __init__(self, world: World, bots: Mapping[str, PortalBot]) -> None:
        self.world, self.bots = world, bots

    @activity.defn
    async def compare_with_portal(self, wanted: PortalToWatch) -> Watched:
        """Compare the list with the journal; confirm what is there, ask about what differs."""

        async def work() -> Watched:
            world, bot, portal = self.world, self.bots[wanted.portal], wanted.portal
            # Alone: a bot in the middle of a hand-in writes down itself how that ends.
            async with at_portal(world, bot, portal, "search", attempt=_attempt(), alone=True):
                watched = []
                for form in forms_of(bot.definition):
                    began_at = world.now()
                    seen = await bot.listed(form)
                    watched.append(
                        await asyncio.to_thread(
                            settle, world, bot, portal, seen.value, began_at, seen.evidence, form
                        )
                    )
                return _in_one(portal, watched)

        return await self._watched(wanted.portal, work)

    @activity.defn
    async def rehearse_at_portal(self, wanted: PortalToWatch) -> Watched:
        """Walk up to the unsent form with a made-up claim, and tell what is not as defined."""

        async def work() -> Watched:
            rehearsed = await rehearse(self.world, self.bots[wanted.portal], wanted.portal)
            return Watched(wanted.portal, "done", rehearsed.told)

        return await self._watched(wanted.portal, work)

    async def _watched(self, portal: str, work: Callable[[], Awaitable[Watched]]) -> Watched:
        try:
            return await work()
        except NOT_OPEN as closed:
            return Watched(portal, "not open", str(closed))
        except Exception as error:
            named = as_told_to_temporal(error)
            if named is None or not named.non_retryable:
                raise
            kind = named.type or type(error).__name__
            return await asyncio.to_thread(self._for_a_person, portal, kind, named.message, error)

    def _for_a_person(self, portal: str, kind: str, told: str, error: Exception) -> Watched:
        """One open question for one kind of failure, however often it fails again."""
        pictures = error.evidence if isinstance(error, PortalLayoutChanged) else ()
        with self.world.writing() as session:
            kept = keep_pictures(session, self.world, portal, pictures)
            # The run that has just failed; it was alone in the account.
            traces = [
                run.trace_sha256
                for run in portal_runs.failures_of(session, portal, most=1)
                if run.trace_sha256 and run.error_type == type(error).__name__
            ]
            question = question_about_failure(
                portal, kind, told, self.world.today().isoformat(), (*kept, *traces)
            )
            open_now = reviews.inbox(session, kinds=[ReviewKind.PORTAL_FINDING])
            is_asked = any(review.subject == question.subject for review in open_now)
        return Watched(portal, "needs a person", told, (), () if is_asked else (question,))


def forms_of(definition: PortalDefinition) -> list[FormKind]:
    """What the portal takes, the claim first."""
    return ["claim", *definition.forms]


async def rehearse(world: World, bot: PortalBot, portal: str) -> Rehearsed:
    """One rehearsal of every form, noted as canary; changed anchors are put before people.

    Raises: what the door to the portal raises, PortalLayoutChanged, PortalDown, the obstacles.
    """
    # As if delivered yesterday: no portal takes a service of tomorrow, by its clock or ours.
    things = made_up(bot.definition, world.today() - timedelta(days=1))
    try:
        async with at_portal(world, bot, portal, "canary", attempt=_attempt(), alone=True):
            seen = [await bot.rehearse(thing) for thing in things]
    except PortalLayoutChanged as changed:
        await asyncio.to_thread(_propose, world, bot, portal, changed.dissents, changed.evidence)
        raise
    pictures = tuple(picture for one in seen for picture in one.evidence)
    warnings = tuple(dict.fromkeys(dissent for one in seen for dissent in one.warnings))
    await asyncio.to_thread(_propose, world, bot, portal, warnings, pictures)
    dissents = ", ".join(sorted({f"{one.page}.{one.key}" for one in warnings}))
    told = f"anchors dissent at {dissents}" if dissents else "every page is as defined"
    return Rehearsed(told, pictures, warnings)


def settle(
    world: World,
    bot: PortalBot,
    portal: str,
    listed: Sequence[PortalClaim],
    began_at: datetime,
    pictures: Sequence[Picture],
    form: FormKind = "claim",
) -> Watched:
    """Compare, confirm what arrived and wake its claim, and put into words what differs."""
    listing = bot.definition.of(form).listing
    kinds = CLAIM_KINDS if form == "claim" else {form}
    with world.writing() as session:
        # What else went in has a list of its own, and would look here like a claim's other number.
        every = intents.intents_of(session, portal, _EVER)
        known = [intent for intent in every if intent.kind in kinds]
        compared = compare(
            known,
            listed,
            listing,
            began_at=began_at,
            is_taken_back=lambda claim_no: _is_taken_back(session, claim_no),
        )
        woken, ended = _confirm(session, world, compared)
        findings = [*compared.findings, *ended]
        kept = keep_pictures(session, world, portal, pictures) if findings else ()
        questions = tuple(_question(session, world, portal, one, kept, form) for one in findings)
    told = f"{len(listed)} listed, {len(known)} ours, {len(woken)} arrived, {len(findings)} differ"
    return Watched(portal, "done", told, woken, questions)


def _in_one(portal: str, watched: Sequence[Watched]) -> Watched:
    """The claims' list first; of another form's only what there is to tell."""
    first, *others = watched
    more = [one.told for one in others if not one.told.startswith(_NOTHING)]
    return Watched(
        portal,
        first.ended,
        "; then ".join([first.told, *more]),
        tuple(number for one in watched for number in one.woken),
        tuple(question for one in watched for question in one.questions),
    )


def _confirm(
    session: Session, world: World, compared: Comparison
) -> tuple[tuple[str, ...], list[Finding]]:
    """Confirm by look; a claim that is not under way any more is a finding instead."""
    woken, ended = [], []
    for intent, row in compared.arrived:
        claim = claims.claim_of(session, intent.claim_no)
        thing = AppealHandIn(claim) if intent.kind == "appeal" else ClaimHandIn(claim)
        intents.note_intent(
            session,
            intent.payer,
            intent.claim_no,
            intent.version,
            thing.kind if intent.kind == "appeal" else _kind(intent),
            "confirmed",
            now=world.now(),
            detail=row.receipt,
            by=IntentMaker.LOOK,
        )
        if claim.status is not thing.waits_as or claim.version != intent.version:
            ended.append(Finding("ended", intent, (row,)))
            continue
        thing.taken(session, world, row.receipt)
        life = claim_id(intent.claim_no)
        outbox.put(session, workflow_id=life, name="look", arg=row.receipt, now=world.now())
        woken.append(intent.claim_no)
    return tuple(woken), ended


def _question(
    session: Session,
    world: World,
    portal: str,
    finding: Finding,
    kept: tuple[str, ...],
    form: FormKind,
) -> Question:
    case_no = None
    if finding.intent is not None and form != "clearing":
        case_no = claims.claim_of(session, finding.intent.claim_no).case_no
    question = question_about(portal, finding, case_no, kept, form)
    if finding.what == "stranger" and not _was_asked(session, question):
        audit.security_event(
            session, kind=STRANGER, subject=portal, detail=question.subject, now=world.now()
        )
    return question


def _was_asked(session: Session, question: Question) -> bool:
    try:
        reviews.review_of(session, review_no_of(question.natural_key))
    except reviews.NoSuchReview:
        return False
    return True


def keep_pictures(
    session: Session, world: World, portal: str, pictures: Iterable[Picture]
) -> tuple[str, ...]:
    """Keep masked pictures that belong to no case; return the hashes of the pictures."""
    return portal_evidence.put(session, world, pictures, source=portal, named=portal, case_no=None)


def _propose(
    world: World,
    bot: PortalBot,
    portal: str,
    dissents: Sequence[Dissent],
    pictures: Sequence[Picture],
) -> None:
    if not dissents:
        return
    with world.writing() as session:
        keep_pictures(session, world, portal, pictures)
        portal_drift.propose_for(session, world, bot, portal, dissents, pictures)


def _is_taken_back(session: Session, claim_no: str) -> bool:
    try:
        return claims.claim_of(session, claim_no).status is ClaimStatus.REVERSED
    except NoSuchClaim:
        return False


def _kind(intent: IntentView) -> intents.IntentKind:
    return "original" if intent.version == 1 else "replacement"


def _attempt() -> int:
    return activity.info().attempt if activity.in_activity() else 1
