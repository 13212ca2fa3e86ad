"""Whether a pay channel is good enough to be let in: what is wanted, what was measured, and of how
many. Pure, because the command line, the page and whoever approves must see the same marks."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import ceil


class Verdict(StrEnum):
    """How one mark came out; what was not measured is no pass."""

    MET = "met"
    MISSED = "missed"
    UNMEASURED = "unmeasured"


@dataclass(frozen=True)
class AdmissionRule:
    """What a channel must reach; shares are from 0 to 1, `settlement_days` are working days.

    Its money is measured over the last `window_days`, in calendar days. One that is down is seen to
    within `alert_minutes`.
    """

    answer_ms: int
    availability: Decimal
    error_rate: Decimal
    settlement_days: int
    auto_match: Decimal
    window_days: int
    alert_minutes: int


@dataclass(frozen=True)
class Measured:
    """What was seen of a channel.

    `answers_ms` are the times of those exchanges that were answered, `asked` is how many there
    were in all, `faulty` how many answers could not be used. `settled` payments have reached the
    bank or should have, `settled_late` of them after the wanted days or not yet; `matched` of
    `to_match` movements were alike in bill and books. `promised_days` is what the channel's file
    says, in working days.
    """

    answers_ms: tuple[int, ...]
    asked: int
    faulty: int
    promised_days: int
    settled: int = 0
    settled_late: int = 0
    to_match: int = 0
    matched: int = 0


@dataclass(frozen=True)
class Mark:
    """One line of the score: what is wanted and found, as text, over `n` cases."""

    name: str
    wanted: str
    found: str
    n: int
    verdict: Verdict


def score(measured: Measured, rule: AdmissionRule) -> tuple[Mark, ...]:
    """The five marks, in their order on every page."""
    return (
        _answer(measured, rule),
        _availability(measured, rule),
        _errors(measured, rule),
        _settlement(measured, rule),
        _matching(measured, rule),
    )


def percentile(values: tuple[int, ...], share: Decimal) -> int:
    """The smallest value that at least this share of all does not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = max(ceil(len(ordered) * share), 1)
    return ordered[rank - 1]


def _answer(measured: Measured, rule: AdmissionRule) -> Mark:
    n, wanted = len(measured.answers_ms), f"p95 <= {rule.answer_ms} ms"
    if not n:
        return Mark("answer", wanted, "", 0, Verdict.UNMEASURED)
    p95 = percentile(measured.answers_ms, Decimal("0.95"))
    return Mark("answer", wanted, f"p95 {p95} ms", n, _met(p95 <= rule.answer_ms))


def _availability(measured: Measured, rule: AdmissionRule) -> Mark:
    wanted = f">= {_percent(rule.availability)}"
    if not measured.asked:
        return Mark("availability", wanted, "", 0, Verdict.UNMEASURED)
    share = Decimal(len(measured.answers_ms)) / measured.asked
    verdict = _met(share >= rule.availability)
    return Mark("availability", wanted, _percent(share), measured.asked, verdict)


def _errors(measured: Measured, rule: AdmissionRule) -> Mark:
    wanted = f"< {_percent(rule.error_rate)}"
    if not measured.asked:
        return Mark("errors", wanted, "", 0, Verdict.UNMEASURED)
    share = Decimal(measured.faulty) / measured.asked
    return Mark("errors", wanted, _percent(share), measured.asked, _met(share < rule.error_rate))


def _settlement(measured: Measured, rule: AdmissionRule) -> Mark:
    """A promise that is too late is a miss; one that is in time is proved by money only."""
    wanted, promised = f"T+{rule.settlement_days}", f"T+{measured.promised_days} promised"
    if measured.promised_days > rule.settlement_days:
        return Mark("settlement", wanted, promised, measured.settled, Verdict.MISSED)
    if not measured.settled:
        return Mark("settlement", wanted, promised, 0, Verdict.UNMEASURED)
    found = f"{measured.settled_late} late"
    return Mark("settlement", wanted, found, measured.settled, _met(not measured.settled_late))


def _matching(measured: Measured, rule: AdmissionRule) -> Mark:
    wanted = f">= {_percent(rule.auto_match)}"
    if not measured.to_match:
        return Mark("auto_match", wanted, "", 0, Verdict.UNMEASURED)
    share = Decimal(measured.matched) / measured.to_match
    verdict = _met(share >= rule.auto_match)
    return Mark("auto_match", wanted, _percent(share), measured.to_match, verdict)


def _met(holds: bool) -> Verdict:
    return Verdict.MET if holds else Verdict.MISSED


def _percent(share: Decimal) -> str:
    """0.999 is "99.9 %"; rounded down to two places, so that a miss never looks like a pass."""
    hundredths = int(share * 10_000)
    text = f"{hundredths // 100}.{hundredths % 100:02d}".rstrip("0").rstrip(".")
    return f"{text} %"
