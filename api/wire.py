"""How values look on the REST wire: amounts as decimal strings, times with their zone."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from domain.money import Money
from engine.clock import business_zone

PAGES_ONLY = frozenset({"reason_text"})
"""What a person typed freely may name a patient: shown on a page, never handed to a program."""


class NotForTheWire(TypeError):
    """A value has no agreed form on the wire."""

    def __init__(self, value: object) -> None:
        super().__init__(f"A {type(value).__name__} has no form on the wire.")


def plain(value: Any) -> Any:
    """Turn a view into JSON values: Money is "1234.50", beside the `currency` of its view.

    Times are in Asia/Shanghai. Raises: NotForTheWire, so that no raw bytes slip out.
    """
    if isinstance(value, Money):
        return value.plain()
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, datetime):
        return value.astimezone(business_zone).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return _view(value)
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    raise NotForTheWire(value)


def _view(value: Any) -> dict[str, Any]:
    names = [field.name for field in fields(value) if field.name not in PAGES_ONLY]
    values = {name: getattr(value, name) for name in names}
    currencies = {item.currency for item in values.values() if isinstance(item, Money)}
    shown = {name: plain(item) for name, item in values.items()}
    if len(currencies) == 1:
        shown["currency"] = currencies.pop()
    return shown
