"""Pictures go when they were kept long enough and nothing is open about them; their rows stay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from domain.lifecycle import CaseEvent
from domain.review import Question, ReviewKind
from store import audit, cases, documents, portal_patches, retention, reviews
from store.database import Database
from store.documents import EvidenceDamaged, EvidenceDeleted, EvidenceStore
from store.portal_patches import ProposedPatch
from store.retention import KeepRule
from tests.store.samples import MONDAY, fen, order

OPEN, CLOSED = "SO-2026-0001", "SO-2026-0002"
RULES = (KeepRule("screenshot", 30, "section 2.4"), KeepRule("snapshot", 60, "section 2.5"))
LAST_DAY = MONDAY + timedelta(days=30)
PAST = LAST_DAY + timedelta(seconds=1)


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        for case_no in (OPEN, CLOSED):
            cases.open_case(
                session,
                order(case_no),
                workflow_id=f"case-{case_no}",
                run_id="r",
                started_by=None,
                now=MONDAY,
            )
        cases.move_case(
            session,
            CLOSED,
            CaseEvent.CASE_CANCELLED,
            key="cancelled",
            now=MONDAY,
            actor="li.na",
            reason="the hospital wished it",
        )
        yield session


@pytest.fixture
def evidence(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(tmp_path / "evidence")


def put(
    s: Session,
    evidence: EvidenceStore,
    *,
    kind: str = "screenshot",
    case_no: str = CLOSED,
    data: bytes = b"picture",
) -> str:
    return evidence.put(
        s, data, kind=kind, source="PB", name="CL-1-1 claims", case_no=case_no, now=MONDAY
    )


def going(s: Session, now: datetime = PAST) -> list[str]:
    return list(retention.past_keeping(s, RULES, now))


def test_a_picture_stays_on_its_last_day_and_goes_right_after_it(
    s: Session, evidence: EvidenceStore
) -> None:
    picture = put(s, evidence)
    text_of_it = put(s, evidence, kind="snapshot", data=b"text")
    assert going(s, LAST_DAY) == []
    assert going(s, PAST) == [picture]
    assert going(s, MONDAY + timedelta(days=60, seconds=1)) == [picture, text_of_it]


@pytest.mark.parametrize("kind", ["exchange", "trace"])
def test_what_was_sent_to_a_portal_and_a_trace_go_under_rules_of_their_own(
    s: Session, evidence: EvidenceStore, kind: str
) -> None:
    said = put(s, evidence, kind=kind, data=b"said")
    assert going(s) == []
    rule = KeepRule(kind, 30, "section 2.6")
    assert retention.past_keeping(s, [rule], LAST_DAY) == {}
    assert retention.past_keeping(s, [rule], PAST) == {said: rule}


def test_a_file_goes_and_its_row_says_when_and_under_which_rule(
    s: Session, evidence: EvidenceStore
) -> None:
    picture = put(s, evidence)
    found = retention.past_keeping(s, RULES, PAST)
    retention.note_deleted(s, found, PAST)
    assert retention.delete_files(evidence, list(found)) == 1
    assert retention.delete_files(evidence, list(found)) == 0
    assert documents.view_of(s, picture).kind == "screenshot"
    with pytest.raises(EvidenceDeleted, match="screenshot kept 30 days, section") as gone:
        evidence.get(s, picture)
    assert gone.value.deleted_at == PAST
    (entry,) = audit.audit_of(s, "evidence")
    assert (entry.actor, entry.detail) == (
        "daily check",
        "1 files: screenshot kept 30 days, section 2.4",
    )
    retention.note_deleted(s, found, PAST + timedelta(days=1))
    assert len(audit.audit_of(s, "evidence")) == 1


def test_what_is_missing_without_a_rule_is_damage(s: Session, evidence: EvidenceStore) -> None:
    picture = put(s, evidence)
    evidence.delete_file(picture)
    with pytest.raises(EvidenceDamaged) as gone:
        evidence.get(s, picture)
    assert not isinstance(gone.value, EvidenceDeleted)


def test_nothing_of_an_open_case_goes_not_even_what_a_closed_one_shares(
    s: Session, evidence: EvidenceStore
) -> None:
    put(s, evidence, case_no=OPEN)
    put(s, evidence, case_no=CLOSED)
    assert going(s) == []


@pytest.mark.parametrize("about", ["its case", "itself"])
def test_nothing_goes_that_an_open_review_is_about(
    s: Session, evidence: EvidenceStore, about: str
) -> None:
    picture = put(s, evidence)
    question = Question(
        "key",
        ReviewKind.STEP_FAILED,
        CLOSED if about == "its case" else None,
        "CL-2026-0002-1",
        "？",
        "?",
        fen(100),
        evidence=() if about == "its case" else (picture,),
    )
    asked = reviews.ask(s, question, workflow_id="r", due_at=MONDAY, now=MONDAY)
    assert going(s) == []
    reviews.cancel_review(s, asked.review_no, "over", MONDAY)
    assert going(s) == [picture]


def test_pictures_beside_a_patch_wait_with_it(s: Session, evidence: EvidenceStore) -> None:
    before, after = put(s, evidence, data=b"before"), put(s, evidence, data=b"after")
    patch = ProposedPatch(
        "PB", "h", "page", "field", {"a": "b"}, {"a": "c"}, "other", before, after
    )
    portal_patches.propose(s, patch, MONDAY)
    assert going(s) == []


@pytest.mark.parametrize("kind", ["proof_of_delivery", "statement", "dossier"])
def test_no_rule_can_delete_another_kind_of_evidence(
    s: Session, evidence: EvidenceStore, kind: str
) -> None:
    put(s, evidence, kind=kind)
    assert retention.past_keeping(s, [KeepRule(kind, 1, "a mistake")], PAST) == {}


@pytest.mark.parametrize(
    "attack", ["UPDATE evidence_deletion SET rule = 'other'", "DELETE FROM evidence_deletion"]
)
def test_a_deletion_is_never_undone_nor_rewritten(
    database: Database, evidence: EvidenceStore, attack: str
) -> None:
    with database.transaction() as s:
        picture = evidence.put(
            s, b"x", kind="screenshot", source="PB", name="n", case_no=None, now=MONDAY
        )
        retention.note_deleted(s, {picture: RULES[0]}, PAST)
    with pytest.raises(DatabaseError, match="only grows"), database.transaction() as s:
        s.connection().execute(text(attack))
