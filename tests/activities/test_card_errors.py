"""Diaries of what a card network does to payments after their day, told by the file beside the
trades: chargebacks, their answers, corrections. A person decides about each."""

from __future__ import annotations

import hashlib
import os
from datetime import date
from pathlib import Path

import pytest

from activities import bill_fetching, differences
from activities.exhibits import papers_beside
from domain.review import Question
from tests.activities.facts import decided
from tests.activities.killed_till import stage_of
from tests.activities.test_channel_bills_killed import kill_at_each_write
from tests.activities.till import MERCHANT, Till, number_of, till
from tests.connectors.paying import acquirer_keys
from tests.golden.errors_files import members_of, packed
from tests.store.samples import open_case

__all__ = ["acquirer_keys", "till"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.parametrize("till", ["pay_card"], indirect=True),
]


def adjusts(till: Till, day: int, code: str, name: str, minor: int, fee: int = 0) -> None:
    """The card network does something to a payment, settled on a day of January."""
    row = {"merchant": MERCHANT, "day": f"2026-01-{day:02d}", "code": code}
    about = {"pay_no": number_of(name), "amount_minor": minor, "fee_minor": fee}
    till.acquirer.post("/_sandbox/seed", {"adjustments": [{**row, **about}]}, 200)


def asked(till: Till) -> list[Question]:
    """What a person is asked today about this channel's money, as the day's reconciling does."""
    with till.world.writing() as s:
        found = differences.to_ask(s, till.world, "BA-01", till.world.today(), life="today")
    return [differences.question_about(till.world, one) for one in found]


def decides(till: Till, question: Question, outcome: str) -> None:
    differences.settle(till.world, decided(till.world, question, outcome))


def test_a_chargeback_comes_off_the_credit_and_a_person_bears_it(till: Till) -> None:
    # Monday: 100.00 less 0.52. Tuesday: 200.00 less 1.04, and the bank of Monday's card says no.
    till.pays("P1", 10_000)
    till.morning(6)
    till.pays("P2", 20_000)
    adjusts(till, 6, "E23", "P1", 10_000, fee=-52)
    till.morning(7)
    assert till.unclear() == []
    # Wednesday's ten o'clock: Tuesday's file. Its credit is 198.96 less 99.48.
    till.time_goes_on(8)
    till.collect()
    assert till.awaited() == [("pay_card-20260106", "PO-TEST-1900000001-CARD-20260106", "99.48")]
    till.match()
    assert (till.clearing(), till.owed(), till.awaited(), till.refused) == ("0.00", "0.00", [], [])
    # A person is asked at once, in words that name our payment.
    assert till.unclear() == [("bill_chargeback", "-99.48", "01-08")]
    (question,) = asked(till)
    assert question.sentence_en == (
        "Errors file of pay_card: a chargeback of PM-P1-1-1 takes 99.48 CNY (trace number 900001)."
        " Bear it ourselves, or contest it and keep it open?"
    )
    assert question.sentence_zh == (
        "渠道 pay_card 的差错文件：PM-P1-1-1 退单，扣款 99.48 元（跟踪号 900001）："
        "由我方承担，还是提出争议并继续挂账？"
    )
    # Beside the question lies the zip, as the card host gave it out.
    with till.world.database.reading() as s:
        papers = papers_beside(s, question)
    zipped = placed_as("INN260106*.zip").read_bytes()
    assert papers == (hashlib.sha256(zipped).hexdigest(),)
    decides(till, question, "accept")
    assert till.unclear() == []
    assert till.balances() == {
        "bank:BA-01": "100198.96",
        "opening_balances": "-100000.00",
        "pay_fees": "1.56",
        "prepayments": "-300.00",
        "write_offs": "99.48",
    }


