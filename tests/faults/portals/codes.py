"""Where the harness gets one-time codes from, for portals that ask for one."""

from __future__ import annotations

import httpx

from bots.portal.one_time_codes import TotpCodes
from bots.portal.signing_in import Codes
from tests.faults.portals.telling import Account
from tests.sandbox.process import BEARER


def codes_of(account: Account) -> Codes | None:
    """The source that the account names, None when its portal asks for no code."""
    if account.code_url:
        return Telephone(account.code_url)
    return TotpCodes(account.totp) if account.totp else None


class Telephone:
    """A person who reads the code from the portal's control door, and says it at once."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def code(self) -> str:
        """See `bots.portal.signing_in.Codes`."""
        async with httpx.AsyncClient(headers=BEARER, trust_env=False, timeout=10) as client:
            return str((await client.get(self._url)).json()["code"])
