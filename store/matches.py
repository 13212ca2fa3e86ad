"""What matching decided about each line, and what it last found about those it left alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from store.rows import FactDiffers, insert_once
from store.tables_matching import MatchDecisionRow, MatchFindingRow


@dataclass(frozen=True)
class MatchDecision:
    """Why a line was booked against an item.

    `evidence`: how the line came to the item, in the engine's words. `off_minor`: what the item is
    above the line, in fen. `alternatives`: how many lines or items fitted, this one counted.
    """

    line_id: str
    item_no: str
    rule: str
    evidence: str
    off_minor: int
    alternatives: int
    rule_version: str
    snapshot_sha256: str


@dataclass(frozen=True)
class Proposed:
    """What a line may be: an item, or a batch; `fits` are as likely, this one counted."""

    item_no: str
    why: str
    score: int
    fits: int


@dataclass(frozen=True)
class MatchFinding:
    """Why a line was not booked; `item_no` is what it names, "" when it names nothing.

    `proposals` stand with the likeliest first.
    """

    line_id: str
    difference_class: str
    why: str
    item_no: str
    alternatives: int
    proposals: tuple[Proposed, ...]
    rule_version: str
    snapshot_sha256: str
    found_on: date


def record_decision(s: Session, decided: MatchDecision, *, now: datetime) -> bool:
    """Keep why a line was booked, once; False when it is kept. Raises: FactDiffers."""
    values = {name: getattr(decided, name) for name in decided.__dataclass_fields__}
    if insert_once(s, MatchDecisionRow(**values, decided_at=now)):
        return True
    known = s.get_one(MatchDecisionRow, decided.line_id)
    for name in ("item_no", "rule"):
        if getattr(known, name) != getattr(decided, name):
            raise FactDiffers(f"Match of {decided.line_id}", name)
    return False


def record_finding(s: Session, found: MatchFinding, *, now: datetime) -> bool:
    """Keep what was found, unless it was found the last time as well."""
    last = _last(s, found.line_id)
    if last is not None and _said(_finding(last)) == _said(found):
        return False
    row = MatchFindingRow(
        line_id=found.line_id,
        n=1 if last is None else last.n + 1,
        difference_class=found.difference_class,
        why=found.why,
        item_no=found.item_no,
        alternatives=found.alternatives,
        proposals=[[p.item_no, p.why, p.score, p.fits] for p in found.proposals],
        rule_version=found.rule_version,
        snapshot_sha256=found.snapshot_sha256,
        found_on=found.found_on,
        found_at=now,
    )
    return insert_once(s, row)


def decisions_of(s: Session, line_ids: Iterable[str]) -> dict[str, MatchDecision]:
    """The decision of each of these lines that has one."""
    wanted = list(line_ids)
    statement = select(MatchDecisionRow).where(col(MatchDecisionRow.line_id).in_(wanted))
    names = list(MatchDecision.__dataclass_fields__)
    return {
        row.line_id: MatchDecision(**{name: getattr(row, name) for name in names})
        for row in s.exec(statement).all()
    }


def last_findings_of(s: Session, line_ids: Iterable[str]) -> dict[str, MatchFinding]:
    """What was last found about each of these lines of which anything was."""
    statement = select(MatchFindingRow).where(col(MatchFindingRow.line_id).in_(list(line_ids)))
    rows = s.exec(statement.order_by(MatchFindingRow.line_id, col(MatchFindingRow.n))).all()
    return {row.line_id: _finding(row) for row in rows}


def finding_of(s: Session, line_id: str) -> MatchFinding | None:
    """What was last found about a line; None when nothing ever was."""
    last = _last(s, line_id)
    return None if last is None else _finding(last)


def findings_of(s: Session, line_id: str) -> list[MatchFinding]:
    """Everything that was ever found about a line, in turn."""
    return [_finding(row) for row in _rows(s, line_id)]


def _last(s: Session, line_id: str) -> MatchFindingRow | None:
    rows = _rows(s, line_id)
    return rows[-1] if rows else None


def _rows(s: Session, line_id: str) -> Sequence[MatchFindingRow]:
    statement = select(MatchFindingRow).where(MatchFindingRow.line_id == line_id)
    return s.exec(statement.order_by(col(MatchFindingRow.n))).all()


def _said(found: MatchFinding) -> tuple[object, ...]:
    return (
        found.difference_class,
        found.why,
        found.item_no,
        found.alternatives,
        found.proposals,
        found.rule_version,
    )


def _finding(row: MatchFindingRow) -> MatchFinding:
    return MatchFinding(
        row.line_id,
        row.difference_class,
        row.why,
        row.item_no,
        row.alternatives,
        tuple(Proposed(*one) for one in row.proposals),
        row.rule_version,
        row.snapshot_sha256,
        row.found_on,
    )
