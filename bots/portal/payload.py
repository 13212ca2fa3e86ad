"""What is handed in, by the keys that a definition may use in its templates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from bots.portal.definition import Field
from domain.money import Money, NotAnAmount

Value = str | int | date | Money
KEYS = frozenset(
    {
        "claim_no",
        "version",
        "replaces",
        "kind",
        "reference",
        "order_no",
        "invoice_no",
        "member_no",
        "patient_name",
        "service_date",
        "total",
        "attachment_name",
        "attachment_size",
        "receipt",
        "ticket",
    }
)
"""What a template may name outside rows; `kind` is original or replacement."""
APPEAL_KEYS = frozenset(
    {
        "claim_no",
        "version",
        "reference",
        "claim_receipt",
        "denied_on",
        "denial_code",
        "reason",
        "statement",
        "total",
        "attachment_name",
        "attachment_size",
        "receipt",
        "ticket",
    }
)
"""The same for an appeal; `claim_receipt` is the number under which the payer denied the claim."""
CLEARING_KEYS = frozenset({"reference", "month", "count", "total", "receipt", "ticket"})
"""The same for a clearing application; `month` is YYYY-MM, `count` how many claims it is of."""
LINE_KEYS = frozenset({"line_no", "insurer_code", "quantity", "amount"})
"""What a template may name in rows."""
# {member_no|3***4} is how portals print what not everybody shall read: three characters, stars,
# the last four characters.
_PLACE = re.compile(r"\{([a-z_]+)(?:\|(\d+)(\*+)(\d+))?\}")


class NoSuchValue(LookupError):
    """A template names something that is not handed in."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"Nothing is called {key} in what is handed in.")


class NoSuchOption(ValueError):
    """A field's options do not say what to choose for our value."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"The options of field {key} lack our value.")


@dataclass(frozen=True)
class Attachment:
    """A file to hand in."""

    name: str
    mime_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Payload:
    """Values by key, lines by key, one attachment; `secrets` are covered wherever they stand."""

    values: Mapping[str, Value] = field(repr=False)
    lines: tuple[Mapping[str, Value], ...] = field(default=(), repr=False)
    attachment: Attachment | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def with_receipt(self, receipt: str) -> Payload:
        """The same, with the portal's number."""
        return replace(self, values={**self.values, "receipt": receipt})

    def text(self, template: str) -> str:
        """Put values into a template: days as YYYY-MM-DD, amounts as 1234.50."""
        return put(template, self.values)

    def pattern(self, template: str) -> str:
        """Put values into a regular expression; they stand for themselves."""
        return put(template, self.values, escape=True)


def put(template: str, values: Mapping[str, Value], *, escape: bool = False) -> str:
    """Put values into a template. Raises: NoSuchValue."""

    def value(found: re.Match[str]) -> str:
        if found.group(1) not in values:
            raise NoSuchValue(found.group(1))
        text = _plain(values[found.group(1)])
        if found.group(3):
            first, last = int(found.group(2)), int(found.group(4))
            text = f"{text[:first]}{found.group(3)}{text[len(text) - last :]}"
        return re.escape(text) if escape else text

    return _PLACE.sub(value, template)


def names_in(template: str) -> list[str]:
    """The keys that a template names."""
    return [found.group(1) for found in _PLACE.finditer(template)]


def typed(key: str, asked: Field, values: Mapping[str, Value]) -> str:
    """What is typed into a field, in the field's own format. Raises: NoSuchValue, NoSuchOption."""
    template = asked.value or f"{{{key}}}"
    whole = _PLACE.fullmatch(template)
    if whole is None or whole.group(3):
        text = put(template, values)
    elif whole.group(1) not in values:
        raise NoSuchValue(whole.group(1))
    else:
        text = _formatted(values[whole.group(1)], asked.format)
    if not asked.options:
        return text
    if text not in asked.options:
        raise NoSuchOption(key)
    return asked.options[text]


def is_same(asked: Field, wanted: str, standing: str) -> bool:
    """Whether a field holds what was typed, under the field's rule for reading back."""
    if asked.read_back == "none":
        return True
    if asked.read_back == "digits":
        return re.sub(r"\D", "", wanted) == re.sub(r"\D", "", standing)
    if asked.type == "money":
        try:
            return Money.parse(wanted) == Money.parse(standing)
        except NotAnAmount:
            return False
    return wanted.replace("\r\n", "\n").strip() == standing.replace("\r\n", "\n").strip()


def _formatted(value: Value, form: str) -> str:
    if isinstance(value, datetime | date) and form:
        return value.strftime(form)
    if isinstance(value, Money) and form == "grouped":
        return value.grouped()
    return _plain(value)


def _plain(value: Value) -> str:
    if isinstance(value, Money):
        return value.plain()
    return value.isoformat() if isinstance(value, date) else str(value)
