"""What `huikuan paychannel check` finds out about one channel, for people and as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.channel_scores import with_money
from connectors.pay_channels.keys import KeyUnusable
from domain.admission import Mark, Measured, Verdict, score
from engine.admission_rules import load_admission_rule
from engine.calendar import load_working_days
from engine.pay_channels import (
    FILE,
    NothingInForce,
    PayChannelFile,
    PayChannelUnreadable,
    load_pay_channel,
)
from engine.profiles import NoCredential
from engine.toml_faults import Fault, FileHasFaults
from runtime.paychannel_selftest import PROBES, Step, self_test

if TYPE_CHECKING:
    from runtime.wiring import Parts


@dataclass(frozen=True)
class Checked:
    """What came of it; without a channel there are faults, without a self-test no marks."""

    file: Path
    faults: list[Fault]
    channel: PayChannelFile | None
    steps: list[Step]
    marks: tuple[Mark, ...]
    measured: Measured | None = None

    @property
    def is_admitted(self) -> bool:
        """Whether nothing is wrong and no mark is missed; what was not measured misses nothing."""
        return (
            not self.faults
            and bool(self.steps)
            and all(step.passed is not False for step in self.steps)
            and all(mark.verdict is not Verdict.MISSED for mark in self.marks)
        )

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "file": str(self.file),
            "code": self.channel.code if self.channel else "",
            "hash": self.channel.hash if self.channel else "",
            "faults": [asdict(fault) for fault in self.faults],
            "self_test": [asdict(step) for step in self.steps],
            "score": [asdict(mark) for mark in self.marks],
            "admitted": self.is_admitted,
        }


def check_channel(
    folder: Path, rules_folder: Path, today: date, *, tries: bool, probes: int = PROBES
) -> Checked:
    """Read a channel's file and, with `tries`, try it at its sandbox."""
    file = folder if folder.suffix == ".toml" else folder / FILE
    try:
        channel = load_pay_channel(file)
    except PayChannelUnreadable as unreadable:
        return Checked(file, unreadable.faults, None, [], ())
    faults = []
    if channel.code != file.resolve().parent.name:
        faults.append(Fault(0, "code", f"is not the folder's name {file.resolve().parent.name!r}"))
    if not tries:
        return Checked(file, faults, channel, [], ())
    try:
        rule = load_admission_rule(rules_folder, today)
        steps, measured = self_test(channel, probes=probes)
    except (NoCredential, KeyUnusable, NothingInForce, FileHasFaults) as missing:
        return Checked(file, [*faults, Fault(0, "", str(missing))], channel, [], ())
    return Checked(file, faults, channel, steps, score(measured, rule), measured)


def with_money_of(checked: Checked, house: Parts) -> Checked:
    """The same, with the marks that only money can tell, from this house's books. Nothing changes
    for a channel over which none has moved."""
    if checked.channel is None or checked.measured is None:
        return checked
    folder, today = house.settings.counterparties_folder, house.clock.today()
    rule, calendar = load_admission_rule(folder, today), load_working_days(folder)
    with house.database.reading() as s:
        measured = with_money(s, checked.measured, checked.channel, rule, calendar, today)
    return replace(checked, marks=score(measured, rule), measured=measured)
