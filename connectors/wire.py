"""Reads JSON from outside field by field, and gathers everything that is wrong before it says so.

Reasons name types and amounts, never a text that came from outside: it may be a patient's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from connectors.http import Answer, AnswerUnreadable, Caller
from domain.money import Money, NotAnAmount
from domain.order import Problem

T = TypeVar("T")

ZONE = ZoneInfo("Asia/Shanghai")

_RATE = re.compile(r"0(\.\d{1,4})?|1(\.0{1,4})?")


class Fields:
    """One JSON object. A reader that finds a fault notes it and returns a stand-in value.

    The stand-ins never leave: whoever reads asks for `problems` before using what was read.
    """

    def __init__(
        self, values: Any, *, path: str = "", problems: list[Problem] | None = None
    ) -> None:
        self.problems: list[Problem] = [] if problems is None else problems
        self.path = path
        if not isinstance(values, dict):
            self.note("", "is not an object")
        self._values: dict[str, Any] = values if isinstance(values, dict) else {}

    def note(self, name: str, reason: str) -> None:
        """Note one fault of a field of this object, once."""
        field = ".".join(part for part in (self.path, name) if part) or "body"
        problem = Problem(field, reason)
        if problem not in self.problems:
            self.problems.append(problem)

    def text(self, name: str) -> str:
        """A text that is not empty."""
        value = self._values.get(name)
        if isinstance(value, str) and value.strip():
            return value
        self.note(name, "is missing" if value is None or value == "" else "is not a text")
        return ""

    def text_or_none(self, name: str) -> str | None:
        """A text, or None where the counterparty has none."""
        return None if self._values.get(name) in (None, "") else self.text(name)

    def integer(self, name: str) -> int:
        """A whole number; "3" and 3.0 are none."""
        value = self._values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.note(name, "is missing" if value is None else "is not a whole number")
        return 0

    def amount(self, name: str, currency: str = "CNY") -> Money:
        """An amount as text with at most two decimals; a JSON number is refused."""
        value = self._values.get(name)
        if not isinstance(value, str):
            self.note(name, "is missing" if value is None else "is not an amount as text")
            return Money(0, currency)
        try:
            return Money.parse(value, currency)
        except NotAnAmount:
            shown = f"{value!r} " if re.fullmatch(r"-?[\d.,]{1,20}", value) else ""
            self.note(name, f"{shown}is not an amount with at most two decimals")
            return Money(0, currency)

    def rate(self, name: str) -> Decimal:
        """A tax rate as text between "0" and "1", like "0.13"."""
        value = self._values.get(name)
        if isinstance(value, str) and _RATE.fullmatch(value):
            return Decimal(value)
        self.note(name, "is not a rate like 0.13")
        return Decimal(0)

    def day(self, name: str) -> date:
        """A calendar day, YYYY-MM-DD."""
        value = self._values.get(name)
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                self.note(name, "is not a day of the calendar")
                return date.min
        self.note(name, "is missing" if value is None else "is not a day, YYYY-MM-DD")
        return date.min

    def day_or_none(self, name: str) -> date | None:
        """A calendar day, or None where the counterparty has none."""
        return None if self._values.get(name) in (None, "") else self.day(name)

    def instant(self, name: str) -> datetime:
        """A time with an offset, turned to Shanghai."""
        value = self._values.get(name)
        if isinstance(value, str):
            try:
                found = datetime.fromisoformat(value)
            except ValueError:
                self.note(name, "is not an ISO 8601 time")
                return datetime.min.replace(tzinfo=ZONE)
            if found.tzinfo is not None:
                return found.astimezone(ZONE)
        self.note(name, "is not a time with an offset")
        return datetime.min.replace(tzinfo=ZONE)

    def one(self, name: str) -> Fields:
        """An object inside this one."""
        path = ".".join(part for part in (self.path, name) if part)
        return Fields(self._values.get(name), path=path, problems=self.problems)

    def one_or_none(self, name: str) -> Fields | None:
        """An object inside this one, or None where the counterparty has none."""
        return None if self._values.get(name) is None else self.one(name)

    def rows(self, name: str, *, named_by: str = "") -> list[Fields]:
        """A list of objects; a row is named like `lines[2]` by its field `named_by`, else by its
        place, counted from one."""
        values = self._values.get(name)
        path = ".".join(part for part in (self.path, name) if part)
        if not isinstance(values, list):
            self.note(name, "is missing" if values is None else "is not a list")
            return []
        found = []
        for place, value in enumerate(values, start=1):
            own = value.get(named_by) if isinstance(value, dict) else None
            label = own if isinstance(own, int) else place
            found.append(Fields(value, path=f"{path}[{label}]", problems=self.problems))
        return found


def read(caller: Caller, answer: Answer, reader: Callable[[Fields], T]) -> T:
    """Read the object that came back. Raises: AnswerUnreadable, naming every faulty field."""
    fields = Fields(answer.body)
    value = reader(fields)
    if fields.problems:
        raise AnswerUnreadable(caller.counterparty, answer.call, fields.problems)
    return value


def read_all(caller: Caller, answer: Answer, reader: Callable[[Fields], T]) -> list[T]:
    """Read the list of objects that came back. Raises: AnswerUnreadable."""
    outside = Fields({"answer": answer.body})
    values = [reader(row) for row in outside.rows("answer")]
    if outside.problems:
        raise AnswerUnreadable(caller.counterparty, answer.call, outside.problems)
    return values


def read_sole(caller: Caller, answer: Answer, reader: Callable[[Fields], T]) -> T | None:
    """Read a list that holds none or one. Raises: AnswerUnreadable, also when it holds more."""
    found = read_all(caller, answer, reader)
    if len(found) > 1:
        problem = Problem("answer", f"{len(found)} under one key")
        raise AnswerUnreadable(caller.counterparty, answer.call, [problem])
    return found[0] if found else None


def segment(number: str) -> str:
    """A number as one segment of a path, whatever characters it has."""
    return quote(number, safe="")
