"""Claims move by the table; what was about to be sent for them is never forgotten."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from domain.lifecycle import ClaimMoveNotAllowed, ClaimStatus
from domain.money import CurrenciesDiffer, Money
from store import claims
from store.database import Database
from store.rows import FactDiffers
from tests.store.samples import MONDAY, TODAY, fen, later, open_case

NO = "CL-2026-0001-1"


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    """A transaction with one drafted claim of 1,000.00."""
    with database.transaction() as session:
        open_case(session)
        _draft(session, fen(100000))
        yield session


def test_drafting_twice_drafts_once(s: Session) -> None:
    assert _draft(s, fen(100000)).version == 1
    assert len(claims.claims_of(s, "SO-2026-0001")) == 1


def test_a_draft_with_another_amount_is_refused(s: Session) -> None:
    with pytest.raises(FactDiffers):
        _draft(s, fen(100001))


def test_a_place_in_the_order_of_payers_is_taken_once(s: Session) -> None:
    with pytest.raises(FactDiffers):
        claims.draft_claim(
            s,
            claim_no="CL-OTHER",
            case_no="SO-2026-0001",
            payer="PA",
            sequence=1,
            billed=fen(1),
            now=MONDAY,
        )


def test_what_changes_with_a_move_is_kept(s: Session) -> None:
    claims.move_claim(
        s,
        NO,
        ClaimStatus.SUBMITTED,
        key="submitted",
        now=later(1),
        payer_claim_no="PA-77",
        submitted_on=TODAY,
    )
    moved = claims.move_claim(
        s, NO, ClaimStatus.REMITTED, key="remitted", now=later(2), paid=fen(90000), shifted=fen(1)
    )
    assert (moved.payer_claim_no, moved.submitted_on, moved.paid, moved.shifted) == (
        "PA-77",
        TODAY,
        fen(90000),
        fen(1),
    )
    history = claims.claim_history(s, NO)
    assert [event.after for event in history] == ["drafted", "submitted", "remitted"]
    assert history[2].changes == {"paid": "900.00 CNY", "shifted": "0.01 CNY"}


def test_the_same_claim_move_again_changes_nothing(s: Session) -> None:
    for amount in (fen(1), fen(2)):
        moved = claims.move_claim(
            s, NO, ClaimStatus.SUBMITTED, key="submitted", now=MONDAY, adjusted=amount
        )
    assert moved.adjusted == fen(1)


def test_a_claim_move_outside_the_table_is_refused(s: Session) -> None:
    with pytest.raises(ClaimMoveNotAllowed):
        claims.move_claim(s, NO, ClaimStatus.PAID, key="paid", now=MONDAY, paid=fen(100000))
    assert claims.claim_of(s, NO).paid == fen(0)


def test_a_corrected_claim_has_a_higher_version(s: Session) -> None:
    claims.move_claim(s, NO, ClaimStatus.SUBMITTED, key="1", now=MONDAY)
    claims.move_claim(
        s, NO, ClaimStatus.DENIED, key="2", now=MONDAY, denial_code="16", denial_text="缺少批号"
    )
    corrected = claims.move_claim(s, NO, ClaimStatus.DRAFTED, key="3", now=MONDAY, version=2)
    assert (corrected.version, corrected.denial_code) == (2, "16")


def test_a_claim_keeps_its_currency(s: Session) -> None:
    with pytest.raises(CurrenciesDiffer):
        claims.note_claim(s, NO, key="n", now=MONDAY, paid=Money(1, "USD"))


def test_a_fact_is_noted_without_a_move(s: Session) -> None:
    noted = claims.note_claim(s, NO, key="ack", now=MONDAY, payer_claim_no="PA-77")
    assert (noted.status, noted.payer_claim_no) == (ClaimStatus.DRAFTED, "PA-77")


def test_an_unknown_claim_is_not_moved(s: Session) -> None:
    with pytest.raises(claims.NoSuchClaim):
        claims.move_claim(s, "CL-9", ClaimStatus.SUBMITTED, key="k", now=MONDAY)


def _draft(s: Session, billed: Money) -> claims.ClaimView:
    return claims.draft_claim(
        s,
        claim_no=NO,
        case_no="SO-2026-0001",
        payer="PA",
        sequence=1,
        billed=billed,
        now=MONDAY,
    )
