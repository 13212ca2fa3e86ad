"""A payer that sends no advice: a credit that names a claim and pays it whole is proof enough."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities import matching, telling_credits
from activities.matching import match_lines
from activities.world import World
from domain.lifecycle import ClaimStatus
from domain.money import Money
from domain.reference import payment_reference
from domain.statement import StatementLine
from engine.counterparties import Counterparties
from engine.fee_rules import load_fee_rules
from store import claims, ledger, matches, money
from store.money import LineAlreadyMatched
from tests.activities.facts import (
    CASE_NO,
    CLAIM_NO,
    PAID_ON,
    advice,
    balances,
    bank_line,
    book,
    claim_with_payer,
    line,
    state,
    statement,
    wakes,
)

pytestmark = pytest.mark.thorough

TUESDAY = date(2026, 1, 20)
OTHER_NO = "CL-2026-0002-1"
ONE_PERCENT = (
    '[[fee]]\nfrom = 2026-01-01\nrate = "0.01"\nvat_rate = "0.06"\nvat_on_top = true\n'
    'source = "test"\n'
)
INVOICED = {"output_vat": -13805, "revenue": -106195}


@pytest.fixture
def silent(world: World) -> World:
    """The world in which payer A sends no advice."""
    profiles = {p.code: p for p in world.counterparties.all()}
    profiles["PA"] = profiles["PA"].model_copy(update={"sends_advices": False})
    return replace(world, counterparties=Counterparties(profiles))


def naming(
    *claim_nos: str, minor: int = 120000, line_id: str = "BK-1", on: date = PAID_ON
) -> StatementLine:
    """A credit of 1,200.00 that quotes our references of these claims."""
    said = " ".join(map(payment_reference, claim_nos))
    return bank_line(line_id, minor, "", text=said, on=on)


def standing(world: World, *claim_nos: str) -> list[str]:
    with world.database.reading() as s:
        return [claims.claim_of(s, no).status.value for no in claim_nos or (CLAIM_NO,)]


def unclear(world: World) -> list[tuple[str, str]]:
    """What is open of the bank's lines, and what matching says of each."""
    with world.database.reading() as s:
        open_ = [one.line_id or "" for one in money.open_differences(s)]
        found = matches.last_findings_of(s, open_)
    return [(no, found[no].why) for no in sorted(open_)]


def shown(world: World, *lines: StatementLine, number: str = "ST-1", opening: int = 0) -> int:
    """A statement of these lines, matched; how many were booked."""
    state(world, statement(*lines, number=number, opening=opening))
    return match_lines(world, "BA-01", TUESDAY)


def test_a_credit_that_names_a_claim_and_pays_it_whole_is_booked(silent: World) -> None:
    claim_with_payer(silent)
    assert shown(silent, naming(CLAIM_NO)) == 1
    assert balances(silent) == {"bank:BA-01": 120000, **INVOICED}
    assert (standing(silent), unclear(silent)) == (["paid"], [])
    woken = [(f"claim-{CLAIM_NO}", "match:BK-1"), (f"case-{CASE_NO}", "match:BK-1")]
    assert wakes(silent) == woken
    with silent.database.reading() as s:
        claim = claims.claim_of(s, CLAIM_NO)
        kept = matches.decisions_of(s, ["BK-1"])["BK-1"]
        assert (money.open_items(s), money.awaited_transfers(s)) == ([], [])
    assert (claim.paid.minor, claim.decided_on) == (120000, PAID_ON)
    assert (kept.item_no, kept.rule, kept.alternatives) == (CLAIM_NO, "exact", 1)


def test_of_a_payer_that_sends_advices_the_same_credit_waits_for_its_advice(world: World) -> None:
    claim_with_payer(world)
    assert shown(world, naming(CLAIM_NO)) == 0
    assert (standing(world), unclear(world)) == (["submitted"], [("BK-1", "advice_missing")])
    assert balances(world)["suspense:BA-01"] == -120000


