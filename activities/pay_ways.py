"""The channels over which parts of bills come in, in which order, and when one is left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, timedelta

from connectors.pay_channels.interface import PayChannel
from connectors.settling import InsurerSettlements
from domain.circuit import CircuitRule
from engine.pay_channels import DatedCircuit, PayChannelFile, Tier, in_force
from engine.paying_out import PaysOut, channels_paying_out

TIERS: tuple[Tier, ...] = ("core", "auxiliary", "backup")


class NoSuchPayWay(LookupError):
    """A part was asked for over a channel that is not plugged in."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"No pay channel {code!r} is plugged in.")


@dataclass(frozen=True)
class PayWay:
    """One channel; without dated circuits it is never left alone, as an insurer has no backup.
    `file` is what describes it, where one does; `pays_out` how one without a file
    does that."""

    channel: PayChannel
    tier: Tier = "core"
    circuits: tuple[DatedCircuit, ...] = ()
    file: PayChannelFile | None = None
    pays_out: PaysOut | None = None

    def circuit_rule(self, on: date) -> CircuitRule | None:
        """When another channel is taken instead. Raises: NothingInForce."""
        if not self.circuits:
            return None
        dated = in_force(self.circuits, on, f"{self.channel.code}: circuit")
        rest = timedelta(seconds=dated.rest_s)
        return CircuitRule(dated.failures, dated.slow_ms, rest, dated.trials)


def _always(code: str) -> bool:
    return True


@dataclass(frozen=True)
class PayWays:
    """Every channel by its code. One that is not live takes no new money; what it took before is
    still asked about and sent back there. `insurers` are their books by payer, a kind each.
    `left_out` have a file and cannot be plugged in, as their key is not there."""

    ways: Mapping[str, PayWay] = field(default_factory=dict)
    is_live: Callable[[str], bool] = _always
    insurers: Mapping[str, Sequence[InsurerSettlements]] = field(default_factory=dict)
    left_out: Set[str] = frozenset()

    def of(self, code: str) -> PayChannel:
        """Raises: NoSuchPayWay."""
        return self.way(code).channel

    def way(self, code: str) -> PayWay:
        """Raises: NoSuchPayWay."""
        way = self.ways.get(code)
        if way is None:
            raise NoSuchPayWay(code)
        return way

    def paying_out(self) -> dict[str, PaysOut]:
        """Those that pay out to the bank and hand over bills, by code."""
        files = {code: way.file for code, way in self.ways.items() if way.file is not None}
        told = {code: way.pays_out for code, way in self.ways.items()}
        others = {code: one for code, one in told.items() if one is not None}
        return dict(sorted({**channels_paying_out(files), **others}.items()))

    def by_tier(self, codes: Iterable[str]) -> list[PayWay]:
        """Those that are live: the core first, the backup last; within a tier as listed. One that
        is left out holds up no other.

        Raises: NoSuchPayWay, for a code that nobody knows, or when all that are live are left out.
        """
        wanted = [code for code in codes if self.is_live(code)]
        here = [code for code in wanted if code not in self.left_out]
        live = [self.way(code) for code in here or wanted]
        return sorted(live, key=lambda way: TIERS.index(way.tier))
