"""Where a total begins to prove something, what may not stand in its way, and what a number is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.matching import MatchingRules
from reconciliation.tables import Item
from tests.reconciliation.snapshots import (
    DUE,
    RULES,
    claim,
    classes,
    credit,
    matched,
    pairs,
    transfer,
)

pytestmark = pytest.mark.thorough

WHOLE = (1987, 1993, 1997, 1999, 2000)
"""Five amounts without a common step, the greatest of 20.00."""
CHANNEL = "pay_channel"


def _batch(
    amounts: Sequence[int], *, batch: str = "B-1", first: int = 0, payer: str = "PA"
) -> list[Item]:
    return [claim(first + n, minor, batch=batch, payer=payer) for n, minor in enumerate(amounts)]


def _is_booked(
    items: Sequence[Item], minor: int, *, rules: MatchingRules = RULES, booked: date = DUE
) -> bool:
    found = matched(items, [credit(1, "", minor, booked=booked)], rules=rules)
    return {rule for _, _, rule in pairs(found)} == {"batch"}


@pytest.mark.parametrize(("greatest", "is_booked"), [(2000, True), (1999, False)])
def test_of_a_single_batch_the_greatest_claim_says_how_much_its_total_proves(
    greatest: int, is_booked: bool
) -> None:
    """One wrong total in so many fen: 1 in 2,000 is just the bound of 0.0005."""
    amounts = [1801, 1803, 1807, 1811, greatest]
    assert _is_booked(_batch(amounts), sum(amounts)) is is_booked


@pytest.mark.parametrize(("apart", "is_booked"), [(4000, True), (3999, False)])
def test_of_two_batches_their_distance_says_it(apart: int, is_booked: bool) -> None:
    """Two hypotheses over 4,000 fen are the bound, however much one claim costs."""
    first = [900_001, 1803, 1807, 1811, 1823]
    second = [900_001 + apart, 1804, 1809, 1806, 1825]
    assert sum(second) - sum(first) == apart
    items = [*_batch(first), *_batch(second, batch="B-2", first=10)]
    assert _is_booked(items, sum(first)) is is_booked


@pytest.mark.parametrize(("most_ppm", "is_booked"), [(5263, True), (5262, False)])
def test_just_as_many_equal_prices_as_may_be_are_well(most_ppm: int, is_booked: bool) -> None:
    """Twenty claims, two of one price: one pair of 190, which is 5,263 in a million."""
    amounts = [10_007 + 101 * n for n in range(19)] + [10_007]
    rules = replace(RULES, same_price_ppm=most_ppm)
    assert _is_booked(_batch(amounts), sum(amounts), rules=rules) is is_booked


@pytest.mark.parametrize(
    ("days", "is_booked"), [(-11, False), (-10, True), (29 + 60, True), (29 + 61, False)]
)
def test_a_batch_is_looked_for_from_before_its_first_claim_until_after_its_last(
    days: int, is_booked: bool
) -> None:
    dues = (0, 3, 7, 11, 29)
    items = [
        claim(n, minor, batch="B-1", due=DUE + timedelta(days=due))
        for n, (minor, due) in enumerate(zip(WHOLE, dues, strict=True))
    ]
    booked = DUE + timedelta(days=days)
    assert _is_booked(items, sum(WHOLE), booked=booked) is is_booked


def test_a_batch_of_the_same_name_at_another_payer_stands_in_nobody_s_way() -> None:
    theirs = _batch(WHOLE, first=10, payer="PB")
    settled = claim(20, 5000, batch="B-1", payer="PB", state="settled")
    assert _is_booked([*_batch(WHOLE), *theirs, settled], sum(WHOLE))


def test_a_broken_batch_stands_in_its_own_way_only() -> None:
    first, second = _batch(WHOLE), _batch([9901, 9903, 9907, 9911, 9923], batch="B-2", first=10)
    settled = claim(20, 5000, batch="B-2", state="settled")
    lines = [credit(1, "", sum(WHOLE)), credit(2, "", 9901 + 9903 + 9907 + 9911 + 9923)]
    found = matched([*first, *second, settled], lines)
    assert {line for line, _, _ in pairs(found)} == {"BK-1"}


def test_a_settlement_is_not_paid_by_what_was_found_to_be_a_second_payment() -> None:
    """Both name S; the second is asked about, and not taken for T, which has its amount as well."""
    announced = [
        transfer(no, f"TRN-{no}", 50_000, payer=CHANNEL, kind="settlement") for no in ("S1", "T1")
    ]
    lines = [credit(n, "", 50_000, payer=CHANNEL, text="清算 TRN-S1 款") for n in (1, 2)]
    found = matched(announced, lines)
    assert pairs(found) == [("BK-1", "S1", "exact")]
    assert [(line, why) for line, _, why in classes(found)] == [("BK-2", "paid_before")]


@pytest.mark.parametrize(
    ("quoted", "rules"),
    [
        ("TRN-S1", ["exact"]),
        # Six signs are a number, five are not; the amount alone explains the other.
        ("A1-B2C", ["exact"]),
        ("A1-B2", ["settlement"]),
    ],
)
def test_a_number_in_a_text_has_six_signs_at_least(quoted: str, rules: list[str]) -> None:
    announced = transfer("S1", quoted, 50_000, payer=CHANNEL, kind="settlement")
    found = matched([announced], [credit(1, "", 50_000, payer=CHANNEL, text=f"款 {quoted} 号")])
    assert [rule for _, _, rule in pairs(found)] == rules


@pytest.mark.parametrize(
    "quoted",
    [
        # Two other letters before digits that hold; one digit less, whose digits hold as well.
        "XX600083853103822867",
        "RF77008385310382286",
    ],
)
def test_what_only_looks_like_ours_keeps_nothing_from_its_settlement(quoted: str) -> None:
    assert int(quoted[4:] + "2715" + quoted[2:4]) % 97 == 1
    announced = transfer("S1", "TRN-S1", 50_000, payer=CHANNEL, kind="settlement")
    found = matched([announced], [credit(1, quoted, 50_000, payer=CHANNEL)])
    assert pairs(found) == [("BK-1", "S1", "settlement")]


def test_a_number_that_stands_in_both_places_is_told_by_the_better() -> None:
    announced = transfer("S1", "TRN-S1", 50_000, payer=CHANNEL, kind="settlement")
    line = credit(1, "trn-s1", 50_000, payer=CHANNEL, text="款 TRN-S1 号")
    assert [one.read for one in matched([announced], [line]).explained] == ["tidied"]


def test_a_number_of_ours_with_a_wrong_digit_is_none_and_hinders_nothing() -> None:
    announced = transfer("S1", "TRN-S1", 50_000, payer=CHANNEL, kind="settlement")
    found = matched([announced], [credit(1, "RF610083853103822867", 50_000, payer=CHANNEL)])
    assert pairs(found) == [("BK-1", "S1", "settlement")]
    right = matched([announced], [credit(1, "RF600083853103822867", 50_000, payer=CHANNEL)])
    assert pairs(right) == [], "a sound number of ours names something else than a settlement"
