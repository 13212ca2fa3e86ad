"""Strict typing of printed texts: each type has one form, and whatever is in doubt is refused."""

from __future__ import annotations

import re
from datetime import date

from bots.documents.equations import Period
from bots.documents.layout import Field
from bots.documents.sheet import folded, squeezed

Printed = int | str | date | Period | tuple[tuple[str, str], ...] | None

# Two decimals always; thousands either all grouped or none, so that a lost digit shows. A minus
# stands before the figures or behind them, never both.
_FIGURES = r"(?:\d{1,3}(?:,\d{3})+|\d+)\.\d{2}"
_MONEY = re.compile(rf"-?{_FIGURES}|{_FIGURES}-")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9/-]{0,39}")
_REASON = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,5}))?")
_HARMLESS = re.compile(r"[A-Z0-9,.:/+-]{1,40}")


class NotOfItsType(ValueError):
    """A printed text does not have the form that its layout declares."""


def typed(text: str, field: Field) -> Printed:
    """Return the value: money in fen, dates as dates, reasons as (group, code) pairs, else text.

    None when blank and allowed to be. Raises: NotOfItsType; its text quotes no words.
    """
    if field.type == "text":
        return " ".join(text.split())
    plain = " ".join(folded(text).split())
    if not plain:
        return _blank(field)
    match field.type:
        case "money":
            return _money(plain)
        case "int":
            return _whole_number(plain)
        case "date":
            return _date(plain)
        case "period":
            return _period(plain)
        case "reasons":
            return _reasons(plain)
        case "fixed":
            return _fixed(plain, field)
        case _:
            return _reference(plain, field)


def shown(text: str) -> str:
    """The text for an error message: numbers and ids as they are, words never."""
    return f"'{text}'" if _HARMLESS.fullmatch(text) else "a text with words"


def _blank(field: Field) -> Printed:
    if field.type == "reasons":
        return ()
    if field.may_be_blank:
        return None
    raise NotOfItsType("is empty")


def _money(text: str) -> int:
    if not _MONEY.fullmatch(text):
        raise NotOfItsType(f"{shown(text)} is not an amount like 1,234.50")
    minor = int(text.strip("-").replace(",", "").replace(".", ""))
    return -minor if "-" in text else minor


def _whole_number(text: str) -> int:
    if not re.fullmatch(r"\d{1,6}", text):
        raise NotOfItsType(f"{shown(text)} is not a whole number")
    return int(text)


def _date(text: str) -> date:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotOfItsType(f"{shown(text)} is not a date like 2026-01-05") from error


def _period(text: str) -> Period:
    first, _, last = text.partition("至")
    period = Period(_date(first.strip()), _date(last.strip()))
    if period.first_day > period.last_day:
        raise NotOfItsType("the period ends before it begins")
    return period


def _reasons(text: str) -> tuple[tuple[str, str], ...]:
    reasons = []
    for word in text.split():
        match = _REASON.fullmatch(word)
        if match is None:
            raise NotOfItsType(f"{shown(word)} is not a reason code like CO-45")
        reasons.append((match[1], match[2] or ""))
    return tuple(reasons)


def _fixed(text: str, field: Field) -> str:
    if squeezed(text) != squeezed(field.expected):
        raise NotOfItsType(f"is not {field.expected}")
    return field.expected


def _reference(text: str, field: Field) -> str:
    pattern = _from_picture(field.picture) if field.picture else _REFERENCE
    if not pattern.fullmatch(text):
        like = f" like {field.picture}" if field.picture else ""
        raise NotOfItsType(f"{shown(text)} is not a reference{like}")
    return text


def _from_picture(picture: str) -> re.Pattern[str]:
    parts = re.findall(r"0\+|A\+|.", picture)
    signs = {"0": "[0-9]", "0+": "[0-9]+", "A": "[A-Z]", "A+": "[A-Z]+"}
    return re.compile("".join(signs.get(part, re.escape(part)) for part in parts))
