"""When a pay channel is left alone for a while, and how it comes back by itself.

Closed: used as always. Open: left alone until it has rested. Then half open: each payment is a
trial; so many good ones in a row close it, one bad one opens it anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True)
class CircuitRule:
    """Open after `failures` in a row, a slow answer being one; `trials` good ones close it."""

    failures: int
    slow_ms: int
    rest: timedelta
    trials: int


@dataclass(frozen=True)
class Circuit:
    """How a channel did of late; `open_since` is None while it is closed."""

    failures: int = 0
    open_since: datetime | None = None
    good_trials: int = 0


FRESH = Circuit()


def may_be_asked(circuit: Circuit, rule: CircuitRule, now: datetime) -> bool:
    """Whether a payment may be sent there: it is closed, or it has rested (inclusive)."""
    return circuit.open_since is None or now >= circuit.open_since + rule.rest


def after_answer(
    circuit: Circuit, rule: CircuitRule, *, answered: bool, ms: int, now: datetime
) -> Circuit:
    """What the circuit becomes by one exchange; an answer slower than `slow_ms` is a failure.

    A refusal is an answer: the channel works. What an exchange that began before the circuit
    opened tells while it rests, changes nothing.
    """
    good = answered and ms <= rule.slow_ms
    if circuit.open_since is None:
        return _while_closed(circuit, rule, good=good, now=now)
    if not may_be_asked(circuit, rule, now):
        return circuit
    if not good:
        return Circuit(circuit.failures + 1, now)
    trials = circuit.good_trials + 1
    return FRESH if trials >= rule.trials else replace(circuit, good_trials=trials)


def _while_closed(circuit: Circuit, rule: CircuitRule, *, good: bool, now: datetime) -> Circuit:
    if good:
        return FRESH
    failures = circuit.failures + 1
    return Circuit(failures, now if failures >= rule.failures else None)