def test_matching_again_books_nothing_again(silent: World) -> None:
    claim_with_payer(silent)
    shown(silent, naming(CLAIM_NO))
    before = balances(silent), wakes(silent)
    assert match_lines(silent, "BA-01", TUESDAY) == 0
    assert (balances(silent), wakes(silent)) == before


@pytest.mark.parametrize("minor", [119994, 120006])
def test_a_credit_of_another_amount_than_the_claim_is_asked_about(
    silent: World, minor: int
) -> None:
    claim_with_payer(silent)
    assert shown(silent, naming(CLAIM_NO, minor=minor)) == 0
    assert standing(silent) == ["submitted"]
    assert balances(silent)["suspense:BA-01"] == -minor


def test_five_fen_less_are_rounding(silent: World) -> None:
    claim_with_payer(silent)
    assert shown(silent, naming(CLAIM_NO, minor=119995)) == 1
    assert balances(silent) == {"bank:BA-01": 119995, "rounding": 5, **INVOICED}
    assert standing(silent) == ["paid"]


def test_what_the_bank_keeps_by_contract_is_a_fee(silent: World, tmp_path: Path) -> None:
    """One percent of 1,200.00 is 12.00, and 0.72 VAT on it: 1,187.28 come."""
    (tmp_path / "PA").mkdir()
    (tmp_path / "PA" / "fees.toml").write_text(ONE_PERCENT)
    outfitted = replace(silent, fee_rules=load_fee_rules(tmp_path))
    claim_with_payer(outfitted)
    credit = replace(naming(CLAIM_NO, minor=118728), counterparty="测试商业医疗保险甲")
    assert shown(outfitted, credit) == 1
    kept = {"pay_fees": 1200, "input_vat": 72}
    assert balances(outfitted) == {"bank:BA-01": 118728, **kept, **INVOICED}
    assert standing(outfitted) == ["paid"]


def test_a_claim_in_two_credits_is_booked_when_both_are_there(silent: World) -> None:
    claim_with_payer(silent)
    assert shown(silent, naming(CLAIM_NO, minor=50000)) == 0
    second = naming(CLAIM_NO, minor=70000, line_id="BK-2")
    assert shown(silent, second, number="ST-2", opening=50000) == 2
    assert balances(silent) == {"bank:BA-01": 120000, **INVOICED}
    assert (standing(silent), unclear(silent)) == (["paid"], [])


def test_the_same_payment_twice_pays_once_and_the_second_is_asked_about(silent: World) -> None:
    claim_with_payer(silent)
    shown(silent, naming(CLAIM_NO))
    assert shown(silent, naming(CLAIM_NO, line_id="BK-2"), number="ST-2", opening=120000) == 0
    assert [no for no, _ in unclear(silent)] == ["BK-2"]
    assert balances(silent)["suspense:BA-01"] == -120000


@pytest.mark.parametrize("status", [ClaimStatus.DENIED, ClaimStatus.REVERSED, ClaimStatus.APPEALED])
def test_only_what_is_with_the_payer_is_paid_by_a_credit(
    silent: World, status: ClaimStatus
) -> None:
    claim_with_payer(silent)
    steps: Iterable[ClaimStatus] = (
        (ClaimStatus.DENIED, status) if status is ClaimStatus.APPEALED else (status,)
    )
    with silent.writing() as s:
        for step in steps:
            claims.move_claim(s, CLAIM_NO, step, key=f"{step}:1", now=silent.now())
    booked = shown(silent, naming(CLAIM_NO))
    assert (booked, standing(silent)) == (
        (1, ["paid"]) if status is ClaimStatus.APPEALED else (0, [status.value])
    )


