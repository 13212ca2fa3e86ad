"""A claim for the portal, a journal kept in a list, and a bot at a running portal."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from bots.portal.bot import PortalBot
from bots.portal.browser import PortalBrowser
from bots.portal.definition import load
from bots.portal.handed_in import PortalLine, PortalSubmission
from bots.portal.payload import Attachment
from bots.portal.values import Credentials, Note
from domain.money import Money
from tests.sandbox.running import Running

DEFINITION = Path(__file__).parents[3] / "counterparties" / "PB" / "portal.toml"
SYRINGE, CATHETER = "C1401010010000100001", "C1401010010000100002"
PASSWORD = "sandbox-portal-password"
NAME, MEMBER_NO = "测试甲 001", "M-TEST-0001"


def bot(there: Running, browser: PortalBrowser, **changes: Any) -> PortalBot:
    """A patient bot, for busy machines; `changes` are of the definition, or the password."""
    url = str(there.client.base_url)
    credentials = Credentials("hk-bot", changes.pop("password", PASSWORD))
    waits = {"page_wait_s": 30.0, "answer_wait_s": 30.0, **changes}
    definition = load(DEFINITION, url=url).model_copy(update=waits)
    return PortalBot(definition, credentials, browser)


def claim(**changes: Any) -> PortalSubmission:
    """A claim of two lines over 1,360.50."""
    values: dict[str, Any] = {
        "claim_no": "CL-2026-0001-1",
        "version": 1,
        "replaces": "",
        "order_no": "SO-2026-0001",
        "invoice_no": "26312000000000000001",
        "member_no": MEMBER_NO,
        "patient_name": NAME,
        "service_date": date(2026, 1, 5),
        "lines": (
            PortalLine(1, SYRINGE, 3, Money(36000)),
            PortalLine(3, CATHETER, 1, Money(100050)),
        ),
        "total": Money(136050),
        "attachment": Attachment("dossier.pdf", "application/pdf", b"%PDF-1.4 pretend"),
    }
    return PortalSubmission(**{**values, **changes})


class Notes:
    """A journal in memory; may forbid a step by raising."""

    def __init__(self, forbidden: str = "") -> None:
        self.steps: list[str] = []
        self.notes: list[Note] = []
        self.released: list[str] = []
        self._forbidden = forbidden

    async def note(self, note: Note) -> None:
        if note.state == self._forbidden:
            raise PermissionError(note.state)
        self.steps.append(f"{note.state} {note.detail}".strip())
        self.notes.append(note)

    async def release(self, sha256: str) -> None:
        if self._forbidden == "release":
            raise PermissionError("release")
        self.released.append(sha256)

    def holds(self) -> bool:
        return self._forbidden != "holds"


def claims_at(there: Running) -> list[tuple[str, int, str]]:
    """What the portal itself holds: number, version and status of each claim."""
    return [(one["claim_no"], one["version"], one["status"]) for one in there.books()["claims"]]


NO_PDF = Attachment("dossier.pdf", "application/pdf", b"no pdf")


def is_alike(one: bytes, two: bytes) -> bool:
    """Whether two pictures differ in no letter.

    A corner of the dialog's shade is now and then painted otherwise; a letter is larger than that.
    """
    pictures = [Image.open(io.BytesIO(png)).convert("RGB") for png in (one, two)]
    apart = ImageChops.difference(*pictures).getbbox()
    assert pictures[0].size == pictures[1].size
    return apart is None or (apart[2] - apart[0] <= 4 and apart[3] - apart[1] <= 4)
