"""Reads what came over the wire field by field, and refuses with the name of the field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

# China has one zone and no summer time (since 1991), so the zone is a fixed offset.
ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")

_AMOUNT = re.compile(r"-?[0-9]{1,13}\.[0-9]{2}")


class Refused(Exception):
    """The counterparty says no: an HTTP status, a code for machines, a text for people."""

    def __init__(
        self, status: int, error: str, text: str, field: str | None = None, **more: Any
    ) -> None:
        super().__init__(f"{status} {error}: {text}")
        self.status = status
        self.body: dict[str, Any] = {"error": error, "text": text, "field": field, **more}


def fen(amount: str) -> int:
    """Return "1234.50" as 123450 fen. Raises: ValueError, when it has not exactly two decimals."""
    if not _AMOUNT.fullmatch(amount):
        raise ValueError(f"{amount!r} is no amount with two decimals")
    return int(amount.replace(".", ""))


def yuan(minor: int) -> str:
    """Return 123450 fen as "1234.50"."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def instant(text: str) -> datetime:
    """Return an ISO 8601 time in Shanghai. Raises: ValueError, when it carries no offset."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} carries no offset from UTC")
    return at.astimezone(ZONE)


def stamp(at: datetime) -> str:
    """Return the time as text that sorts like time: Shanghai, whole seconds."""
    return at.astimezone(ZONE).isoformat(timespec="seconds")


class Fields(Mapping[str, Any]):
    """One JSON object from the wire. Every reader refuses (422 "invalid") naming the field."""

    def __init__(self, values: Mapping[str, Any], prefix: str = "") -> None:
        self._values = values
        self._prefix = prefix

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def refuse(self, name: str, why: str) -> Refused:
        """Return the refusal for a field, to be raised."""
        field = self._prefix + name
        return Refused(422, "invalid", f"{field} {why}", field)

    def text(self, name: str, *, longest: int = 200) -> str:
        """Return a text that is not empty and at most `longest` characters."""
        value = self._values.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(name, "must be a text")
        if len(value) > longest:
            raise self.refuse(name, f"must have at most {longest} characters")
        return value

    def integer(self, name: str, *, least: int = 1) -> int:
        """Return a whole number not below `least`."""
        value = self._values.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.refuse(name, f"must be a whole number, at least {least}")
        return value

    def amount(self, name: str, *, least: int | None = None) -> int:
        """Return an amount in fen, from a text with exactly two decimals."""
        value = self._values.get(name)
        try:
            minor = fen(value) if isinstance(value, str) else None
        except ValueError:
            minor = None
        if minor is None:
            raise self.refuse(name, 'must be an amount as text with two decimals, like "12.50"')
        if least is not None and minor < least:
            raise self.refuse(name, f"must be at least {yuan(least)}")
        return minor

    def day(self, name: str) -> date:
        """Return a calendar day, from YYYY-MM-DD."""
        value = self._values.get(name)
        try:
            if isinstance(value, str) and len(value) == 10:
                return date.fromisoformat(value)
        except ValueError as not_a_day:
            raise self.refuse(name, "must be a day, YYYY-MM-DD") from not_a_day
        raise self.refuse(name, "must be a day, YYYY-MM-DD")

    def instant(self, name: str) -> datetime:
        """Return a time with an offset, turned to Shanghai."""
        value = self._values.get(name)
        try:
            if isinstance(value, str):
                return instant(value)
        except ValueError as not_a_time:
            raise self.refuse(name, "must be ISO 8601 with an offset") from not_a_time
        raise self.refuse(name, "must be ISO 8601 with an offset")

    def one(self, name: str) -> Fields:
        """Return an object inside this one."""
        value = self._values.get(name)
        if not isinstance(value, dict):
            raise self.refuse(name, "must be an object")
        return Fields(value, f"{self._prefix}{name}.")

    def rows(self, name: str, *, fewest: int = 1) -> list[Fields]:
        """Return a list of objects; refusals in a row name it like `lines[0].amount`."""
        value = self._values.get(name)
        if not isinstance(value, list) or len(value) < fewest:
            raise self.refuse(name, f"must be a list of at least {fewest}")
        found = []
        for position, row in enumerate(value):
            if not isinstance(row, dict):
                raise self.refuse(f"{name}[{position}]", "must be an object")
            found.append(Fields(row, f"{self._prefix}{name}[{position}]."))
        return found
