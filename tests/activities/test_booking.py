"""Booking an advice: identity first, then all or nothing, and every surprise to suspense."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.booking import NotOurs, book_remittance
from activities.world import World
from connectors.pay_channel import SettledLine, Settlement
from domain.lifecycle import ClaimStatus
from domain.money import Money
from domain.remittance import RemittanceAdvice
from store import claims, documents, ledger, money
from tests.activities.facts import (
    CASE_NO,
    CLAIM_NO,
    PAID_ON,
    advice,
    balances,
    book,
    book_channel_settlement,
    claim_status,
    claim_with_payer,
    line,
    proved,
    received,
    taken_back,
    wakes,
)
from tests.store.samples import fen

INVOICED = {"output_vat": -13805, "receivable:PA": 120000, "revenue": -106195}


def test_an_advice_settles_its_claim_and_raises_the_patient_s_share(world: World) -> None:
    claim_with_payer(world)
    document = book(world, advice(line()))
    assert balances(world) == {
        "clearing:PA": 100000,
        "contract_adjustments": 5000,
        "output_vat": -13805,
        "receivable:patient": 15000,
        "revenue": -106195,
    }
    with world.database.reading() as s:
        claim = claims.claim_of(s, CLAIM_NO)
        items = [(i.item_no, i.payer, i.kind, i.open, i.due_on) for i in money.items_of(s, CASE_NO)]
        (awaited,) = money.awaited_transfers(s)
        kept = documents.document_of(s, document.sha256)
    assert (claim.status, claim.paid, claim.adjusted, claim.shifted) == (
        ClaimStatus.REMITTED,
        fen(100000),
        fen(5000),
        fen(15000),
    )
    assert [item[:4] for item in items] == [
        (CLAIM_NO, "PA", "claim", fen(0)),
        ("PT-2026-0001", "patient", "patient", fen(15000)),
    ]
    assert str(items[1][4]) == "2026-02-18"
    assert (awaited.advice_no, awaited.account_hint, awaited.amount, str(awaited.due_on)) == (
        "RA-1",
        "BA-01",
        fen(100000),
        "2026-02-18",
    )
    assert kept.status == "booked"
    assert wakes(world) == [(f"claim-{CLAIM_NO}", "remittance:RA-1")]


def test_the_share_goes_to_the_next_insurer_when_there_is_one(world: World) -> None:
    claim_with_payer(world, payers=("PA", "PB"))
    book(world, advice(line()))
    with world.database.reading() as s:
        share = money.item_of(s, "CL-2026-0001-2")
    assert (share.payer, share.kind, share.open, str(share.due_on)) == (
        "PB",
        "claim",
        fen(15000),
        "2026-02-13",
    )
    assert balances(world)["receivable:PB"] == 15000


def test_the_same_advice_twice_is_booked_once(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    before = balances(world), wakes(world)
    book(world, advice(line()))
    assert (balances(world), wakes(world)) == before


def test_an_advice_that_pays_nothing_awaits_no_transfer(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line(paid=0, contract=0, shifted=120000)))
    with world.database.reading() as s:
        assert money.awaited_transfers(s) == []
    assert balances(world)["receivable:patient"] == 120000


@pytest.mark.parametrize(
    ("refused", "problem"),
    [
        (advice(line(), line("CL-2026-0099-1")), "claim CL-2026-0099-1: not ours"),
        (advice(line(), taken=(taken_back("CL-2025-0009-1"),)), "claim CL-2025-0009-1: not ours"),
        (
            advice(line(billed=120001, paid=100001)),
            "claim CL-2026-0001-1: billed 1200.00 CNY, advice 1200.01 CNY",
        ),
        (
            advice(line(billed=119999, paid=99999)),
            "claim CL-2026-0001-1: billed 1200.00 CNY, advice 1199.99 CNY",
        ),
        (advice(line(), line()), "claim CL-2026-0001-1: named twice"),
        (
            advice(line(paid=-1, contract=105001)),
            "claim CL-2026-0001-1: paid -0.01 CNY is below zero",
        ),
        (
            advice(line(paid=115001, shifted=-1)),
            "claim CL-2026-0001-1: patient's share -0.01 CNY is below zero",
        ),
    ],
    ids=["unknown", "unknown taken", "a fen more", "a fen less", "twice", "paid", "share"],
)
def test_what_is_not_ours_books_nothing(
    world: World, refused: RemittanceAdvice, problem: str
) -> None:
    claim_with_payer(world)
    with pytest.raises(NotOurs) as refusal:
        book(world, refused)
    assert refusal.value.problems == [problem]
    _nothing_was_booked(world)


def test_a_claim_that_is_with_another_payer_books_nothing(world: World) -> None:
    claim_with_payer(world, payers=("PB",))
    with pytest.raises(NotOurs, match="claim CL-2026-0001-1: is with PB, not PA"):
        book(world, advice(line()))
    with world.database.reading() as s:
        assert claim_status(s) == "submitted"
        assert money.list_remittances(s) == []


def test_a_source_speaks_for_itself_alone(world: World) -> None:
    claim_with_payer(world)
    with pytest.raises(NotOurs, match="payer: PB sent an advice of PA"):
        book(world, advice(line()), source="PB")
    _nothing_was_booked(world)


def test_every_problem_of_an_advice_is_told_at_once(world: World) -> None:
    claim_with_payer(world)
    with pytest.raises(NotOurs) as refusal:
        book(world, advice(line(billed=120001, paid=100001), line("CL-2026-0099-1")))
    assert len(refusal.value.problems) == 2


def test_a_number_that_is_booked_with_another_content_is_refused(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    before = balances(world)
    other = advice(line(paid=99999, contract=5001))
    document = received(world, "PA", "RA-1", b"other")
    with pytest.raises(NotOurs, match="RA-1 is booked with another content"):
        book_remittance(world, proved(other, document), document)
    assert balances(world) == before


def test_money_for_a_claim_that_is_settled_waits_in_suspense(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    book(world, advice(line(paid=105000, contract=0), number="RA-2"))
    assert balances(world)["suspense:PA"] == -105000
    with world.database.reading() as s:
        (surprise,) = money.open_differences(s)
        claim = claims.claim_of(s, CLAIM_NO)
    assert (surprise.kind, surprise.amount, surprise.ask_on) == (
        "nothing_open",
        fen(105000),
        PAID_ON,
    )
    assert claim.paid == fen(100000)


def test_what_is_taken_back_waits_in_suspense_below_zero(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line(), taken=(taken_back(minor=-10000),)))
    assert balances(world)["suspense:PA"] == 10000
    assert balances(world)["clearing:PA"] == 90000
    assert _open(world) == [("take_back", -10000)]


def test_one_claim_taken_back_twice_is_one_question_over_the_sum(world: World) -> None:
    """Two adjustments alike had one difference, and half of the suspense had no owner."""
    claim_with_payer(world)
    book(world, advice(line(), taken=(taken_back(), taken_back())))
    assert balances(world)["suspense:PA"] == 20000
    assert _open(world) == [("take_back", -20000)]


def test_money_added_outside_any_claim_is_no_take_back(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line(), taken=(taken_back(minor=300),)))
    assert balances(world)["suspense:PA"] == -300
    assert _open(world) == [("paid_extra", 300)]


def test_what_is_taken_and_given_back_again_asks_nobody(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line(), taken=(taken_back(minor=-300), taken_back(minor=300))))
    assert "suspense:PA" not in balances(world)
    assert _open(world) == []


def test_a_settlement_is_awaited_and_wakes_the_cases_of_its_patients(world: World) -> None:
    paid = [SettledLine(f"PY-{n}", "payment", f"SO-2026-000{n}", fen(7200)) for n in (2, 1)]
    settlement = Settlement("SE-1", PAID_ON, "TRN-SE-1", fen(21600), (*paid, paid[0]))
    book_channel_settlement(world, settlement)
    with world.database.reading() as s:
        (awaited,) = money.awaited_transfers(s)
    assert (awaited.payer, awaited.account_hint, awaited.case_nos) == (
        "pay_channel",
        "BA-01",
        ["SO-2026-0001", "SO-2026-0002"],
    )
    assert wakes(world) == [
        ("case-SO-2026-0001", "settlement:SE-1"),
        ("case-SO-2026-0002", "settlement:SE-1"),
    ]


SHARES = st.tuples(st.integers(0, 40000), st.integers(0, 40000))
ORDERS = count(1)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(SHARES, st.booleans(), st.lists(st.integers(-9000, 9000).filter(bool), max_size=3))
def test_suspense_is_always_the_sum_of_the_open_differences(
    world: World, shares: tuple[int, int], is_settled: bool, outside: list[int]
) -> None:
    """Whatever an advice says that adds up; one world serves all examples, each with its order."""
    number = next(ORDERS)
    claim_no = claim_with_payer(world, f"SO-2027-{number:04d}")
    contract, shifted = shares
    if is_settled:
        book(world, advice(line(claim_no), number=f"RA-{number}-before"))
    part = line(claim_no, paid=120000 - contract - shifted, contract=contract, shifted=shifted)
    taken = tuple(taken_back(claim_no, minor) for minor in outside)
    book(world, advice(part, number=f"RA-{number}", taken=taken))
    with world.database.reading() as s:
        held = ledger.suspense_total(s)
        assert held == Money.total(found.amount for found in money.open_differences(s))
        announced = Money.total(awaited.amount for awaited in money.awaited_transfers(s))
    assert balances(world).get("clearing:PA", 0) == announced.minor


def _open(world: World) -> list[tuple[str, int]]:
    with world.database.reading() as s:
        return [(found.kind, found.amount.minor) for found in money.open_differences(s)]


def _nothing_was_booked(world: World) -> None:
    assert balances(world) == INVOICED
    assert wakes(world) == []
    with world.database.reading() as s:
        assert claim_status(s) == "submitted"
        assert money.list_remittances(s) == []
        assert money.open_differences(s) == []
        assert money.awaited_transfers(s) == []
