"""No wrong parse of a document is proved, whatever the kind: a short form of `bench.documents`."""

from __future__ import annotations

from collections import Counter

import pytest

from bots.documents.grid import filled
from bots.documents.layout import Layout
from bots.documents.mutating import mutations
from bots.documents.reader import prove_filled
from domain.proof import Proved
from domain.remittance import RemittanceAdvice
from tests.bots.documents.printer import REMITTANCE, STATEMENT, Printed, long_remittance
from tests.bots.documents.seeing import BANK_ACCOUNT, PAYER_B, seen

KINDS = {
    "a row lost", "a row doubled", "all rows but one lost", "the last rows lost", "a digit wrong",
    "a decimal point lost", "a sign turned", "amounts of two rows swapped",
    "two errors that compensate", "a column shifted by a row", "two columns of a row swapped",
    "a printed total wrong", "references shifted by a row", "all amounts in another unit",
}  # fmt: skip
ONLY_BOOKS = {"references shifted by a row", "all amounts in another unit"}


@pytest.mark.parametrize(
    ("document", "layout"),
    [(long_remittance(12), PAYER_B), (REMITTANCE, PAYER_B), (STATEMENT, BANK_ACCOUNT)],
)
def test_no_wrong_parse_is_proved(document: Printed, layout: Layout) -> None:
    tried: Counter[str] = Counter()
    through: Counter[str] = Counter()
    for wrong in mutations(filled(layout, seen(document)), layout, seed=7, count=350):
        tried[wrong.kind] += 1
        assert wrong.only_our_books_tell == (wrong.kind in ONLY_BOOKS)
        if isinstance(prove_filled(wrong.found, layout, sha256="0" * 64), Proved):
            through[wrong.kind] += 1

    assert set(tried) == KINDS
    assert min(tried.values()) == 25
    assert set(through) <= ONLY_BOOKS


def test_what_adds_up_under_another_reference_is_billed_otherwise_in_our_books() -> None:
    right = filled(PAYER_B, seen(long_remittance(12)))
    billed = {row["claim_no"]: row["billed"] for row in right.rows["claims"]}
    tried = 0
    for wrong in mutations(right, PAYER_B, seed=7, count=140):
        if wrong.only_our_books_tell:
            read = prove_filled(wrong.found, PAYER_B, sha256="0" * 64)
            assert isinstance(read, Proved)
            assert isinstance(read.value, RemittanceAdvice)
            assert any(line.billed.minor != billed[line.claim_no] for line in read.value.lines)
            tried += 1
    assert tried == 20


def test_the_same_seed_makes_the_same_wrong_parses() -> None:
    right = filled(BANK_ACCOUNT, seen(STATEMENT))

    one, again = (list(mutations(right, BANK_ACCOUNT, seed=3, count=30)) for _ in range(2))

    assert one == again
    assert right == filled(BANK_ACCOUNT, seen(STATEMENT))
