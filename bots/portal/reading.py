"""Turns what a portal's pages say into values; anything unexpected means that the page changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bots.portal.lists import Cell
from bots.portal.payload import Value
from bots.portal.refusals import PortalLayoutChanged
from bots.portal.values import PortalClaim, PortalRemittance
from domain.money import Money, NotAnAmount

ZONE = ZoneInfo("Asia/Shanghai")
ISO_DAY = "%Y-%m-%d"


class Reader:
    """Reads the texts of one page; `page` names it in what is raised.

    What the page does not tell at all is "" or None.
    """

    def __init__(self, page: str, texts: Mapping[str, str]) -> None:
        self._page = page
        self._texts = texts

    def text(self, key: str) -> str:
        """A text that may be empty."""
        return self._texts.get(key, "").strip()

    def amount(self, key: str) -> Money | None:
        """An amount, with or without thousands separators; None where the page has none."""
        if not self.text(key):
            return None
        try:
            return Money.parse(self.text(key))
        except NotAnAmount:
            raise self._strange(key, "an amount") from None

    def number(self, key: str) -> int | None:
        """A whole number."""
        text = self.text(key)
        if text and not (text.isascii() and text.isdigit()):
            raise self._strange(key, "a number")
        return int(text) if text else None

    def day(self, key: str, form: str = ISO_DAY) -> date | None:
        """A day, or a time of a day, in the portal's own format."""
        instant = self.instant(key, form)
        return instant.date() if instant else None

    def instant(self, key: str, form: str) -> datetime | None:
        """A time in Shanghai."""
        if not self.text(key):
            return None
        try:
            return datetime.strptime(self.text(key), form).replace(tzinfo=ZONE)
        except ValueError:
            raise self._strange(key, "a time" if "%H" in form else "a day") from None

    def status(self, key: str, statuses: Mapping[str, str]) -> str:
        """Our word for their status; "" where the page tells none."""
        text = self.text(key)
        if text and text not in statuses:
            raise self._strange(key, "a known status")
        return statuses[text] if text else ""

    def _strange(self, key: str, wanted: str) -> PortalLayoutChanged:
        return PortalLayoutChanged(self._page, f"{key} is not {wanted}")


def is_printed(value: Value, text: str, form: str = "") -> bool:
    """Whether a page's text says our value, in the way that pages print values of its kind."""
    text = text.strip()
    if isinstance(value, Money):
        try:
            return Money.parse(text) == value
        except NotAnAmount:
            return False
    if isinstance(value, date):
        return text == value.strftime(form or ISO_DAY)
    return text == str(value).strip()


def read_claim(
    page: str, texts: Mapping[str, str], statuses: Mapping[str, str], time_format: str
) -> PortalClaim:
    """Read what a page tells of one claim; what was decided as well, where it is told."""
    told = Reader(page, texts)
    code, text = _denial(told.text("denial"))
    received = "received_on" if "received_on" in texts else "received_at"
    return PortalClaim(
        receipt=told.text("receipt"),
        claim_no=told.text("claim_no"),
        version=told.number("version"),
        billed=told.amount("billed"),
        status=told.status("status", statuses),
        denial_code=code,
        denial_text=text,
        received_on=told.day(received, time_format),
        decided_on=told.day("decided_on", _day_of(time_format)),
        contract_adjustment=told.amount("contract_adjustment"),
        patient_share=told.amount("patient_share"),
        paid=told.amount("paid"),
    )


def read_listed_remittance(
    page: str, row: Mapping[str, Cell], day_format: str = ISO_DAY
) -> PortalRemittance:
    """Read one row of the list of remittances. Raises: PortalLayoutChanged."""
    told = Reader(page, {key: cell.text for key, cell in row.items()})
    paid_on, total = told.day("paid_on", day_format), told.amount("total")
    if paid_on is None or total is None:
        raise PortalLayoutChanged(page, "a remittance has no day or no total")
    return PortalRemittance(told.text("remittance_no"), paid_on, total)


def _day_of(time_format: str) -> str:
    """The day's part of a format for times."""
    return time_format.split(" ")[0]


def _denial(text: str) -> tuple[str, str]:
    """Split "D01 缺少送货签收单" into code and text."""
    code, _, reason = text.partition(" ")
    return code, reason.strip()
