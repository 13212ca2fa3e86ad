"""On which account more bank lines stay unclear than may: told, until it is better."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path

from sqlmodel import Session

from api.parts import Parts
from engine.difference_rules import DifferenceRules, load_difference_rules
from store.difference_rates import DifferenceRate, difference_rate


@cache
def _rules(folder: Path) -> DifferenceRules:
    return load_difference_rules(folder)


def rates(s: Session, parts: Parts) -> list[tuple[DifferenceRate, bool]]:
    """Every account's rate over the window of the rule in force, and whether it is too high."""
    today = parts.clock.today()
    rule = _rules(parts.settings.counterparties_folder).rate(today)
    first = today - timedelta(days=rule.window_days - 1)
    found = [difference_rate(s, bank.code, first, today) for bank in parts.counterparties.banks()]
    return [
        (rate, rule.is_exceeded(differences=rate.differences, lines=rate.lines)) for rate in found
    ]


def too_high(s: Session, parts: Parts) -> list[DifferenceRate]:
    """The accounts that alarm."""
    return [rate for rate, is_too_high in rates(s, parts) if is_too_high]
