"""How a pay channel does while it is used: the marks of its admission measured anew from the last
exchanges and its own money, and since when it has been down."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session

from api.parts import Parts
from domain.admission import AdmissionRule, Measured, Verdict, score
from domain.calendar import WorkingDays
from engine.admission_rules import load_admission_rule
from engine.pay_channels import PayChannelFile, load_pay_channels
from store import circuits, pay_channel_answers, pay_channel_versions
from store.channel_money import money_seen

OF_THE_LAST = 200
"""How many exchanges the figures are about."""


@dataclass(frozen=True)
class ChannelAlarm:
    """A live channel that is left alone since `down_since`, to be seen to by `see_to_by`, both
    aware."""

    code: str
    name_zh: str
    name_en: str
    down_since: datetime
    see_to_by: datetime
    is_late: bool


def with_money(
    s: Session,
    measured: Measured,
    file: PayChannelFile,
    rule: AdmissionRule,
    calendar: WorkingDays,
    today: date,
) -> Measured:
    """The same, with what the channel's money did within the rule's window, as far as any moved."""
    since = today - timedelta(days=rule.window_days - 1)
    seen = money_seen(
        s, file.code, since=since, today=today, days=rule.settlement_days, calendar=calendar
    )
    return replace(measured, **asdict(seen))


def score_in_use(
    s: Session, file: PayChannelFile, rules_folder: Path, calendar: WorkingDays, today: date
) -> tuple[dict[str, Any], ...]:
    """The five marks by the rule of the day. Raises: FileHasFaults, NothingInForce."""
    rule = load_admission_rule(rules_folder, today)
    health = pay_channel_answers.health_of(s, file.code, of_the_last=OF_THE_LAST, shown=0)
    answers = Measured(
        answers_ms=health.answers_ms,
        asked=health.asked,
        faulty=health.faulty,
        promised_days=file.settles_after(today),
    )
    measured = with_money(s, answers, file, rule, calendar, today)
    return tuple(asdict(mark) for mark in score(measured, rule))


def missed(marks: tuple[dict[str, Any], ...]) -> list[str]:
    """The names of the marks that are missed."""
    return [str(mark["name"]) for mark in marks if mark["verdict"] == Verdict.MISSED]


def channels_down(s: Session, parts: Parts) -> list[ChannelAlarm]:
    """Every live channel that is left alone now, by code. Raises: PayChannelUnreadable."""
    now, folder = parts.clock.now(), parts.settings.counterparties_folder
    live, found = pay_channel_versions.live_hashes(s), []
    for code, file in sorted(load_pay_channels(folder).items()):
        since = circuits.down_since(s, code) if code in live else None
        if since is None:
            continue
        rule = load_admission_rule(folder, parts.clock.today())
        by = since + timedelta(minutes=rule.alert_minutes)
        found.append(ChannelAlarm(code, file.name_zh, file.name_en, since, by, now > by))
    return found
