"""Watching a portal: what is confirmed by looking, what is asked, and what is left for tomorrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from activities.claim_notes import note_submitted
from activities.claim_steps import ClaimActivities
from activities.hand_ins import AppealHandIn
from activities.portal_watch import STRANGER, PortalWatchActivities
from activities.world import World
from bots.portal import tracing
from bots.portal.anchors import Dissent
from bots.portal.bot import PortalBot
from bots.portal.definition import FormKind
from bots.portal.handed_in import HandedIn, PortalAppeal, PortalSubmission
from bots.portal.refusals import CaptchaShown, PortalDown, PortalLayoutChanged
from bots.portal.values import Picture, PortalClaim, Seen
from domain.facts import SubmissionStatus
from domain.lifecycle import ClaimStatus
from domain.review import ReviewKind
from domain.watch import PortalToWatch, Watched
from store import (
    audit,
    claims,
    intents,
    outbox,
    portal_patches,
    portal_runs,
    portal_states,
    reviews,
)
from store.claims import ClaimView
from store.portal_runs import PortalRun
from tests.activities.desk import ZHAO, clock_of
from tests.activities.facts import CLAIM_NO, decided
from tests.activities.test_portal_access import bot as sleeping_bot
from tests.activities.test_portal_outcomes import UP_TO_SENDING, sent, state_of, there
from tests.store.samples import MONDAY, TODAY
from tests.store.samples import question as question_of

PICTURE = Picture("claims", b"png", "- a snapshot")
DISSENT = Dissent("insured", "order_no", "label", "订单号", "订单编号")
PB = PortalToWatch("PB")


class SeeingBot(PortalBot):
    """Sees what it is told to see, without a browser."""

    def __init__(
        self,
        rows: Sequence[PortalClaim] = (),
        *,
        error: Exception | None = None,
        warnings: tuple[Dissent, ...] = (),
        hours: str = "00:00-24:00",
    ) -> None:
        asleep = sleeping_bot(hours=hours)
        super().__init__(asleep.definition, asleep._credentials, asleep._browser)
        self.rows, self.error, self.warnings = list(rows), error, warnings
        self.rehearsed: list[HandedIn] = []
        self.others: dict[str, list[PortalClaim]] = {}

    async def listed(self, form: FormKind = "claim") -> Seen[list[PortalClaim]]:
        if self.error is not None:
            raise self.error
        return Seen(self.rows if form == "claim" else self.others.get(form, []), (PICTURE,))

    async def rehearse(self, thing: HandedIn) -> Seen[None]:
        self.rehearsed.append(thing)
        if self.error is not None:
            raise self.error
        return Seen(None, (PICTURE,), self.warnings)


async def compared(world: World, bot: PortalBot) -> Watched:
    return await PortalWatchActivities(world, {"PB": bot}).compare_with_portal(PB)


async def rehearsed(world: World, bot: PortalBot) -> Watched:
    return await PortalWatchActivities(world, {"PB": bot}).rehearse_at_portal(PB)


def runs(world: World) -> list[PortalRun]:
    with world.database.reading() as s:
        return portal_runs.runs_of(s, "")


async def test_a_sending_that_is_listed_is_confirmed_by_look_and_its_claim_is_woken(
    world: World,
) -> None:
    sent(world, *UP_TO_SENDING)
    watched = await compared(world, SeeingBot([there("R-1")]))
    assert (watched.ended, watched.woken, watched.questions) == ("done", (CLAIM_NO,), ())
    assert watched.told == "1 listed, 1 ours, 1 arrived, 0 differ"
    assert state_of(world) == "confirmed"
    with world.database.reading() as s:
        claim = claims.claim_of(s, CLAIM_NO)
        assert (claim.status, claim.payer_claim_no) == (ClaimStatus.SUBMITTED, "R-1")
        assert intents.intent_history(s, CLAIM_NO)[-1].maker == "look"
        assert [(one.workflow_id, one.name) for one in outbox.due(s)] == [
            (f"claim-{CLAIM_NO}", "look")
        ]


async def test_an_appeal_that_is_listed_is_confirmed_and_wakes_its_claim(world: World) -> None:
    claim = denied_and_appealed(world)
    bot = SeeingBot([there("R-1")])
    bot.others["appeal"] = [there("S-1")]
    watched = await compared(world, bot)
    assert watched.told == (
        "1 listed, 1 ours, 0 arrived, 0 differ; then 1 listed, 1 ours, 1 arrived, 0 differ"
    )
    assert watched.woken == (CLAIM_NO,)
    with world.database.reading() as s:
        assert intents.intent_of(s, "PB", CLAIM_NO, 1, "appeal").receipt == "S-1"
        assert claims.claim_of(s, CLAIM_NO).status is ClaimStatus.APPEALED
        assert claims.claim_of(s, CLAIM_NO).payer_claim_no == claim.payer_claim_no == "R-1"


async def test_an_appeal_that_nobody_here_filed_is_asked_about_as_an_appeal(world: World) -> None:
    bot = SeeingBot()
    bot.others["appeal"] = [there("S-9")]
    (question,) = (await compared(world, bot)).questions
    assert question.sentence_en.startswith("PB lists appeal S-9 (CL-2026-0001-1), which we never")


def denied_and_appealed(world: World) -> ClaimView:
    """A denied claim whose appeal was sent, and nobody heard what became of it."""
    claim = sent(world, *UP_TO_SENDING)
    with world.writing() as s:
        note_submitted(s, world, claim, "R-1")
        claim = claims.move_claim(s, CLAIM_NO, ClaimStatus.DENIED, key="denied:1", now=MONDAY)
        intents.prepare_intent(
            s, payer="PB", claim_no=CLAIM_NO, version=1, kind="appeal", digest="d", now=MONDAY
        )
        for state in UP_TO_SENDING:
            AppealHandIn(claim).note(s, world, state, "digest", None)
    return claim


async def test_a_person_who_answers_after_the_list_did_changes_nothing(world: World) -> None:
    sent(world, *UP_TO_SENDING, "human")
    asked = replace(question_of(f"{CLAIM_NO}:unknown", ReviewKind.SUBMISSION_UNKNOWN), evidence=())
    await compared(world, SeeingBot([there("R-1")]))
    decision = decided(world, asked, "not_there", ZHAO)
    settled = ClaimActivities(world).settle_submission(decision)
    assert (settled.status, settled.receipt_no) == (SubmissionStatus.ACKNOWLEDGED, "R-1")
    assert state_of(world) == "confirmed"


async def test_what_arrived_after_we_took_the_claim_back_is_confirmed_and_asked_about(
    world: World,
) -> None:
    sent(world, *UP_TO_SENDING)
    with world.writing() as s:
        claims.move_claim(s, CLAIM_NO, ClaimStatus.REVERSED, key="reversed", now=MONDAY)
    watched = await compared(world, SeeingBot([there("R-1")]))
    assert state_of(world) == "confirmed"
    assert watched.woken == ()
    (question,) = watched.questions
    assert question.sentence_en.startswith(f"{CLAIM_NO} v1 has ended in our books")


async def test_a_stranger_is_reported_once_and_asked_about_with_the_picture_of_the_list(
    world: World,
) -> None:
    bot = SeeingBot([there("R-9")])
    (question,) = (await compared(world, bot)).questions
    assert question.evidence == (sha256(b"png").hexdigest(),)
    with world.writing() as s:
        reviews.ask(s, question, workflow_id="review-x", due_at=MONDAY, now=MONDAY)
    clock_of(world).move_to(TODAY + timedelta(days=1))
    (again,) = (await compared(world, bot)).questions
    assert again.natural_key == question.natural_key
    with world.database.reading() as s:
        assert [event.kind for event in audit.security_events(s)] == [STRANGER]


async def test_a_paused_or_closed_portal_is_left_alone_and_the_run_ends_quietly(
    world: World,
) -> None:
    closed = await compared(world, SeeingBot(hours="09:00-10:00"))
    assert (closed.ended, closed.questions) == ("not open", ())
    with world.writing() as s:
        portal_states.pause(s, "PB", ZHAO, "they are moving", MONDAY)
    for watched in (await compared(world, SeeingBot()), await rehearsed(world, SeeingBot())):
        assert watched.ended == "not open"
        assert "paused" in watched.told
    assert runs(world) == []


async def test_what_only_a_person_can_help_is_one_question_while_it_is_open(
    world: World,
) -> None:
    bot = SeeingBot(error=CaptchaShown())
    watched = await compared(world, bot)
    assert watched.ended == "needs a person"
    (question,) = watched.questions
    assert question.subject == "PB CaptchaShown"
    with world.writing() as s:
        reviews.ask(s, question, workflow_id="review-x", due_at=MONDAY, now=MONDAY)
    # Three hours later the portal has cooled down, and shows its captcha again.
    clock_of(world).moment = MONDAY + timedelta(hours=3)
    assert (await compared(world, bot)).questions == ()


async def test_a_portal_that_is_away_is_tried_again(world: World) -> None:
    with pytest.raises(PortalDown):
        await compared(world, SeeingBot(error=PortalDown("away")))


async def test_a_rehearsal_is_counted_as_canary_and_types_nobody_s_data(world: World) -> None:
    bot = SeeingBot()
    watched = await rehearsed(world, bot)
    assert (watched.ended, watched.told) == ("done", "every page is as defined")
    assert [(one.step, one.outcome) for one in runs(world)] == [("canary", "ok")]
    claim, appeal, *_ = bot.rehearsed
    assert isinstance(claim, PortalSubmission)
    assert isinstance(appeal, PortalAppeal)
    assert (claim.patient_name, claim.member_no) == ("测试甲 000", "M-TEST-0000")


async def test_an_anchor_that_dissents_in_a_rehearsal_becomes_a_proposal(world: World) -> None:
    watched = await rehearsed(world, SeeingBot(warnings=(DISSENT,)))
    assert watched.told == "anchors dissent at insured.order_no"
    with world.database.reading() as s:
        (patch,) = portal_patches.waiting_patches(s)
    assert (patch.page, patch.field) == ("insured", "order_no")
    assert patch.new_anchors["label"] == "订单编号"


async def test_the_question_of_the_first_canary_that_fails_has_its_trace_beside_the_picture(
    world: World,
) -> None:
    class Traced(SeeingBot):
        async def rehearse(self, thing: HandedIn) -> Seen[None]:
            run = tracing._RUN.get()
            assert run is not None
            run.trace = b"PK of the canary" * run.is_wanted
            return await super().rehearse(thing)

    bot = Traced(error=PortalLayoutChanged("insured", "moved", (PICTURE,)))
    (question,) = (await rehearsed(world, bot)).questions
    assert question.evidence == (
        sha256(b"png").hexdigest(),
        sha256(b"PK of the canary").hexdigest(),
    )


async def test_two_rehearsals_that_meet_a_changed_page_pause_the_portal(world: World) -> None:
    bot = SeeingBot(error=PortalLayoutChanged("insured", "moved", (PICTURE,)))
    for _ in range(2):
        watched = await rehearsed(world, bot)
        assert watched.ended == "needs a person"
        assert "'insured'" in watched.told
    assert [one.outcome for one in runs(world)] == ["drift", "drift"]
    assert (await rehearsed(world, bot)).ended == "not open"
