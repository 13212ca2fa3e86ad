"""What was kept long enough of what was seen and said at portals: which may go, and that it went.

Apart from the evidence, which only grows: a deletion is a row of its own beside the row that stays,
and only what was seen and said at portals can ever be named here, no document and no dossier.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from store import audit
from store.documents import EvidenceStore
from store.rows import insert_once
from store.tables_cases import CaseRow
from store.tables_portals import PortalPatchRow
from store.tables_work import EvidenceCaseRow, EvidenceDeletionRow, EvidenceRow, ReviewRow

DELETABLE = frozenset({"screenshot", "snapshot", "exchange", "trace"})
ACTOR = "daily check"


@dataclass(frozen=True)
class KeepRule:
    """How many days one kind is kept, counted from when it was stored; `source` is the rule."""

    kind: str
    days: int
    source: str


def past_keeping(s: Session, rules: Iterable[KeepRule], now: datetime) -> dict[str, KeepRule]:
    """Every file that may go, with its rule; on the last day it stays.

    Never one of a case that is open or that an open review is about, of an open review itself, or
    of a patch that waits for people. A file that is shared goes with the last of its cases.
    """
    held = _held(s)
    open_cases = select(CaseRow.case_no).where(col(CaseRow.closed_at).is_(None))
    asked = select(ReviewRow.case_no).where(
        ReviewRow.state == "open", col(ReviewRow.case_no).is_not(None)
    )
    in_use = select(EvidenceCaseRow.sha256).where(
        col(EvidenceCaseRow.case_no).in_(open_cases) | col(EvidenceCaseRow.case_no).in_(asked)
    )
    found: dict[str, KeepRule] = {}
    for rule in rules:
        if rule.kind not in DELETABLE:
            continue
        statement = select(EvidenceRow.sha256).where(
            EvidenceRow.kind == rule.kind,
            EvidenceRow.stored_at < now - timedelta(days=rule.days),
            col(EvidenceRow.sha256).not_in(in_use),
        )
        found |= {sha256: rule for sha256 in s.exec(statement).all() if sha256 not in held}
    return found


def note_deleted(s: Session, going: dict[str, KeepRule], now: datetime) -> None:
    """Write down what goes, before it goes: what was written twice stands once."""
    counted: dict[str, int] = {}
    for sha256, rule in going.items():
        row = EvidenceDeletionRow(sha256=sha256, rule=_told(rule), deleted_at=now)
        counted[_told(rule)] = counted.get(_told(rule), 0) + insert_once(s, row)
    for told, count in counted.items():
        if count:
            detail = f"{count} files: {told}"
            audit.note(
                s,
                actor=ACTOR,
                action="evidence_deleted",
                subject="evidence",
                detail=detail,
                now=now,
            )


def delete_files(evidence: EvidenceStore, hashes: Sequence[str]) -> int:
    """Delete the files, and return how many were there; a second time there is none."""
    return sum(evidence.delete_file(sha256) for sha256 in hashes)


def _held(s: Session) -> set[str]:
    """What an open question shows, and what waits beside a proposed patch."""
    shown = s.exec(select(ReviewRow.evidence).where(ReviewRow.state == "open")).all()
    held = {sha256 for evidence in shown for sha256 in evidence}
    waiting = select(PortalPatchRow).where(col(PortalPatchRow.state).in_(("proposed", "half")))
    for patch in s.exec(waiting).all():
        held |= {patch.old_picture_sha256, patch.new_picture_sha256}
    return held


def _told(rule: KeepRule) -> str:
    return f"{rule.kind} kept {rule.days} days, {rule.source}"
