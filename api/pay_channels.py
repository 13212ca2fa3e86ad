"""Pay channels as IT sees them: who is live, how each answers, and what it was measured at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from api.channel_scores import OF_THE_LAST, ChannelAlarm, channels_down, missed, score_in_use
from api.parts import Parts
from domain.admission import percentile
from engine.pay_channels import PayChannelFile, load_pay_channels
from store import circuits, pay_channel_answers, pay_channel_versions
from store.file_versions import FileVersion
from store.pay_channel_answers import Answer

SHOWN = 8


@dataclass(frozen=True)
class ChannelSheet:
    """One channel. `state`: live, changed (another file than the live one lies there), proposed,
    stopped, rejected, or new. `answered` of `asked` exchanges got an answer; `p95_ms` is None
    without any. `score` is that of the latest version, `in_use` what the same marks come to now;
    `missed` are those of them that a live channel misses. `down_since` and `see_to_by` while it is
    left alone."""

    code: str
    name_zh: str
    name_en: str
    family: str
    tier: str
    pays_into: str
    state: str
    version_no: str
    decided_by: str
    open_since: datetime | None
    down_since: datetime | None
    see_to_by: datetime | None
    failures_in_a_row: int
    asked: int
    answered: int
    p95_ms: int | None
    faulty: int
    score: tuple[dict[str, Any], ...]
    in_use: tuple[dict[str, Any], ...]
    missed: tuple[str, ...]
    last: tuple[Answer, ...]


def channel_sheets(s: Session, parts: Parts) -> list[ChannelSheet]:
    """Every channel that has a file, by code. Raises: PayChannelUnreadable."""
    files = load_pay_channels(parts.settings.counterparties_folder)
    down = {alarm.code: alarm for alarm in channels_down(s, parts)}
    return [_sheet(s, parts, files[code], down.get(code)) for code in sorted(files)]


def _sheet(
    s: Session, parts: Parts, file: PayChannelFile, down: ChannelAlarm | None
) -> ChannelSheet:
    known = pay_channel_versions.versions(s, file.code)
    latest = known[0] if known else None
    health = pay_channel_answers.health_of(s, file.code, of_the_last=OF_THE_LAST, shown=SHOWN)
    circuit = circuits.circuit_of(s, file.code)
    state = _state(s, file, latest)
    folder, today = parts.settings.counterparties_folder, parts.clock.today()
    in_use = score_in_use(s, file, folder, parts.calendar, today)
    return ChannelSheet(
        file.code,
        file.name_zh,
        file.name_en,
        file.wire.family,
        file.tier,
        file.pays_into,
        state,
        latest.version_no if latest else "",
        (latest.decided_by or "") if latest else "",
        circuit.open_since,
        down.down_since if down else None,
        down.see_to_by if down else None,
        health.failures_in_a_row,
        health.asked,
        len(health.answers_ms),
        percentile(health.answers_ms, Decimal("0.95")) if health.answers_ms else None,
        health.faulty,
        tuple(latest.shown) if latest else (),
        in_use,
        tuple(missed(in_use)) if state in ("live", "changed") else (),
        health.last,
    )


def _state(s: Session, file: PayChannelFile, latest: FileVersion | None) -> str:
    live = pay_channel_versions.live_hashes(s).get(file.code)
    if live is not None:
        return "live" if live == file.hash else "changed"
    return latest.state if latest else "new"
