"""One-time codes that a person reads from a telephone and types into the staff pages.

The bot stands in the middle of signing in, its browser open, while the request stands in the
store; the code goes from page to bot sealed. Apart from the bot, which knows no store.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from activities.portal_access import real_now
from activities.world import World
from bots.portal.refusals import CodeNotGiven
from store import portal_codes

_LOOK_AGAIN_S = 0.5
_WITHDRAWING: set[asyncio.Future[None]] = set()
"""Held until they are done: the event loop itself keeps no task alive."""


class PersonCodes:
    """Codes for one account; `minutes` is how long the portal takes one that it sent.

    All times are the machine's own: person and portal live in them, not in simulated days.
    """

    def __init__(self, world: World, portal: str, account: str, minutes: int) -> None:
        self.world, self.portal, self.account = world, portal, account
        self.minutes = minutes

    async def code(self) -> str:
        """Ask, and wait until a person has answered. Raises: CodeNotGiven."""
        asking = asyncio.ensure_future(asyncio.to_thread(self._ask))
        try:
            return await self._answer(await asyncio.shield(asking))
        except asyncio.CancelledError:
            # Whoever typed the code now would give it to a sign-in that is gone. Called off once
            # more, the bot goes at once, and the question is taken back all the same.
            withdrawing = asyncio.ensure_future(self._take_back(asking))
            _WITHDRAWING.add(withdrawing)
            withdrawing.add_done_callback(_WITHDRAWING.discard)
            await asyncio.shield(withdrawing)
            raise

    async def _take_back(self, asking: asyncio.Future[str]) -> None:
        # A thread asks on though nobody waits for it any more.
        await asyncio.wait([asking])
        await asyncio.to_thread(self._withdraw)

    async def _answer(self, request_no: str) -> str:
        while True:
            sealed = await asyncio.to_thread(self._take, request_no)
            if sealed is not None:
                return self.world.database.sealer.open(sealed).decode()
            if not await asyncio.to_thread(self._is_open, request_no):
                raise CodeNotGiven(self.portal, request_no, self.minutes)
            await asyncio.sleep(_LOOK_AGAIN_S)

    def _ask(self) -> str:
        # What an earlier sign-in left open was about another code.
        self._withdraw()
        with self.world.writing() as session:
            return portal_codes.ask(
                session,
                self.portal,
                self.account,
                real_now(),
                lasts=timedelta(minutes=self.minutes),
            )

    def _withdraw(self) -> None:
        with self.world.writing() as session:
            portal_codes.withdraw(session, self.portal, self.account, real_now())

    def _take(self, request_no: str) -> bytes | None:
        with self.world.database.reading() as session:
            if portal_codes.code_request(session, request_no).given_by is None:
                return None
        with self.world.writing() as session:
            return portal_codes.take(session, request_no, real_now())

    def _is_open(self, request_no: str) -> bool:
        with self.world.database.reading() as session:
            return portal_codes.code_request(session, request_no).is_open(real_now())
