"""What speaks against a check: which reason, with its figures; the words are found at the edge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.money import Money

Value = str | date | Money


@dataclass(frozen=True)
class Objection:
    """One reason, by its key, and what it names: codes, days, amounts."""

    key: str
    values: tuple[tuple[str, Value], ...]

    def __getitem__(self, name: str) -> Value:
        """One of its figures. Raises: KeyError."""
        return dict(self.values)[name]


def objection(key: str, **values: Value) -> Objection:
    """Build one: `objection("month_not_over", day=end)`."""
    return Objection(key, tuple(values.items()))
