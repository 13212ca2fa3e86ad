"""Payer D's books in memory, a bot that goes there without a browser, and a claim's life."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.testing import ActivityEnvironment

from activities.portal_steps import PortalActivities
from activities.world import World
from bots.portal.bot import PortalBot
from bots.portal.handed_in import HandedIn, PortalSubmission
from bots.portal.progress import Ticket, counted
from bots.portal.values import (
    Accepted,
    Journal,
    Note,
    PortalClaim,
    Rejected,
    Seen,
    SubmitOutcome,
    Unknown,
)
from domain.lifecycle import ClaimStatus
from store import claims, intents
from tests.faults.portals.life import Life
from tests.faults.portals.telling import Ended
from tests.store.samples import MONDAY

DEFINITION = Path(__file__).parents[2] / "counterparties" / "PD" / "portal.toml"
LAG = timedelta(minutes=80)
SLOW = timedelta(hours=5)
REFUSED = Rejected(("保单已失效，未予受理",), "policy")


@dataclass
class Moment:
    """The business clock of the world and the portal."""

    at: datetime = MONDAY

    def now(self) -> datetime:
        return self.at

    def today(self) -> Any:
        return self.at.date()


@dataclass
class Sent:
    """What the portal took in: worked on for `works_for`, then a claim, or refused."""

    number: str
    at: datetime
    version: int
    works_for: timedelta
    refuses: bool
    voided: bool = False


@dataclass
class Portal:
    """Payer D's books: each hand-in a ticket, each ticket a claim or a refusal later."""

    clock: Moment
    works_for: timedelta = SLOW
    loses_answers: int = 1
    loses_requests: int = 0
    refuses: bool = False
    tells_receipts: bool = True
    sent: list[Sent] = field(default_factory=list)

    def ticket(self, one: Sent) -> Ticket:
        if self.clock.at < one.at + one.works_for:
            return Ticket(one.number, Accepted(one.number))
        if one.refuses:
            return Ticket(one.number, REFUSED)
        return Ticket(one.number, None, f"D-{one.number}" if self.tells_receipts else "")

    def claims(self, lag: timedelta = timedelta(0)) -> list[tuple[str, int]]:
        return [
            (f"D-{one.number}", one.version)
            for one in self.sent
            if not one.refuses and not one.voided
            if self.clock.at >= one.at + one.works_for + lag
        ]


class Bot(PortalBot):
    """Payer D's bot without its browser: what it does at the portal happens in memory."""

    there: Portal

    async def find(self, thing: HandedIn) -> Seen[list[PortalClaim]]:
        listed, claim = self.there.claims(LAG), of_a_claim(thing)
        return Seen([shown(r, claim) for r, version in listed if version == claim.version], ())

    async def tickets(self, thing: HandedIn, number: str = "") -> Seen[list[Ticket]]:
        held = [self.there.ticket(one) for one in self.there.sent]
        return Seen([one for one in held if number in ("", one.number)], ())

    async def status(
        self, claim: PortalSubmission, receipt: str | None = None
    ) -> Seen[PortalClaim | None]:
        assert receipt in dict(self.there.claims())
        return Seen(shown(receipt, claim), ())

    async def void(self, receipt: str) -> Seen[PortalClaim]:
        (one,) = [one for one in self.there.sent if f"D-{one.number}" == receipt]
        one.voided = True
        return Seen(PortalClaim(receipt, "", None, None, "reversed", "", "", None), ())

    async def submit(self, thing: HandedIn, journal: Journal) -> Seen[SubmitOutcome]:
        there, before = self.there, (await self.tickets(thing)).value
        claim = of_a_claim(thing)
        for note in (Note("searched", counted([], before)), Note("filled"), Note("armed")):
            await journal.note(note)
        await journal.note(Note("sending", digest="digest"))
        if there.loses_requests:
            there.loses_requests -= 1
            return Seen(Unknown("no answer came"), ())
        one = Sent(
            f"T-{len(there.sent) + 1}", there.clock.at, claim.version, there.works_for,
            there.refuses,
        )  # fmt: skip
        there.sent.append(one)
        if there.loses_answers:
            there.loses_answers -= 1
            return Seen(Unknown("no answer came"), ())
        await journal.note(Note("answered", f"200 {one.number}"))
        return Seen(Accepted(one.number), ())


def of_a_claim(thing: HandedIn) -> PortalSubmission:
    """What is handed in here is a claim."""
    assert isinstance(thing, PortalSubmission)
    return thing


def shown(receipt: str, claim: PortalSubmission) -> PortalClaim:
    return PortalClaim(
        receipt, claim.claim_no, claim.version, claim.total, "accepted", "", "", None
    )


@dataclass
class House:
    """One drafted claim for payer D, the steps, and the portal that they meet."""

    world: World
    claim_no: str
    portal: Portal
    bot: Bot
    waits: list[int] = field(default_factory=list)

    @property
    def steps(self) -> PortalActivities:
        return PortalActivities(self.world, {"PD": self.bot})

    async def live(self) -> Ended:
        """The claim's life up to its end, at business time."""

        async def wait(seconds: int) -> None:
            self.waits.append(seconds)
            self.portal.clock.at += timedelta(seconds=seconds)

        async def stop(_point: str) -> None:
            return None

        return await Life(self.steps, self.claim_no, wait, stop).live(abandon=False)

    def learns(self, **changes: Any) -> None:
        """The definition says otherwise."""
        self.bot.written = self.bot.definition = self.bot.definition.model_copy(update=changes)

    async def take_back(self) -> None:
        await ActivityEnvironment().run(self.steps.reverse_claim_at_portal, self.claim_no)

    @property
    def state(self) -> str:
        with self.world.database.reading() as s:
            return intents.intent_of(s, "PD", self.claim_no, 1, "original").state

    @property
    def status(self) -> ClaimStatus:
        with self.world.database.reading() as s:
            return claims.claim_of(s, self.claim_no).status
