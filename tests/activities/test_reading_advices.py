"""The printed advices of payers C and D, read by the layouts declared for them, and proved."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from activities.fetching import REMITTANCE_PDF
from activities.reading import layout_of_print, read_remittance
from domain.facts import DocumentRef
from domain.proof import NotProved, Proved
from domain.remittance import RemittanceAdvice
from sandbox.remittance_pdf import (
    PrintedClaim,
    PrintedRemittance,
    PrintedTakeBack,
    print_remittance,
)
from tests.store.samples import fen

CLAIM = PrintedClaim("CL-2026-0001-1", 1, 136050, 6050, 20000, 110000, "CO-45 PR-2")
TAKEN_BACK = PrintedTakeBack("CL-2025-0009-1", 10000, "WO")


def printed(letter: str, error: int = 0) -> bytes:
    """An advice over 1,100.00 for one claim, less 100.00 for another."""
    return print_remittance(
        PrintedRemittance(
            remittance_no=f"R{letter}-20260108-001",
            paid_on="2026-01-08",
            trace_number=f"P{letter}20260108000001",
            payer_name="测试支付方",
            payee_name="测试回款医疗器械有限公司",
            claims=(CLAIM,),
            take_backs=(TAKEN_BACK,),
            error_in_total=error,
        )
    )


def document(letter: str, data: bytes) -> DocumentRef:
    sha256 = hashlib.sha256(data).hexdigest()
    return DocumentRef(sha256, f"P{letter}", REMITTANCE_PDF, f"R{letter}-20260108-001")


def read(document: DocumentRef, data: bytes) -> Proved[RemittanceAdvice]:
    return read_remittance(document, data, layout=layout_of_print(document))


@pytest.mark.parametrize("letter", ["C", "D"])
def test_a_downloaded_advice_is_proved_to_the_cent(letter: str) -> None:
    data = printed(letter)
    advice = read(document(letter, data), data).value
    assert (advice.remittance_no, advice.payer) == (f"R{letter}-20260108-001", f"P{letter}")
    assert (advice.trace_number, advice.paid_on) == (f"P{letter}20260108000001", date(2026, 1, 8))
    assert advice.total == fen(100000)
    (line,) = advice.lines
    assert (line.claim_no, line.billed, line.paid) == ("CL-2026-0001-1", fen(136050), fen(110000))


@pytest.mark.parametrize("letter", ["C", "D"])
def test_an_advice_whose_total_is_wrong_is_not_proved(letter: str) -> None:
    data = printed(letter, error=1000)
    with pytest.raises(NotProved):
        read(document(letter, data), data)


@pytest.mark.parametrize(("letter", "of"), [("C", "D"), ("D", "C"), ("B", "D")])
def test_the_advice_of_another_payer_is_not_read_as_this_one_s(letter: str, of: str) -> None:
    data = printed(of)
    with pytest.raises(NotProved):
        read(document(letter, data), data)
