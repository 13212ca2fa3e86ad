"""A bot at a running portal C, whose one-time codes need no waiting, and a claim for it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from bots.portal.bot import PortalBot
from bots.portal.browser import PortalBrowser
from bots.portal.definition import load
from bots.portal.handed_in import PortalSubmission
from bots.portal.one_time_codes import TotpCodes
from bots.portal.values import Credentials
from sandbox.payer_c import service
from tests.bots.portal.samples import PASSWORD, claim
from tests.sandbox.running import Running, running

DEFINITION = Path(__file__).parents[3] / "counterparties" / "PC" / "portal.toml"
SECRET = "SANDBOXSANDBOXSANDBOXSANDBOX2345"
RECEIPT = "C20260105000001"
EDIT = "/sb/ClaimEdit.aspx"
NAME = "测试乙 001"
HANDED_IN = (
    "payer_claim_no, claim_no, version, replaces, order_no, invoice_no, member_no, patient_name,"
    " service_date, billed, attachment"
)
AS_HANDED_IN = {
    "payer_claim_no": RECEIPT,
    "claim_no": "CL-2026-0001-1",
    "version": 1,
    "replaces": None,
    "order_no": "SO-2026-0001",
    "invoice_no": "26312000000000000001",
    "member_no": "M-TEST-0001",
    "patient_name": NAME,
    "service_date": "2026-01-05",
    "billed": 136050,
    # sha256 of "%PDF-1.4 pretend"
    "attachment": "4f70490c7ca282cdc5540631276e0ab82844142d84faccbeac2546045e036f22",
    # The second line of ours is number 3, and so it is at the portal.
    "lines": [(1, "C1401010010000100001", 3, 36000), (3, "C1401010010000100002", 1, 100050)],
}
"""The claim of `claim_c` as the portal must hold it."""


class Token:
    """A token whose clock stands still until somebody waits, so that no test has to.

    It begins in the present half minute, and the portal takes the codes of those beside it too.
    """

    def __init__(self) -> None:
        self.now_s = time.time() // 30 * 30 + 5.0
        self.waits: list[float] = []
        self.given: list[str] = []
        self._codes = TotpCodes(SECRET, now=lambda: self.now_s, sleep=self._sleep)

    async def code(self) -> str:
        self.given.append(await self._codes.code())
        return self.given[-1]

    async def _sleep(self, wait_s: float) -> None:
        self.waits.append(wait_s)
        self.now_s += wait_s


def bot_c(
    there: Running, browser: PortalBrowser, token: Token | None = None, **changes: Any
) -> PortalBot:
    """A patient bot; `changes` are of the definition, or the password."""
    credentials = Credentials("hk-bot", changes.pop("password", PASSWORD))
    waits = {"page_wait_s": 30.0, "answer_wait_s": 30.0, **changes}
    url = str(there.client.base_url)
    definition = load(DEFINITION, url=url).model_copy(update=waits)
    return PortalBot(definition, credentials, browser, token or Token())


def claim_c(**changes: Any) -> PortalSubmission:
    """A claim of two lines over 1,360.50, for somebody whom the registry knows."""
    return claim(**{"patient_name": NAME, **changes})


@contextmanager
def running_c(folder: Path) -> Iterator[Running]:
    """The portal, with its books in the folder."""
    with running(service, folder) as there:
        yield there


def filed(folder: Path) -> list[dict[str, Any]]:
    """Every claim in the portal's own books with all that was handed in, lines included.

    What the portal decides by itself is left out; the attachment is told by its digest.
    """
    books = sqlite3.connect(folder / "payer_c.sqlite")
    books.row_factory = sqlite3.Row
    with closing(books):
        claims = [dict(row) for row in books.execute(f"select {HANDED_IN} from claim")]
        lines = books.execute(
            "select payer_claim_no, line_no, insurer_code, quantity, amount from claim_line"
            " order by payer_claim_no, line_no"
        ).fetchall()
    return [
        {**one, "lines": [tuple(line)[1:] for line in lines if line[0] == one["payer_claim_no"]]}
        for one in claims
    ]