def test_a_claim_of_which_a_part_is_settled_already_is_left_to_a_person(silent: World) -> None:
    claim_with_payer(silent)
    with silent.writing() as s:
        money.allocate(s, key="part", item_no=CLAIM_NO, amount=line().shifted(), why="test")
    assert shown(silent, naming(CLAIM_NO, minor=105000)) == 0
    assert standing(silent) == ["submitted"]


def test_who_was_quicker_between_the_look_and_the_booking_is_seen(
    silent: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_with_payer(silent)
    look = telling_credits.told_by_credits

    def while_somebody_else_books(*args: object) -> object:
        told = look(*args)  # type: ignore[arg-type]
        monkeypatch.setattr(matching, "told_by_credits", look)
        book(silent, advice(line()))
        return told

    monkeypatch.setattr(matching, "told_by_credits", while_somebody_else_books)
    state(silent, statement(naming(CLAIM_NO)))
    with pytest.raises(LineAlreadyMatched):
        match_lines(silent, "BA-01", TUESDAY)
    assert standing(silent) == ["remitted"]
    assert balances(silent)["suspense:BA-01"] == -120000


@pytest.mark.parametrize(("above", "ended"), [(0, (1, "paid")), (1, (0, "submitted"))])
def test_a_credit_without_reference_pays_all_that_was_handed_in_together_or_nothing(
    silent: World, above: int, ended: tuple[int, str]
) -> None:
    """Six claims of one day, 6,234.57 in all, and no other whose sums could come to that."""
    bills = [100003, 101117, 102559, 103703, 106121, 109954]
    numbers = [
        claim_with_payer(silent, f"SO-2026-{n:04d}", billed=minor)
        for n, minor in enumerate(bills, 1)
    ]
    credit = bank_line(minor=623457 + above, trace="", text="赔款")
    booked = shown(silent, replace(credit, counterparty="测试商业医疗保险甲"))
    assert (booked, *set(standing(silent, *numbers))) == ended
    if booked:
        assert "suspense:BA-01" not in balances(silent)
        assert "clearing:PA" not in balances(silent)
        with silent.database.reading() as s:
            kept = matches.decisions_of(s, ["BK-1"])["BK-1"]
        assert (kept.item_no, kept.rule) == (f"{CLAIM_NO} +5", "batch")


def test_a_credit_that_names_two_claims_is_for_a_person(silent: World) -> None:
    claim_with_payer(silent)
    claim_with_payer(silent, "SO-2026-0002")
    assert shown(silent, naming(CLAIM_NO, OTHER_NO, minor=240000)) == 0
    assert standing(silent, CLAIM_NO, OTHER_NO) == ["submitted", "submitted"]
    assert unclear(silent) == [("BK-1", "names_several")]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cuts=st.lists(st.integers(1, 119999), max_size=4, unique=True))
def test_however_a_claim_is_cut_into_credits_nothing_is_booked_in_halves(
    silent: World, cuts: list[int]
) -> None:
    """Either all of its credits are booked and it is paid, or none and it is as before."""
    with silent.database.reading() as s:
        n = len(claims.claims_with(s, ["PA"], ClaimStatus)) + 1
        before = ledger.balance(s, "bank:BA-01").minor
    claim_no = claim_with_payer(silent, f"SO-2026-{n:04d}")
    edges = [0, *sorted(cuts), 120000]
    parts = [after - last for last, after in pairwise(edges)]
    credits = [naming(claim_no, minor=part, line_id=f"BK-{n}-{k}") for k, part in enumerate(parts)]
    booked = shown(silent, *credits, number=f"ST-{n}", opening=before)
    with silent.database.reading() as s:
        open_ = {one.line_id for one in money.open_differences(s)}
        waiting = ledger.balance(s, "suspense:BA-01")
        assert -waiting == Money.total(one.amount for one in money.open_differences(s))
    of_these = {one.line_id for one in credits}
    assert (booked, len(open_ & of_these), standing(silent, claim_no)) in [
        (len(parts), 0, ["paid"]),
        (0, len(parts), ["submitted"]),
    ]
