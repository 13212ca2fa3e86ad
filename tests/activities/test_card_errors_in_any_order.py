"""Diaries of what a card network does to a payment, told in another order than it happened."""

from __future__ import annotations

from datetime import date

import pytest

from tests.activities.facts import wakes
from tests.activities.test_card_errors import adjusts, asked, placed_as
from tests.activities.till import Till, till
from tests.connectors.paying import acquirer_keys
from tests.golden.errors_files import members_of, packed
from tests.store.samples import open_case

__all__ = ["acquirer_keys", "till"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.parametrize("till", ["pay_card"], indirect=True),
]


def damages(till: Till, day: int, pattern: str) -> bytes:
    """On a day of January a zip that was placed is no zip of its two files; the whole one."""
    till.time_goes_on(day)
    placed = placed_as(pattern)
    whole = placed.read_bytes()
    files = members_of(whole)
    (name,) = (name for name in files if "ZME" in name)
    placed.write_bytes(packed({**files, name: files[name].replace(b"E23", b"E05")}))
    return whole


def looked_at(till: Till) -> list[str]:
    """The differences whose questions are told to look again."""
    return [arg for _, arg in wakes(till.world) if arg.startswith("DF-")]


def test_an_answer_that_is_booked_before_its_chargeback_clears_up_with_it(till: Till) -> None:
    with till.world.writing() as s:
        open_case(s)
    till.pays("P1", 10_000, case="SO-2026-0001")
    adjusts(till, 6, "E23", "P1", 10_000)
    adjusts(till, 7, "E24", "P1", 10_000)
    mended = damages(till, 9, "INN260106*.zip")
    till.collect()
    # Of Tuesday a person is asked; what Wednesday's answers is unknown until then.
    assert (len(till.refused), till.unclear()) == (1, [("bill_adjustment", "100.00", "01-09")])
    (question,) = asked(till)
    assert "a representment of no payment of ours brings 100.00 CNY" in question.sentence_en
    till.hand_in(date(2026, 1, 6), mended)
    till.morning(12)
    assert (till.unclear(), asked(till), len(till.refused)) == ([], [], 1)
    assert looked_at(till) == [question.subject]
    told = till.balances()
    assert (told.get("suspense:pay_card"), told.get("write_offs"), till.owed()) == (
        None,
        None,
        "0.00",
    )


def test_an_answer_that_came_first_and_undoes_nothing_is_asked_anew_in_right_words(
    till: Till,
) -> None:
    with till.world.writing() as s:
        open_case(s)
    till.pays("P1", 10_000, case="SO-2026-0001")
    adjusts(till, 6, "E23", "P1", 10_000)
    adjusts(till, 7, "E24", "P1", 9_999)
    mended = damages(till, 9, "INN260106*.zip")
    till.collect()
    (question,) = asked(till)
    till.hand_in(date(2026, 1, 6), mended)
    till.morning(12)
    assert looked_at(till) == [question.subject]
    assert till.unclear() == [
        ("bill_adjustment", "99.99", "01-12"),
        ("bill_chargeback", "-100.00", "01-12"),
    ]
    questions = asked(till)
    assert {one.case_no for one in questions} == {"SO-2026-0001"}
    assert sorted(one.sentence_en.split(" (")[0] for one in questions) == [
        "Errors file of pay_card: a chargeback of PM-P1-1-1 takes 100.00 CNY",
        "Errors file of pay_card: a representment of PM-P1-1-1 brings 99.99 CNY",
    ]
    assert till.balances()["suspense:pay_card"] == "0.01"


def test_rows_of_one_file_may_stand_in_any_order_and_the_last_word_stays(till: Till) -> None:
    till.pays("P1", 10_000)
    for code in ("E23", "E24", "E25"):
        adjusts(till, 6, code, "P1", 10_000)
    till.time_goes_on(8)
    placed = placed_as("INN260106*.zip")
    files = members_of(placed.read_bytes())
    (name,) = (name for name in files if "ZME" in name)
    upside_down = b"".join(reversed(files[name].splitlines(keepends=True)))
    placed.write_bytes(packed({**files, name: upside_down}))
    till.collect()
    assert till.unclear() == [("bill_chargeback", "-100.00", "01-08")]
    (question,) = asked(till)
    assert "a second chargeback of PM-P1-1-1 takes 100.00 CNY" in question.sentence_en
    # Nobody was asked anything else: the first two left suspense as they came.
    assert (looked_at(till), till.balances()["suspense:pay_card"]) == ([], "100.00")
