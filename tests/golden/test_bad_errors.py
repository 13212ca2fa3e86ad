"""Files of errors and adjustments that are wrong: nothing of their day is read."""

from __future__ import annotations

import pytest

from activities.reading import read_bill
from domain.channel_bill import CHANNEL_BILL
from domain.facts import DocumentRef
from domain.proof import NotProved
from tests.golden.errors_files import ERRORS, ERRORS_NAME, TRADES_NAME, members, packed, with_errors
from tests.golden.reading import TWO_FILES, card, read

LINES = members()[ERRORS_NAME].splitlines(keepends=True)
OTHER_WIDTH = b"E23 00010000    00010000   "

WRONG = {
    "a field is narrower": (
        lambda data: data.replace(b"E23 00010000    00010000    ", OTHER_WIDTH),
        "FileIsDamaged: unionpay-zme: line 1 has 338 bytes, its fields have 339",
    ),
    "a code that nobody has explained": (
        lambda data: data.replace(b"E74", b"E73"),
        "UnknownWord: line 3, column 1, unionpay-zme, 交易代码: is a word that the layout does not"
        " know",
    ),
    "an amount without its letter": (
        lambda data: data.replace(b"D000000007157", b"0000000007157"),
        "NotAnAmount: line 1, column 16, unionpay-zme, 结算金额: '0000000007157' is not an amount"
        " behind a known letter",
    ),
    "the money on the other side": (
        lambda data: data.replace(b"D000000007157", b"C000000007157"),
        "NetDisagrees: line 1, unionpay-zme, net: -71.57 is left, 71.57 is printed",
    ),
    "a net that is a fen off": (
        lambda data: data.replace(b"C000000005000", b"C000000005001"),
        "NetDisagrees: line 2, unionpay-zme, net: 50.00 is left, 50.01 is printed",
    ),
    "the same row again": (
        lambda data: data + LINES[0],
        "NumberTwice: line 4, unionpay-zme: stands on an earlier line as well",
    ),
    "a time that is none": (
        lambda data: data.replace(b"000301 0112083000", b"000301 0112083060"),
        "NotADate: line 1, column 5, unionpay-zme, 交易传输时间: '0112083060' is not a date of the"
        " declared form",
    ),
    "a row of nought": (
        lambda data: data.replace(b"000000001250 8062", b"000000000000 8062").replace(
            b"D000000001250", b"D000000000000"
        ),
        "NoAmount: line 3, unionpay-zme: is nought",
    ),
}


@pytest.mark.parametrize("why", WRONG)
def test_a_wrong_file_of_errors_refuses_the_day_and_names_line_and_reason(why: str) -> None:
    change, problem = WRONG[why]
    with pytest.raises(NotProved) as refused:
        read(ERRORS.name, with_errors(change))
    assert refused.value.problems == [problem]


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        (ERRORS_NAME, "INN26011300ZME_TEST-1900000001"),
        (ERRORS_NAME, "INN26011200ZME_TEST-19000000012"),
        (TRADES_NAME, "INN26011300ZM_TEST-1900000001"),
    ],
)
def test_a_file_of_another_day_or_merchant_in_the_zip_is_not_this_day_s(
    name: str, instead: str
) -> None:
    files = {instead if told == name else told: data for told, data in members().items()}
    with pytest.raises(NotProved) as refused:
        read(ERRORS.name, packed(files))
    assert refused.value.problems == [f"PackingIsWrong: has 0 files {name}"]


def test_the_trades_alone_are_no_bill_where_errors_come_beside_them() -> None:
    with pytest.raises(NotProved) as refused:
        read(ERRORS.name, members()[TRADES_NAME])
    assert refused.value.problems == ["PackingIsWrong: cannot be unpacked (BadZipFile)"]


def test_two_chargebacks_of_one_payment_and_amount_are_two() -> None:
    other = LINES[0].replace(b"000301", b"000304")
    (proved,) = read(ERRORS.name, with_errors(lambda data: data + other))
    assert [one.trace for one in proved.value.adjustments] == [
        "000301",
        "000302",
        "000303",
        "000304",
    ]


def test_a_day_without_errors_is_proved_by_an_empty_file() -> None:
    (proved,) = read(ERRORS.name, with_errors(lambda data: b""))
    assert (len(proved.value.lines), proved.value.adjustments) == (2, ())
    told = {one.name: one.left_minor for one in proved.equations}
    assert told["unionpay-zme: every line once"] == 0


def test_a_day_with_errors_and_no_trade_is_proved_by_books_without_one() -> None:
    document = DocumentRef("x", "channel", CHANNEL_BILL, TWO_FILES)
    for ending in ("", ".txt"):
        only = packed({TRADES_NAME + ending: b"", ERRORS_NAME + ending: LINES[0]})
        proved = read_bill(document, only, file=card(), ours=[])
        assert (proved.value.lines, proved.value.adjusted.minor) == ((), -7_157)
        assert proved.value.from_day.isoformat() == "2026-01-12"
    with pytest.raises(NotProved, match="0 in the rows, 1 in our books"):
        read(ERRORS.name, only)


def test_two_empty_files_say_that_nothing_happened_when_our_books_say_so_too() -> None:
    document = DocumentRef("x", "channel", CHANNEL_BILL, TWO_FILES)
    nothing = packed({TRADES_NAME: b"", ERRORS_NAME: b"\r\n"})
    bill = read_bill(document, nothing, file=card(), ours=[]).value
    assert (bill.lines, bill.adjustments, bill.from_day.isoformat()) == ((), (), "2026-01-12")
    # They are named after us, and name nobody else.
    assert bill.merchant_nos == (card().merchant,)
    with pytest.raises(NotProved, match="0 in the rows, 1 in our books"):
        read(ERRORS.name, nothing)
