"""Matching the bank's lines with announced money, and what becomes of the rest."""

from __future__ import annotations

from datetime import date

import pytest

from activities.matching import match_lines
from activities.world import World
from domain.reference import payment_reference
from store import claims, matches, money
from tests.activities.facts import (
    CASE_NO,
    CLAIM_NO,
    PAID_ON,
    advice,
    balances,
    bank_line,
    book,
    claim_status,
    claim_with_payer,
    line,
    state,
    statement,
    wakes,
)
from tests.store.samples import fen

pytestmark = pytest.mark.thorough

TUESDAY = date(2026, 1, 20)


def test_money_that_was_announced_empties_suspense_and_clearing(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    state(world, statement(bank_line()))
    assert _match(world) == 1
    assert balances(world) == {
        "bank:BA-01": 100000,
        "contract_adjustments": 5000,
        "output_vat": -13805,
        "receivable:patient": 15000,
        "revenue": -106195,
    }
    with world.database.reading() as s:
        assert claim_status(s) == "partly_paid"
        assert money.open_differences(s) == []
        assert money.awaited_transfers(s) == []
    assert wakes(world)[1:] == [(f"case-{CASE_NO}", "match:BK-1")]


def test_a_claim_that_is_paid_to_the_last_fen_is_paid(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line(paid=120000, contract=0, shifted=0)))
    state(world, statement(bank_line(minor=120000)))
    _match(world)
    with world.database.reading() as s:
        assert claim_status(s) == "paid"


def test_a_claim_that_is_paid_but_for_a_fen_is_partly_paid(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line(paid=119999, contract=1, shifted=0)))
    state(world, statement(bank_line(minor=119999)))
    _match(world)
    with world.database.reading() as s:
        assert claim_status(s) == "partly_paid"


def test_matching_twice_is_once(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    state(world, statement(bank_line(), bank_line("BK-2", 500, "")))
    _match(world)
    before = balances(world), wakes(world)
    assert _match(world) == 0
    assert (balances(world), wakes(world)) == before
    with world.database.reading() as s:
        assert len(money.open_differences(s)) == 1


def test_a_line_that_nothing_explains_has_a_difference_with_a_day_to_ask(world: World) -> None:
    state(world, statement(bank_line(minor=50000, trace="TRN-9")))
    assert _match(world) == 0
    with world.database.reading() as s:
        (found,) = money.open_differences(s)
    assert (found.kind, found.amount, found.suspense_account, found.line_id) == (
        "unmatched_line",
        fen(50000),
        "suspense:BA-01",
        "BK-1",
    )
    assert (found.opened_on, found.ask_on) == (PAID_ON, date(2026, 1, 26))


def test_an_advice_that_comes_late_settles_the_difference_of_its_line(world: World) -> None:
    claim_with_payer(world)
    state(world, statement(bank_line()))
    _match(world)
    book(world, advice(line()))
    assert _match(world) == 1
    with world.database.reading() as s:
        assert money.open_differences(s) == []
    assert "suspense:BA-01" not in balances(world)


def test_money_in_the_wrong_account_stays_a_difference(world: World) -> None:
    """PA pays into BA-01: the same trace number in BA-02 is for a person to explain."""
    claim_with_payer(world)
    book(world, advice(line()))
    state(world, statement(bank_line(), account="BA-02"), source="BA-02")
    assert _match(world, "BA-02") == 0
    assert _match(world, "BA-01") == 0


def test_a_line_of_tomorrow_is_left_for_tomorrow(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    state(world, statement(bank_line(on=TUESDAY)))
    assert _match(world, day=PAID_ON) == 0
    assert _match(world, day=TUESDAY) == 1


def test_the_money_of_a_second_advice_does_not_pay_the_first(world: World) -> None:
    """The claim counted as paid while its own money was still to come."""
    claim_with_payer(world)
    book(world, advice(line()))
    book(world, advice(line(paid=105000, contract=0), number="RA-2"))
    state(world, statement(bank_line(minor=105000, trace="TRN-RA-2")))
    assert _match(world) == 1
    with world.database.reading() as s:
        assert claims.claim_of(s, CLAIM_NO).status.value == "remitted"
    state(world, statement(bank_line("BK-2"), number="ST-2", opening=105000))
    _match(world)
    with world.database.reading() as s:
        assert claims.claim_of(s, CLAIM_NO).status.value == "partly_paid"


def _match(world: World, account: str = "BA-01", day: date = TUESDAY) -> int:
    return match_lines(world, account, day)


def test_why_a_line_was_booked_is_kept_with_it(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    state(world, statement(bank_line()))
    _match(world)
    with world.database.reading() as s:
        kept = matches.decisions_of(s, ["BK-1"])["BK-1"]
    assert (kept.item_no, kept.rule, kept.evidence, kept.alternatives, kept.rule_version) == (
        "RA-1",
        "exact",
        "printed",
        1,
        "2026-01",
    )
    assert len(kept.snapshot_sha256) == 64


def test_two_payments_of_one_amount_on_one_day_are_one_payment_and_one_question(
    world: World,
) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    state(world, statement(bank_line("BK-2"), bank_line("BK-1")))
    assert _match(world) == 1
    with world.database.reading() as s:
        assert [one.line_id for one in money.open_differences(s)] == ["BK-2"]
        found = matches.finding_of(s, "BK-2")
    assert found is not None
    assert (found.difference_class, found.why) == ("duplicate_payment", "paid_before")
    assert balances(world)["suspense:BA-01"] == -100000


def test_a_transfer_in_two_parts_is_booked_when_both_are_there(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    state(world, statement(bank_line("BK-1", 40000)))
    assert _match(world) == 0
    state(world, statement(bank_line("BK-2", 60000), number="ST-2", opening=40000))
    assert _match(world) == 2
    assert "suspense:BA-01" not in balances(world)
    assert "clearing:PA" not in balances(world)
    with world.database.reading() as s:
        assert claim_status(s) == "partly_paid"
        assert money.open_differences(s) == []
    assert _match(world) == 0


def test_a_few_fen_are_rounding_and_six_are_a_question(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    state(world, statement(bank_line(minor=99994)))
    assert _match(world) == 0
    state(world, statement(bank_line("BK-2", 99995), number="ST-2", opening=99994))
    assert _match(world) == 0, "two lines that name one transfer are for a person"


def test_five_fen_less_are_booked_as_rounding(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    state(world, statement(bank_line(minor=99995)))
    assert _match(world) == 1
    assert balances(world)["rounding"] == 5
    assert "clearing:PA" not in balances(world)


def test_money_in_the_wrong_account_is_called_that(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    state(world, statement(bank_line(), account="BA-02"), source="BA-02")
    _match(world, "BA-02")
    with world.database.reading() as s:
        found = matches.finding_of(s, "BK-1")
    assert found is not None
    assert (found.difference_class, found.item_no) == ("wrong_account", "RA-1")


def test_a_claim_of_which_no_advice_spoke_is_proposed_and_not_booked(world: World) -> None:
    claim_no = claim_with_payer(world)
    state(world, statement(bank_line(minor=120000, trace=payment_reference(claim_no))))
    assert _match(world) == 0
    with world.database.reading() as s:
        found = matches.finding_of(s, "BK-1")
        assert claim_status(s) == "submitted"
    assert found is not None
    assert (found.why, found.item_no) == ("advice_missing", claim_no)
    assert [(p.item_no, p.why) for p in found.proposals] == [(claim_no, "exact")]
