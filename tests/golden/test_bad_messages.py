"""Messages of banks that are wrong, or lack what would prove them: each refused by its name."""

from __future__ import annotations

from datetime import date

import pytest

from connectors.ofx import read_ofx
from connectors.swift_statement import read_mt940
from domain.channel_bill import BillDoesNotAddUp, BillKind, BillLine, ChannelBill
from domain.money import Money
from domain.proof import NotProved
from tests.golden.bad_files import CMB, data_of
from tests.golden.reading import NAMES, read

MT940, MT942 = data_of("statement.mt940"), data_of("interim.mt942")
OFX, NOTICE = data_of("statement.ofx"), data_of("notice.camt054.xml")


def refusal(name: str, data: bytes) -> list[str]:
    with pytest.raises(NotProved) as refused:
        read(name, data)
    return refused.value.problems


def after(opening: str) -> bytes:
    """A second message of the same account that takes 10.00, and so ends 10.00 lower."""
    closing = f"{int(opening.partition(',')[0]) - 10},{opening.partition(',')[2]}"
    return (
        f":20:ST20260113\n:25:BA-03\n:28C:13/1\n:60F:C260112CNY{opening}\n"
        f":61:2601130113D10,00NCHGNONREF//BK9\n:62F:C260113CNY{closing}\n-}}\n"
    ).encode()


def test_a_second_statement_of_a_file_goes_on_from_the_first() -> None:
    first, second = read_mt940(MT940 + after("1187,50"), NAMES)
    assert (first.value.closing, second.value.opening) == (Money(118750), Money(118750))
    assert refusal("statement.mt940", MT940 + after("1188,50")) == [
        "TotalDisagrees: line 15: Bank statement ST20260113/13/1: opening 1,188.50, "
        "should be 1,187.50 CNY."
    ]


def test_an_overdrawn_account_is_below_nought() -> None:
    data = (
        b":20:X\n:25:BA-03\n:28C:1/1\n:60F:D260111CNY5,00\n"
        b":61:2601120112RD8,00NTRFNONREF//B1\n:62F:C260112CNY3,00\n-}\n"
    )
    (proved,) = read_mt940(data, NAMES)
    assert (proved.value.opening, proved.value.lines[0].amount) == (Money(-500), Money(800))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b":90C:1CNY", b":90C:2CNY", "line 2: number of credits: 1 is not 2"),
        (b"CNY288,00\r\n-}", b"CNY289,00\r\n-}",
         "TotalDisagrees: line 2: Notice IN20260112/12: credits 288.00, printed 289.00 CNY."),
        (b"90D:1CNY12,50", b"90D:1CNY12,51",
         "TotalDisagrees: line 2: Notice IN20260112/12: debits 12.50, printed 12.51 CNY."),
        (b":90D:1CNY12,50\r\n", b"", "line 2: TotalMissing: :90: no sum of credits and debits"),
    ],
)  # fmt: skip
def test_an_interim_report_that_differs_from_its_sums_is_refused(
    old: bytes, new: bytes, problem: str
) -> None:
    assert old in MT942
    (told,) = refusal("interim.mt942", MT942.replace(old, new))
    assert told.replace("IN20260112/12", "IN20260112") == problem.replace("/12", "")


def test_an_ofx_file_needs_a_balance_of_ours_to_begin_with() -> None:
    with pytest.raises(NotProved, match="our books have no balance to begin with"):
        read_ofx(OFX, NAMES, opening=None)
    with pytest.raises(NotProved, match=r"opening \+ movements 1,275\.51, should be 1,275\.50"):
        read_ofx(OFX, NAMES, opening=Money(100001))


def test_an_ofx_file_with_one_number_twice_is_refused() -> None:
    (told,) = refusal("statement.ofx", OFX.replace(b"<FITID>BK2", b"<FITID>BK1"))
    assert told == "FieldIsWrong: line 1, FITID: 2 lines have 1 numbers"


def test_a_notice_without_any_sum_is_refused_and_what_is_pending_is_no_money() -> None:
    without = NOTICE.replace(b"<Sum>388.00</Sum>", b"")
    assert "no sum of credits or debits is stated" in refusal("notice.camt054.xml", without)[0]
    pending = NOTICE.replace(b"<Cd>BOOK</Cd>", b"<Cd>PDNG</Cd>")
    assert "TtlCdtNtries count: 0 is not 1" in refusal("notice.camt054.xml", pending)[0]


def test_a_head_that_says_two_things_is_refused() -> None:
    twice = data_of(CMB).replace(b"\r\n", "\r\n账号：622001000012346,,,,,,,,\r\n".encode(), 1)
    assert refusal(CMB, twice) == ["ValuesDiffer: 账号: is printed twice with different values"]
    units = data_of(CMB).replace(b"\r\n", "\r\n单位：万元,,,,,,,,\r\n".encode(), 1)
    assert "UnitsDiffer: line 3, column 7, 单位: two units are printed" in refusal(CMB, units)


@pytest.mark.parametrize(("minor", "kind"), [(-1, BillKind.PAYMENT), (1, BillKind.REFUND)])
def test_a_bill_with_a_line_on_the_wrong_side_of_nought_is_refused(
    minor: int, kind: BillKind
) -> None:
    line = BillLine(kind, date(2026, 1, 12), "P-1", "C-1", "", Money(minor), Money(0))
    bill = ChannelBill("B-1", "W", line.on, line.on, "CNY", (line,), ("M-1",))
    with pytest.raises(BillDoesNotAddUp, match="0 of 1 lines are on their side of nought"):
        bill.equations()