def test_a_contested_chargeback_that_is_won_clears_up_by_itself(till: Till) -> None:
    till.pays("P1", 10_000)
    adjusts(till, 6, "E23", "P1", 10_000)
    till.morning(8)
    # Nothing else moved on Tuesday, so nothing was sent: the next credit is so much smaller.
    assert (till.clearing(), till.owed(), till.awaited()) == ("-100.00", "-100.00", [])
    (question,) = asked(till)
    decides(till, question, "keep_open")
    assert till.unclear() == [("bill_chargeback", "-100.00", "01-08")]
    # The network takes our side, and the money comes back with another payment's.
    adjusts(till, 9, "E24", "P1", 10_000)
    till.time_goes_on(9)
    till.pays("P2", 5_000)
    till.morning(12)
    till.morning(13)
    assert (till.clearing(), till.owed(), till.unclear(), till.refused) == ("0.00", "0.00", [], [])
    assert till.balances() == {
        "bank:BA-01": "100149.22",
        "opening_balances": "-100000.00",
        "pay_fees": "0.78",
        "prepayments": "-150.00",
    }


def test_a_chargeback_that_is_won_after_it_was_borne_is_asked_about(till: Till) -> None:
    till.pays("P1", 10_000)
    adjusts(till, 6, "E23", "P1", 10_000)
    till.morning(8)
    decides(till, asked(till)[0], "accept")
    adjusts(till, 8, "E24", "P1", 10_000)
    till.morning(9)
    till.morning(10)
    assert till.unclear() == [("bill_adjustment", "100.00", "01-10")]
    (question,) = asked(till)
    assert question.sentence_en == (
        "Errors file of pay_card: a representment of PM-P1-1-1 brings 100.00 CNY"
        " (trace number 900002). Accept as other income, or keep it open?"
    )
    decides(till, question, "accept")
    # Clearing: what was taken on Tuesday, less what came on Thursday: nothing was ever sent.
    assert (till.clearing(), till.owed()) == ("0.00", "0.00")
    told = till.balances()
    assert (told["write_offs"], told["other_income"]) == ("100.00", "-100.00")


def test_only_what_undoes_a_chargeback_to_the_fen_clears_it_up(till: Till) -> None:
    till.pays("P1", 10_000)
    adjusts(till, 6, "E23", "P1", 10_000)
    adjusts(till, 6, "E24", "P1", 9_999)
    till.morning(8)
    assert till.unclear() == [
        ("bill_adjustment", "99.99", "01-08"),
        ("bill_chargeback", "-100.00", "01-08"),
    ]


def test_a_row_about_a_payment_that_is_not_ours_goes_to_a_person(till: Till) -> None:
    till.pays("P1", 10_000)
    adjusts(till, 5, "E32", "P9", 12_345)
    till.pays("P2", 20_000)
    till.morning(7)
    assert (till.clearing(), till.owed(), till.refused) == ("0.00", "0.00", [])
    assert till.unclear() == [("bill_adjustment", "-123.45", "01-07")]
    (question,) = asked(till)
    assert question.sentence_en == (
        "Errors file of pay_card: a credit adjustment of no payment of ours takes 123.45 CNY"
        " (trace number 900001). Bear it ourselves, or keep it open?"
    )
    assert question.sentence_zh == (
        "渠道 pay_card 的差错文件：非我方的付款 贷记调整，扣款 123.45 元（跟踪号 900001）："
        "由我方承担，还是继续挂账？"
    )
    assert question.case_no is None


def test_a_chargeback_stands_on_the_case_whose_share_it_takes_back(till: Till) -> None:
    with till.world.writing() as s:
        open_case(s)
    till.pays("P1", 10_000, case="SO-2026-0001")
    adjusts(till, 6, "E23", "P1", 10_000)
    till.morning(8)
    (question,) = asked(till)
    assert question.case_no == "SO-2026-0001"


