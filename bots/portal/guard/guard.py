"""Decides for one browser context what may be made and what may leave.

A commit goes through two doors: the latch asks before the request exists, the network gate before
it leaves. Each door opens once, for the same request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256

from playwright.async_api import BrowserContext, Response

from bots.portal.guard.gate import NetworkGate, Tell, read_answer
from bots.portal.guard.latch import put_latch
from bots.portal.guard.outcome import NOT_ASKED, CommitOutcome, State, Violation, Why
from bots.portal.guard.request import Answer, Wire, WriteRequest, WriteRule

Approve = Callable[[WriteRequest], Awaitable[None]]
Release = Callable[[WriteRequest, str], Awaitable[None]]


_ANSWER_WAIT_S = 2.0


class Guard:
    """One for each browser context; `allowed` are the writes that need no arming."""

    def __init__(self, commit: WriteRule, allowed: Sequence[WriteRule]) -> None:
        self._commit = commit
        self._allowed = tuple(allowed)
        self._armed: _Shot | None = None
        self._latest = _Shot(_refuse, _refuse)
        self._held = 0
        self._gate = NetworkGate(self._may_pass)
        self.violations: list[Violation] = []

    async def attach(self, context: BrowserContext) -> None:
        """Guard a context. To be called before its first navigation."""
        await put_latch(context, self._may_be_made)
        await self._gate.attach(context)

    def arm(self, approve: Approve, release: Release) -> None:
        """Let one commit pass, after both have been awaited; either raises to forbid it.

        `approve(request)` runs while the request does not exist yet. `release(request, sha256)`
        runs when it stands at the network gate, with the sha256 (hex) of its real body, as far as
        the network shows it: of a file that was given by its path it shows the name alone.
        """
        self._armed = self._latest = _Shot(approve, release)

    def disarm(self) -> None:
        """Let no commit pass any more, not even one that is approved and has not left."""
        self._armed = None

    @property
    def outcome(self) -> CommitOutcome:
        """How the commit went that was armed last."""
        return self._latest.outcome

    @property
    def refusal(self) -> BaseException | None:
        """What `approve` or `release` raised, if one of them forbade the commit."""
        return self._latest.refusal

    @property
    def wire(self) -> Wire | None:
        """The commit that was armed last, as it passed the gate; None when none did."""
        return self._latest.wire

    async def answer(self) -> Answer | None:
        """What came back to it, None when nothing did; a body that goes on and on is left."""
        reading = self._latest.reading
        if reading is None:
            return None
        with suppress(TimeoutError):
            return await asyncio.wait_for(reading, _ANSWER_WAIT_S)
        return Answer(self.outcome.status or 0, {}, b"")

    async def ended(self) -> CommitOutcome:
        """Wait until the armed commit was forbidden, answered or lost; without a limit."""
        shot = self._latest
        await shot.has_ended.wait()
        return shot.outcome

    def pending(self) -> int:
        """How many writes the latch holds, are on their way to the gate, or have no answer."""
        is_under_way = self._armed is not None and self._armed.outcome.state == "approved"
        return self._held + is_under_way + self._gate.unanswered

    def is_busy(self) -> bool:
        """Whether there is anything that a page may still wait for."""
        return self.pending() > 0

    async def _may_be_made(self, request: WriteRequest) -> bool:
        """Answer the latch."""
        if not self._commit.fits(request):
            return self._is_allowed([request])
        self._held += 1
        try:
            return await self._is_approved(request)
        finally:
            self._held -= 1

    async def _is_approved(self, request: WriteRequest) -> bool:
        shot = self._armed
        if shot is None:
            return self._forbid(request, "commit without arm")
        if shot.asked is not None:
            return self._forbid(request, "second commit")
        shot.asked = request
        shot.turn("held")
        return await self._agrees(shot, shot.approve(request), "approved")

    async def _may_pass(self, readings: list[WriteRequest], wire: Wire) -> Tell | None:
        """Answer the network gate."""
        shot = self._armed
        asked = None if shot is None else shot.asked
        is_asked = asked is not None and asked.digest in {one.digest for one in readings}
        # What the latch told is fuller: the network may not show the files.
        commit = asked if is_asked else next(filter(self._commit.fits, readings), None)
        if commit is None:
            return _nobody if self._is_allowed(readings) else None
        if asked is None:
            # It went around the latch. What is left is to write down that it leaves before it does.
            if not await self._is_approved(commit):
                return None
        elif not is_asked:
            self._forbid(commit, "not the approved commit")
            self._give_up()
            return None
        return await self._pass_once(commit, wire)

    def _give_up(self) -> None:
        """The page sent something else than it asked for: what it asked for cannot be trusted."""
        shot = self._armed
        if shot is not None and shot.outcome.state == "approved" and not shot.is_spent:
            shot.hear(CommitOutcome("forbidden", reason="not the approved commit"))

    async def _pass_once(self, commit: WriteRequest, wire: Wire) -> Tell | None:
        shot = self._armed
        if shot is None or shot.is_spent or shot.outcome.state != "approved":
            self._forbid(commit, "commit without arm" if shot is None else "second commit")
            return None
        shot.is_spent = True
        body_digest = sha256(wire.body).hexdigest()
        if await self._agrees(shot, shot.release(commit, body_digest), "released"):
            shot.wire = wire
            return shot.hear
        return None

    async def _agrees(self, shot: _Shot, step: Awaitable[None], then: State) -> bool:
        """Await the caller's word. Whatever it raises forbids, and so does disarming meanwhile."""
        (refusal,) = await asyncio.gather(step, return_exceptions=True)
        if refusal is None and self._armed is shot:
            shot.turn(then)
            return True
        shot.refusal = refusal
        reason = "disarmed" if refusal is None else type(refusal).__name__
        shot.hear(CommitOutcome("forbidden", reason=reason))
        return False

    def _is_allowed(self, readings: Sequence[WriteRequest]) -> bool:
        if any(rule.fits(one) for rule in self._allowed for one in readings):
            return True
        return self._forbid(readings[0], "undeclared write")

    def _forbid(self, request: WriteRequest, why: Why) -> bool:
        self.violations.append(Violation(request.method, request.path, why))
        return False


@dataclass
class _Shot:
    """One arming: the request that took it, and how far that got."""

    approve: Approve
    release: Release
    asked: WriteRequest | None = None
    is_spent: bool = False
    outcome: CommitOutcome = NOT_ASKED
    refusal: BaseException | None = None
    wire: Wire | None = None
    reading: asyncio.Task[Answer] | None = None
    has_ended: asyncio.Event = field(default_factory=asyncio.Event)

    def turn(self, state: State) -> None:
        self.hear(CommitOutcome(state))

    def hear(self, outcome: CommitOutcome, response: Response | None = None) -> None:
        self.outcome = outcome
        if response is not None:
            # At once: a page that goes on takes the answer before it along.
            self.reading = asyncio.ensure_future(read_answer(response))
        if outcome.has_ended:
            self.has_ended.set()


def _nobody(_outcome: CommitOutcome, _response: Response | None) -> None:
    """A declared write: how it went is seen on the page."""


async def _refuse(*_: object) -> None:
    raise PermissionError
