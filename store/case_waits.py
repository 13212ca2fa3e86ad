"""What open cases wait for, and since when: read from what is on record, so never out of date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from domain.lifecycle import ENDED
from domain.review import ReviewKind
from store.case_views import CaseHead
from store.tables_cases import CaseEventRow
from store.tables_work import ReviewRow


@dataclass(frozen=True)
class Waits:
    """`for_stage`: whatever ends the stage that the case is in; or a person who is asked, with the
    oldest open question. `since`: when the case came to that stage, or the question was asked."""

    for_stage: str
    since: datetime
    review_no: str = ""
    kind: ReviewKind | None = None


def waits_of(s: Session, found: Sequence[CaseHead]) -> dict[str, Waits]:
    """By case number; a case that has ended waits for nothing and is left out."""
    stages = {case.case_no: case.stage for case in found if case.stage not in ENDED}
    moved = (
        select(CaseEventRow.case_no, func.max(CaseEventRow.at))
        .where(col(CaseEventRow.case_no).in_(stages))
        .where(col(CaseEventRow.stage_before).is_distinct_from(CaseEventRow.stage_after))
        .group_by(CaseEventRow.case_no)
    )
    waits = {no: Waits(stages[no].value, at) for no, at in s.exec(moved).all()}
    asked = (
        select(ReviewRow)
        .where(col(ReviewRow.case_no).in_(stages), ReviewRow.state == "open")
        .order_by(col(ReviewRow.opened_at).desc(), ReviewRow.review_no)
    )
    for row in s.exec(asked).all():
        no, kind = row.case_no or "", ReviewKind(row.kind)
        waits[no] = Waits(stages[no].value, row.opened_at, row.review_no, kind)
    return waits