def test_the_same_file_twice_and_a_row_that_comes_again_change_nothing(till: Till) -> None:
    till.pays("P1", 10_000)
    till.pays("P2", 50_000)
    adjusts(till, 5, "E23", "P1", 10_000)
    till.morning(7)
    before, unclear = till.balances(), till.unclear()
    placed = placed_as("INN260105*.zip")
    files = members_of(placed.read_bytes())
    placed.write_bytes(packed(files))
    # The same two files in another zip, asked for once more.
    (again,) = bill_fetching.collect_bills(till.world, till.only(date(2026, 1, 5)))
    till.book(again)
    assert (till.balances(), till.unclear(), till.refused) == (before, unclear, [])
    till.pays("P3", 30_000)
    till.morning(8)
    assert (till.balances()["suspense:pay_card"], till.unclear()) == ("100.00", unclear)
    assert before["suspense:pay_card"] == "100.00"
    # On Friday, Wednesday's errors are Monday's once more: none of that day is booked.
    till.time_goes_on(9)
    placed = placed_as("INN260107*.zip")
    told = files["INN26010500ZME_TEST-1900000001"]
    name = "INN26010700ZME_TEST-1900000001"
    placed.write_bytes(packed({**members_of(placed.read_bytes()), name: told}))
    till.collect()
    assert till.refused == [
        (
            "Bill of pay_card for 2026-01-07: adjustment chargeback-900001-0105093001 is booked"
            " with another bill.",
        )
    ]
    assert till.balances()["suspense:pay_card"] == "100.00"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b"E23", b"E05", "UnknownWord: line 1, column 1, unionpay-zme, 交易代码: "),
        (b" TEST-1900000001 ", b" TEST-1900000002 ", "merchant number: the bill names "),
        (b"E23 00010000    ", b"E23 00010000   ", "FileIsDamaged: unionpay-zme: line 1 has 338 "),
    ],
)
def test_a_wrong_file_of_errors_holds_its_day_and_books_nothing(
    till: Till, old: bytes, new: bytes, problem: str
) -> None:
    till.pays("P1", 10_000)
    adjusts(till, 5, "E23", "P1", 4_000)
    till.time_goes_on(7)
    placed = placed_as("INN260105*.zip")
    right = placed.read_bytes()
    files = members_of(right)
    (name,) = (name for name in files if "ZME" in name)
    placed.write_bytes(packed({**files, name: files[name].replace(old, new)}))
    before = till.balances()
    till.collect()
    ((told,),) = till.refused
    assert told.startswith(problem)
    assert (till.balances()["clearing:pay_card"], till.awaited()) == ("100.00", [])
    assert before["clearing:pay_card"] == "100.00"
    # The acquirer mends it, and a person hands the mended zip in.
    placed.write_bytes(right)
    till.hand_in(till.world.today().replace(day=5), right)
    till.morning(8)
    assert (till.clearing(), till.owed(), len(till.refused)) == ("0.00", "0.00", 1)
    assert till.unclear() == [("bill_chargeback", "-40.00", "01-08")]


def test_a_process_killed_at_any_write_of_a_file_with_errors_books_it_once(
    till: Till, steps_file: Path, tmp_path: Path
) -> None:
    till.pays("P1", 10_000)
    till.pays("P2", 20_000)
    adjusts(till, 5, "E23", "P1", 10_000)
    adjusts(till, 5, "E74", "P2", 2_500)
    till.time_goes_on(7)
    assert kill_at_each_write(stage_of(till, steps_file, tmp_path / "monday")) == 17
    # 100.00 less 0.52, 200.00 less 1.04, 100.00 and 25.00 back.
    assert [one[2] for one in till.awaited()] == ["173.44"]
    assert till.unclear() == [
        ("bill_adjustment", "-25.00", "01-07"),
        ("bill_chargeback", "-100.00", "01-07"),
    ]
    assert (till.clearing(), till.balances()["suspense:pay_card"]) == ("173.44", "125.00")


def placed_as(pattern: str) -> Path:
    (placed,) = Path(os.environ["HUIKUAN_ACQUIRER_DROP_BOX"]).glob(pattern)
    return placed
