"""What matching says of each line of a snapshot: a decision, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from domain.matching import DifferenceClass, MatchingRules, MatchRule
from domain.transfer_fee import TransferFee
from reconciliation.engine import Explained, Outcome, Snapshot
from store.matches import MatchDecision, MatchFinding, Proposed

MOST_PROPOSALS = 5
_BOOKED = frozenset({"advice", "settlement"})
"""Kinds of items that are booked when the bank shows them. A claim's money is announced first."""
_PAYS_A_CLAIM, _NAMES_IT = 90, 75


@dataclass(frozen=True)
class Matched:
    """What the engine said of one snapshot, under one version of the rules."""

    snapshot: Snapshot
    outcome: Outcome
    rules: MatchingRules
    sha256: str
    fees: Mapping[str, TransferFee]
    told: Mapping[str, tuple[Explained, ...]] = field(default_factory=dict)
    """The credits that say themselves which claims they pay, by line."""

    def sure(self) -> list[Explained]:
        """What may be booked because it was announced, or undoes another line, by line."""
        kinds = {item.item_id: item.kind for item in self.snapshot.items}
        return [
            e
            for e in self.outcome.explained
            if kinds[e.item_id] in _BOOKED or e.rule is MatchRule.OFFSET
        ]

    def unclear(self) -> list[str]:
        """The lines that may not, by number."""
        booked = {explained.line_id for explained in self.sure()} | set(self.told)
        return sorted(line.line_id for line in self.snapshot.lines if line.line_id not in booked)

    def payer_of(self, line_id: str) -> str:
        """Who paid a line, as far as the bank's own words tell; "" when they do not."""
        return next(line.payer for line in self.snapshot.lines if line.line_id == line_id)

    def decision(self, explained: Explained) -> MatchDecision:
        """Why a line is booked, as it is kept."""
        return MatchDecision(
            line_id=explained.line_id,
            item_no=explained.item_id,
            rule=explained.rule.value,
            evidence=explained.read,
            off_minor=explained.off_minor,
            alternatives=explained.alternatives,
            rule_version=self.rules.version,
            snapshot_sha256=self.sha256,
        )

    def claims_told(self, line_id: str) -> MatchDecision:
        """Why a line is booked that says itself which claims it pays."""
        first, *more = sorted(self.told[line_id], key=lambda e: e.item_id)
        decided = self.decision(first)
        return replace(decided, item_no=f"{first.item_id} +{len(more)}") if more else decided

    def finding(self, line_id: str, day: date) -> MatchFinding:
        """Why a line is not booked, and what it may be."""
        proposed = [
            Proposed(s.item_id, s.why, s.score, s.fits)
            for s in self.outcome.suggestions
            if s.line_id == line_id
        ]
        found = next((f for f in self.outcome.findings if f.line_id == line_id), None)
        if found is None:
            # It pays a claim of which no advice has spoken: the advice settles it, not the line.
            mine = [e for e in self.outcome.explained if e.line_id == line_id]
            said = DifferenceClass.LEDGER_MISSING, "advice_missing", mine[0].item_id, len(mine)
            proposed += [Proposed(e.item_id, e.rule.value, _PAYS_A_CLAIM, len(mine)) for e in mine]
        else:
            said = found.difference, found.why, found.item_id, found.alternatives
            if found.item_id and all(p.item_no != found.item_id for p in proposed):
                named = Proposed(found.item_id, found.why, _NAMES_IT, found.alternatives)
                proposed.append(named)
        return self._kept(line_id, day, *said, proposed)

    def _kept(
        self,
        line_id: str,
        day: date,
        difference: DifferenceClass,
        why: str,
        item_no: str,
        alternatives: int,
        proposed: list[Proposed],
    ) -> MatchFinding:
        ranked = sorted(proposed, key=lambda p: (-p.score, p.fits, p.item_no))
        return MatchFinding(
            line_id,
            difference.value,
            why,
            item_no,
            alternatives,
            tuple(ranked[:MOST_PROPOSALS]),
            self.rules.version,
            self.sha256,
            day,
        )
