"""What is booked leaves its proof behind, tied to our own books and to the very file."""

from __future__ import annotations

import pytest

from activities.booking import book_remittance
from activities.world import World
from domain.proof import NotProved
from store import money, proofs
from tests.activities.facts import advice, book, claim_with_payer, line, proved, received


def test_a_proof_of_another_file_books_nothing(world: World) -> None:
    claim_with_payer(world)
    this, other = received(world, "PA", "RA-1"), received(world, "PA", "RA-1", b"other")
    with pytest.raises(NotProved, match="the proof is of this file: 0 is not 1"):
        book_remittance(world, proved(advice(line()), other), this)
    with world.database.reading() as s:
        assert money.list_remittances(s) == []
        assert proofs.proofs_of(s, this.sha256) == []


def test_what_our_books_say_of_each_claim_is_part_of_the_proof(world: World) -> None:
    claim_with_payer(world)
    document = book(world, advice(line()))
    with world.database.reading() as s:
        (kept,) = proofs.proofs_of(s, document.sha256)
    assert kept.subject == "remittance RA-1"
    assert [(e.kind, e.name, e.left_minor, e.right_minor) for e in kept.equations] == [
        ("row", "CL-2026-0001-1 billed - adjusted = paid", 100000, 100000),
        ("total", "sum of lines = total", 100000, 100000),
        ("identity", "the proof is of this file", 1, 1),
        ("identity", "CL-2026-0001-1 billed = our claim", 120000, 120000),
    ]
