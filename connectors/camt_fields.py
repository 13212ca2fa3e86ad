"""Reading single fields of a camt.053 file, whatever version its namespace names."""

from __future__ import annotations

import re
from datetime import date, datetime
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from domain.money import Money

_BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")
# The schema allows five decimals; more than two that are not nought are no amount in fen.
_AMOUNT = re.compile(r"(\d{1,13})(?:\.(\d{1,2})0{0,3})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


class CamtFieldIsWrong(ValueError):
    """A field is missing or has another form than ISO 20022 or this reader knows."""

    def __init__(self, field: str, what: str) -> None:
        self.field, self.what = field, what
        super().__init__(f"{field}: {what}.")


def children(element: Element | None, name: str) -> list[Element]:
    return [] if element is None else element.findall(f"{{*}}{name}")


def child(element: Element | None, name: str) -> Element | None:
    return None if element is None else element.find(f"{{*}}{name}")


def text_at(element: Element | None, path: str) -> str:
    """The text at a path such as "Refs/EndToEndId", or "" where there is none."""
    for name in path.split("/"):
        element = child(element, name)
    return (element.text or "").strip() if element is not None else ""


def amount_of(element: Element | None, currency: str, name: str = "Amt") -> Money:
    """The amount without sign. Raises: CamtFieldIsWrong, also for another currency."""
    found = child(element, name)
    if found is None:
        raise CamtFieldIsWrong(name, "is missing")
    stated = found.attrib.get("Ccy", "")
    if stated != currency:
        what = stated if _CURRENCY.fullmatch(stated) else "no currency"
        raise CamtFieldIsWrong(name, f"is in {what}, the account is in {currency}")
    return money_of(found.text or "", currency, name)


def money_of(text: str, currency: str, field: str) -> Money:
    """Read "1234.5" or "1234.50". Raises: CamtFieldIsWrong."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise CamtFieldIsWrong(field, "is not an amount with two decimals")
    return Money(int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0")), currency)


def count_at(element: Element | None, path: str) -> int:
    """The whole number at a path. Raises: CamtFieldIsWrong."""
    text = text_at(element, path)
    if not re.fullmatch(r"\d{1,15}", text):
        raise CamtFieldIsWrong(path, "is not a whole number")
    return int(text)


def signed_amount(element: Element, currency: str) -> Money:
    """The amount with the sign of its CdtDbtInd: in our favour positive."""
    amount = amount_of(element, currency)
    match text_at(element, "CdtDbtInd"):
        case "CRDT":
            return amount
        case "DBIT":
            return -amount
    raise CamtFieldIsWrong("CdtDbtInd", "is neither CRDT nor DBIT")


def day_of(element: Element | None, path: str) -> date | None:
    """The day of a date or of a point in time (in the business zone), None where there is none."""
    text = text_at(element, path)
    if not text:
        return None
    try:
        if "T" not in text:
            return date.fromisoformat(text[:10])
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CamtFieldIsWrong(path, "is not a date") from error
    # A bank that states no zone means its own, which is ours.
    return moment.date() if moment.tzinfo is None else moment.astimezone(_BUSINESS_ZONE).date()
