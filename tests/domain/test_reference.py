"""Our payment references: check digits catch every single slip and every swap of neighbours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.reference import (
    NotABody,
    canonical,
    grouped,
    is_reference,
    payment_reference,
    reference_of,
    with_digits_read,
)

BODIES = st.integers(0, 10**16 - 1).map(lambda number: f"{number:016d}")


def test_a_reference_has_a_prefix_two_check_digits_and_sixteen_digits() -> None:
    # 98 - (0000002026000001 2715 00 mod 97).
    assert reference_of("0000002026000001") == "RF420000002026000001"


def test_the_standard_s_own_example_holds() -> None:
    """ISO 11649 prints RF18 5390 0754 7034: the same arithmetic on a body of eleven digits."""
    assert int("539007547034" + "2715" + "18") % 97 == 1


def test_a_subject_always_has_the_same_reference_and_another_turn_another_one() -> None:
    first = payment_reference("CL-2026-0001-1")
    assert first == payment_reference("CL-2026-0001-1")
    assert is_reference(first)
    assert is_reference(payment_reference("CL-2026-0001-1", turn=1))
    assert payment_reference("CL-2026-0001-1", turn=1) != first
    assert payment_reference("CL-2026-0001-2") != first


@pytest.mark.parametrize("body", ["", "1" * 15, "1" * 17, "１" * 16, "12345678901234a6", "-" * 16])
def test_a_body_is_sixteen_digits(body: str) -> None:
    with pytest.raises(NotABody):
        reference_of(body)


@given(BODIES, st.integers(2, 19), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(body: str, place: int, more: int) -> None:
    good = reference_of(body)
    wrong = str((int(good[place]) + more) % 10)
    assert is_reference(good)
    assert not is_reference(good[:place] + wrong + good[place + 1 :])


@given(BODIES, st.integers(2, 18))
def test_a_swap_of_neighbours_is_always_seen(body: str, place: int) -> None:
    good = reference_of(body)
    swapped = good[:place] + good[place + 1] + good[place] + good[place + 2 :]
    assert is_reference(swapped) == (good == swapped)


@pytest.mark.parametrize("text", ["", "RF", "RF420000002026000001 ", "rf650000002026000001"])
def test_only_the_canonical_form_is_a_reference(text: str) -> None:
    assert not is_reference(text)


@pytest.mark.parametrize(
    "text",
    [
        "rf42 0000 0020 2600 0001",
        "RF42-0000-0020-2600-0001",
        "ＲＦ４２００００００２０２６００００01",
        " RF42\u30000000\u00a00020\t26000001\n",
    ],
)
def test_case_width_and_separators_do_not_matter(text: str) -> None:
    assert canonical(text) == "RF420000002026000001"


def test_letters_in_the_places_of_digits_are_read_as_digits() -> None:
    assert with_digits_read("RF4ZOOOO0020Z6OO000I") == "RF420000002026000001"
    assert with_digits_read("TRN-O") == "TRN-O"


def test_it_is_printed_in_groups_of_four() -> None:
    assert grouped("RF420000002026000001") == "RF42 0000 0020 2600 0001"
