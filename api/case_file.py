"""Everything a page or program may see of one case, gathered in one reading transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from api.going_out import DueRepayment, due_of_case
from api.parts import Parts
from domain.lifecycle import CaseStage
from store import cases, claims, money, reviews
from store.case_waits import Waits, waits_of
from store.cases import CaseEventView, CaseView
from store.claims import ClaimView
from store.documents import EvidenceView
from store.money import ItemView
from store.reviews import ReviewView

WAY = (
    CaseStage.OPENED,
    CaseStage.RESERVED,
    CaseStage.SHIPPED,
    CaseStage.DELIVERED,
    CaseStage.INVOICED,
    CaseStage.CLAIMING,
    CaseStage.COLLECTING,
    CaseStage.CLOSED,
)
"""The straight way of a case; the stage bar shows it."""


@dataclass(frozen=True)
class CaseFile:
    """One case with all that belongs to it; the patient's data is not in it.

    `repayments` are due to insurers: open items the other way round.
    """

    case: CaseView
    waits: Waits | None
    stages: list[StageStep]
    history: list[CaseEventView]
    claims: list[ClaimView]
    items: list[ItemView]
    repayments: list[DueRepayment]
    facts: dict[str, str]
    evidence: list[EvidenceView]
    reviews: list[ReviewView]


@dataclass(frozen=True)
class StageStep:
    """One place of the stage bar: done, now, ahead, or broken when the case left the way there."""

    stage: CaseStage
    state: str
    at: datetime | None


def record_behind(s: Session, parts: Parts, case_no: str | None) -> CaseFile | None:
    """The case that a question is about, None when there is none or it never opened."""
    try:
        return case_file(s, parts, case_no) if case_no else None
    except cases.NoSuchCase:
        return None


def case_file(s: Session, parts: Parts, case_no: str) -> CaseFile:
    """Gather it. Raises: NoSuchCase."""
    case = cases.case_of(s, case_no)
    history = cases.history_of(s, case_no)
    return CaseFile(
        case=case,
        waits=waits_of(s, [case]).get(case_no),
        stages=stage_bar(case.stage, history),
        history=history,
        claims=claims.claims_of(s, case_no),
        items=money.items_of(s, case_no),
        repayments=due_of_case(s, parts.counterparties, case_no),
        facts=cases.facts_of(s, case_no),
        evidence=parts.evidence.list_for_case(s, case_no),
        reviews=reviews.reviews_of_case(s, case_no),
    )


def stage_bar(stage: CaseStage, history: list[CaseEventView]) -> list[StageStep]:
    """Lay the case's stages out: the straight way, or how far it came and where it ended."""
    reached: dict[CaseStage, datetime] = {}
    for event in history:
        reached.setdefault(event.after, event.at)
    if stage in WAY:
        here = WAY.index(stage)
        return [
            StageStep(step, _state(place, here, stage), reached.get(step))
            for place, step in enumerate(WAY)
        ]
    walked = [StageStep(step, "done", reached[step]) for step in WAY if step in reached]
    return [*walked, StageStep(stage, "broken", reached.get(stage))]


def _state(place: int, here: int, stage: CaseStage) -> str:
    if place < here or stage is CaseStage.CLOSED:
        return "done"
    return "now" if place == here else "ahead"
