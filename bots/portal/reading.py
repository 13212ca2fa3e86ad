"""Turns what a portal's pages say into values; anything unexpected means that the page changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bots.portal.desk import Cell
from bots.portal.values import PortalClaim, PortalLayoutChanged, PortalRemittance
from domain.money import Money, NotAnAmount

ZONE = ZoneInfo("Asia/Shanghai")


class Reader:
    """Reads the texts of one page; `page` names it in what is raised."""

    def __init__(self, page: str, texts: Mapping[str, str]) -> None:
        self._page = page
        self._texts = texts

    def text(self, key: str) -> str:
        """A text that may be empty."""
        return self._texts[key]

    def amount(self, key: str) -> Money:
        """An amount, with or without thousands separators."""
        try:
            return Money.parse(self._texts[key])
        except NotAnAmount:
            raise self._strange(key, "an amount") from None

    def amount_or_none(self, key: str) -> Money | None:
        """An amount, or None where the page has none yet."""
        return self.amount(key) if self._texts[key] else None

    def number(self, key: str) -> int:
        """A whole number."""
        if not (self._texts[key].isascii() and self._texts[key].isdigit()):
            raise self._strange(key, "a number")
        return int(self._texts[key])

    def day(self, key: str) -> date:
        """A day, YYYY-MM-DD."""
        try:
            return date.fromisoformat(self._texts[key])
        except ValueError:
            raise self._strange(key, "a day") from None

    def day_or_none(self, key: str) -> date | None:
        """A day, or None where the page has none yet."""
        return self.day(key) if self._texts[key] else None

    def instant(self, key: str) -> datetime:
        """A time in Shanghai, YYYY-MM-DD HH:MM:SS."""
        try:
            return datetime.strptime(self._texts[key], "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZONE)
        except ValueError:
            raise self._strange(key, "a time") from None

    def status(self, key: str, statuses: Mapping[str, str]) -> str:
        """Our word for their status."""
        if self._texts[key] not in statuses:
            raise self._strange(key, "a known status")
        return statuses[self._texts[key]]

    def _strange(self, key: str, wanted: str) -> PortalLayoutChanged:
        return PortalLayoutChanged(self._page, f"{key} is not {wanted}")


def read_listed_claim(
    page: str, row: Mapping[str, Cell], statuses: Mapping[str, str]
) -> PortalClaim:
    """Read one row of the list of claims."""
    told = Reader(page, {key: cell.text for key, cell in row.items()})
    code, text = _denial(told.text("denial"))
    return PortalClaim(
        receipt=told.text("receipt"),
        claim_no=told.text("claim_no"),
        version=told.number("version"),
        billed=told.amount("billed"),
        status=told.status("status", statuses),
        denial_code=code,
        denial_text=text,
        received_on=told.day("received_on"),
    )


def read_claim_detail(
    page: str, texts: Mapping[str, str], statuses: Mapping[str, str]
) -> PortalClaim:
    """Read the page of one claim, which also tells what was decided."""
    told = Reader(page, texts)
    code, text = _denial(told.text("denial"))
    return PortalClaim(
        receipt=told.text("receipt"),
        claim_no=told.text("claim_no"),
        version=told.number("version"),
        billed=told.amount("billed"),
        status=told.status("status", statuses),
        denial_code=code,
        denial_text=text,
        received_on=told.instant("received_at").date(),
        decided_on=told.day_or_none("decided_on"),
        contract_adjustment=told.amount_or_none("contract_adjustment"),
        patient_share=told.amount_or_none("patient_share"),
        paid=told.amount_or_none("paid"),
    )


def read_listed_remittance(page: str, row: Mapping[str, Cell]) -> PortalRemittance:
    """Read one row of the list of remittances."""
    told = Reader(page, {key: cell.text for key, cell in row.items()})
    return PortalRemittance(told.text("remittance_no"), told.day("paid_on"), told.amount("total"))


def _denial(text: str) -> tuple[str, str]:
    """Split "D01 缺少送货签收单" into code and text."""
    code, _, reason = text.partition(" ")
    return code, reason.strip()
