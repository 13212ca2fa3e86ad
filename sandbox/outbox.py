"""Carries queued webhooks and bank transfers out, and keeps those that nobody took."""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from functools import cached_property
from typing import Any

import httpx

from sandbox.world import World


def signature(secret: str, timestamp: str, body: str) -> str:
    """Return the hex HMAC-SHA256 that webhooks carry in `X-Sandbox-Signature`."""
    return hmac.new(secret.encode(), f"{timestamp}.{body}".encode(), hashlib.sha256).hexdigest()


class Outbox:
    """Posts in the order of queueing; what is not answered 2xx stays for the next clock call."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.on_the_way: set[int] = set()

    @cached_property
    def client(self) -> httpx.AsyncClient:
        """The way out, made when first needed: reading the certificates takes a while."""
        # A deployed proxy variable must not come between two processes on the loopback; and an
        # idle connection is given up before uvicorn, at the other end, does so after five seconds.
        limits = httpx.Limits(keepalive_expiry=2)
        return httpx.AsyncClient(timeout=5, trust_env=False, limits=limits)

    async def close(self) -> None:
        """Close the connections that were opened."""
        if "client" in self.__dict__:
            await self.client.aclose()

    async def deliver(self, *, retry: bool = False, transfers_only: bool = False) -> int:
        """Post what is queued for the first time, with `retry` also what failed.

        Returns how many letters were taken.
        """
        with self.world.moment() as moment:
            waiting = moment.rows(
                "select * from _outbox where (tries = 0 or ?) and (signed = 'no' or not ?)"
                " order by id",
                retry,
                transfers_only,
            )
        unreachable: set[str] = set()
        taken = 0
        for letter in waiting:
            host = httpx.URL(letter["url"]).netloc.decode()
            if letter["id"] in self.on_the_way or host in unreachable or self._has_gone(letter):
                continue
            self.on_the_way.add(letter["id"])
            try:
                status = await self._post(letter["url"], letter["body"], letter["signed"])
                taken += self._settle(letter, status)
            finally:
                self.on_the_way.discard(letter["id"])
            if status == 0:
                unreachable.add(host)
        return taken

    def _has_gone(self, letter: dict[str, Any]) -> bool:
        """Whether another round of posting took it since this one looked."""
        with self.world.moment() as moment:
            sql = "select 1 from _outbox where id = ? and tries = ?"
            return moment.row(sql, letter["id"], letter["tries"]) is None

    async def _post(self, url: str, body: str, signed: str) -> int:
        """Return the HTTP status, 0 when nobody answered."""
        headers = {"Content-Type": "application/json"}
        if signed.startswith("{"):
            headers = json.loads(signed)
        elif signed == "no":
            headers["Authorization"] = f"Bearer {self.world.settings['token']}"
        else:
            secret = self.world.settings["webhook_secret"] if signed == "yes" else "not-the-secret"
            timestamp = str(int(self.world.now.timestamp()))
            headers["X-Sandbox-Timestamp"] = timestamp
            headers["X-Sandbox-Signature"] = signature(secret, timestamp, body)
        try:
            return (await self.client.post(url, content=body, headers=headers)).status_code
        except httpx.TransportError as nobody:
            sys.stderr.write(f"sandbox: {url} does not answer ({type(nobody).__name__})\n")
            return 0

    def _settle(self, letter: dict[str, Any], status: int) -> bool:
        is_taken = 200 <= status < 300
        # Nobody but a forger sends a forgery, and a forger does not insist.
        is_done = is_taken or letter["signed"] == "forged"
        change = "delete from _outbox" if is_done else "update _outbox set tries = tries + 1"
        with self.world.moment() as moment:
            moment.do(f"{change} where id = ?", letter["id"])
        if status and not is_done:
            sys.stderr.write(f"sandbox: {letter['url']} answered {status}; kept for later\n")
        return is_taken
