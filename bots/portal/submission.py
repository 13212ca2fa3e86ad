"""Hands one claim in: fill, read back, arm, press once; the page asks us before it sends."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator, Response

from bots.portal import exchange
from bots.portal.browser import Visit
from bots.portal.definition import PortalDefinition, steps
from bots.portal.desk import Desk, Shown
from bots.portal.evidence import Album
from bots.portal.guard import WriteRequest
from bots.portal.lists import read_pairs
from bots.portal.obstacles import SessionEnded
from bots.portal.payload import Payload
from bots.portal.progress import fate_of, rejected
from bots.portal.reading import Reader, is_printed
from bots.portal.refusals import Complaints, Obstacle, PortalDown, PortalLayoutChanged
from bots.portal.values import (
    Accepted,
    Journal,
    LayoutChanged,
    Note,
    NotSent,
    Rejected,
    SubmitOutcome,
    Submitted,
    Unknown,
)
from bots.portal.walk import Walk

_COMMIT = "commit"
# With these redirects a browser repeats the request itself, and no gate is asked again.
_SENT_AGAIN = frozenset({307, 308})


class Submission:
    """One claim on its way through one portal."""

    def __init__(
        self, desk: Desk, visit: Visit, album: Album, payload: Payload, journal: Journal
    ) -> None:
        self._desk = desk
        self._visit = visit
        self._album = album
        self._payload = payload
        self._journal = journal
        self.walk = Walk(desk, album, payload)

    @property
    def _definition(self) -> PortalDefinition:
        return self._desk.definition

    async def run(self) -> SubmitOutcome:
        """Fill, read back, arm, press once.

        Before the press it may raise what a desk raises: nothing was sent. After it everything is
        a value, but for what the journal raises.
        """
        try:
            await self.walk.take(self._definition.submit[:-1])
        except Complaints as complaints:
            return self._rejected(complaints.messages)
        await self._picture_before_the_click()
        await self._note("filled")
        button = await self._ready()
        await self._arm()
        outcome = await self._press(button)
        await self._album.take_if_possible(self._desk, "after-the-click")
        return await self._written_down(outcome)

    async def rehearse(self) -> None:
        """Go all the way to the unsent form, and look for its button; press nothing."""
        await self.walk.take(self._definition.submit[:-1])
        await self._picture_before_the_click()
        await self._ready()

    async def _picture_before_the_click(self) -> None:
        """What is about to be sent; filling in the last page was pictured just before."""
        steps_before = self._definition.submit[:-1]
        if not (steps_before and isinstance(steps_before[-1], steps.Fill)):
            await self._album.take(self._desk, "ready-to-submit")

    async def _ready(self) -> Locator:
        """The one button that commits, found by all of its anchors and not covered by anything."""
        commit = self._definition.commit
        button = await self.walk.forms.button(commit.page, commit.button, kind=_COMMIT)
        await self.walk.forms.wait_for_reach(commit.page, commit.button, button)
        if commit.asks_first:
            await self._hear_the_question(button)
        return button

    async def _hear_the_question(self, button: Locator) -> None:
        """Press and say no, behind a latch that is shut: in other words it is another question."""
        commit, desk = self._definition.commit, self._desk
        known = desk.known_dialogs
        patterns = (self._payload.pattern(text) for text in commit.dialogs)
        desk.expect_dialogs(*patterns, accept=False)
        pressed = await desk.click(commit.page, button)
        await desk.settled(commit.page, pressed=pressed)
        if desk.unknown_dialogs:
            asked = self._album.cleaned(desk.strange_question)
            raise PortalLayoutChanged(
                commit.page, f"{commit.button} asks another question: {asked}"
            )
        if desk.known_dialogs == known:
            raise PortalLayoutChanged(commit.page, f"{commit.button} does not ask its question")

    async def _arm(self) -> None:
        self._visit.guard.arm(self._approve, self._release)
        await self._note("armed")

    async def _approve(self, request: WriteRequest) -> None:
        """The page wants to send: write down what, before it may."""
        evidence = self._definition.evidence
        self._album.add("commit-request", exchange.asked(request, evidence, self._payload.secrets))
        await self._note("sending", digest=request.digest)

    async def _release(self, request: WriteRequest, sha256: str) -> None:
        """The last word before it leaves: is the account still ours? Then on one connection."""
        await self._journal.release(sha256)
        await self._visit.socks.arm(self._journal.holds)
        self._desk.page.context.on("response", self._opened)

    def _opened(self, response: Response) -> None:
        if response.request.method == self._definition.commit.request.method:
            self._visit.socks.open()

    async def _press(self, button: Locator) -> SubmitOutcome:
        commit, receipt = self._definition.commit, self._definition.receipt
        self._desk.expect_dialogs(*(self._payload.pattern(text) for text in commit.dialogs))
        try:
            pressed = await self._desk.click(commit.page, button)
            shown = await self._desk.settled(
                receipt.page,
                commit.page,
                pressed=pressed,
                wait_s=self._definition.answer_wait_s,
            )
            return await self._read_answer(shown)
        except PortalDown as silent:
            return self._after(f"no answer came: {silent.why}")
        except PortalLayoutChanged as strange:
            return self._after(self._album.cleaned(str(strange)))
        except SessionEnded:
            return self._after("the login page came")
        except PlaywrightError:
            return self._after("the browser lost the page")
        except Obstacle as obstacle:
            return self._after(str(obstacle))

    def _after(self, what: str) -> SubmitOutcome:
        """After the press, without a receipt: did anything leave the house?"""
        guard = self._visit.guard
        guard.disarm()
        # Approved and not seen at the gate: most likely it never left, but the list shall say so.
        if guard.outcome.may_have_left or guard.outcome.state == "approved":
            return Unknown(f"after the click: {what}")
        if guard.refusal is not None:
            raise guard.refusal
        page = self._definition.commit.page
        if self._desk.unknown_dialogs:
            return LayoutChanged(page, "an unknown dialog came up instead of the known question")
        if guard.violations:
            # Held back as well: nobody can tell what it would have done.
            return LayoutChanged(page, "it wants to send something that the definition lacks")
        return NotSent(f"the latch never let go; after the click: {what}")

    async def _read_answer(self, shown: Shown) -> SubmitOutcome:
        commit, receipt = self._definition.commit, self._definition.receipt
        if self._visit.guard.outcome.status in _SENT_AGAIN:
            return Unknown("the portal had the browser send the same request again")
        if shown.has(receipt.page):
            return await self._read_receipt()
        if shown.has(commit.page) and shown.errors:
            return self._rejected(shown.errors)
        return self._after("neither a receipt nor a reason came")

    async def _read_receipt(self) -> SubmitOutcome:
        receipt = self._definition.receipt
        texts = await read_pairs(self._desk, receipt.page)
        pairs = self._definition.pages[receipt.page].pairs
        for key, ours in receipt.match.items():
            form = pairs.values[key].format if pairs else ""
            if not is_printed(self._payload.values[ours], texts[key], form):
                return Unknown("the receipt is for something else")
        told = Reader(receipt.page, texts)
        if not told.text("receipt"):
            return Unknown("the receipt has no number")
        if self._definition.commit.acceptance == "asynchronous":
            return await self._followed(told.text("receipt"))
        return Submitted(told.text("receipt"), told.instant("received_at", receipt.time_format))

    async def _followed(self, ticket: str) -> Rejected | Accepted:
        """Stay a little while to hear what becomes of a ticket; whatever is heard, it is ours."""
        progress = self._definition.progress
        if progress is None or progress.page != self._definition.receipt.page:
            return Accepted(ticket)
        try:
            fate = await fate_of(self._desk, self._album, ticket, progress.wait_s)
        except (PortalDown, PortalLayoutChanged, SessionEnded, Obstacle):
            return Accepted(ticket)
        return fate or Accepted(ticket)

    def _rejected(self, messages: tuple[str, ...]) -> Rejected:
        return rejected(self._definition, self._album, messages)

    async def _written_down(self, outcome: SubmitOutcome) -> SubmitOutcome:
        """Write the answer down; an outcome that the caller decides on, the caller writes."""
        await self._record()
        answer = self._visit.guard.outcome
        if answer.state == "answered":
            # What follows the path may name a person, or hold a key to the claim.
            path = urlsplit(answer.location).path
            where = outcome.ticket if isinstance(outcome, Accepted) else path
            await self._note("answered", f"{answer.status} {where}".strip())
        if isinstance(outcome, Submitted):
            await self._note("confirmed", outcome.receipt)
        return outcome

    async def _note(self, state: str, detail: str = "", digest: str = "") -> None:
        pictures, records = tuple(self._album.pictures), tuple(self._album.records)
        await self._journal.note(Note(state, detail, digest, pictures, records))

    async def _record(self) -> None:
        """Put what passed the gate and what came back into the chain."""
        guard = self._visit.guard
        if guard.wire is not None:
            self._album.add("commit-sent", exchange.sent(guard.wire))
        answer = await guard.answer()
        if answer is not None:
            self._album.add("commit-answer", exchange.answered(answer))
