"""What is wrong with a file is told in the reader's language, with every figure that was told."""

from __future__ import annotations

import re

import pytest

from api.file_problems import problem_words
from api.texts import TEXTS
from tests.golden.bad_files import CASES

PROBLEMS = sorted({problem for _, _, problems in CASES.values() for problem in problems})


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("FileIsEmpty: holds nothing", "文件是空的"),
        ("AnotherKindOfFile: is xlsx, expected is csv", "文件类型是 xlsx，应为 csv"),
        (
            "NotAnAmount: line 6, column 5, 发生额(元): '-50.00-' is not an amount like 1,234.50",
            "第 6 行，第 5 列，发生额(元)：'-50.00-' 不是 1,234.50 这样的金额",
        ),
        (
            "NotAnAmount: line 7, column 3, 借方金额: a text with words is not an amount like"
            " 1,234.50",
            "第 7 行，第 3 列，借方金额：含文字的内容 不是 1,234.50 这样的金额",
        ),
        (
            "TotalDisagrees: line 11, sum.paid_in: 1,368.05 in the rows, 1,392.05 is printed",
            "第 11 行，sum.paid_in：各行合计 1,368.05，打印为 1,392.05",
        ),
        (
            "TotalDisagrees: sum.received.payment: 50.00 in the rows, 150.00 in our books",
            "sum.received.payment：各行合计 50.00，我方账上 150.00",
        ),
        (
            "NetDisagrees: line 2, net: 71.57 is left, 71.56 is printed",
            "第 2 行，net：应余 71.57，打印为 71.56",
        ),
        (
            "FileIsDamaged: line 2 has 606 bytes, its fields have 607",
            "第 2 行只有 606 字节，各栏共 607 字节",
        ),
        (
            "NotAnAmount: line 1, column 16, 商户手续费: 'X1' is not an amount behind a known"
            " letter",
            "第 1 行，第 16 列，商户手续费：'X1' 不是带借贷字母的金额",
        ),
        (
            "YearMissing: line 1, column 5, 交易传输时间: has no year, and the file no day",
            "第 1 行，第 5 列，交易传输时间：没有年份，也不知道文件的日期",
        ),
        ("NothingIsOurs: no row is in our books", "没有一行在我方账上"),
        ("PackingIsWrong: cannot be unpacked (BadZipFile)", "无法解压（BadZipFile）"),
        (
            "PackingIsWrong: has 0 files INN26011200ZME_TEST-1900000001",
            "压缩包里有 0 个文件 INN26011200ZME_TEST-1900000001",
        ),
        ("NoAmount: line 3, unionpay-zme: is nought", "第 3 行，unionpay-zme：金额为零"),
        ("BothSides: line 7: both amounts stand on the line", "第 7 行：同一行收入和支出都有金额"),
        ("FileIsDamaged: line 12: a quote is open", "第 12 行：引号没有结束"),
        ("HeadingMissing: 金额: 元: no column has this heading", "金额: 元：没有这个表头的列"),
        (
            "Bank statement BA-04-1: opening + movements 51.05, should be 51.06 CNY.",
            "对账单 BA-04-1：期初加变动 51.05，应为 51.06 CNY",
        ),
        (
            "Bill pay_json-20260105: 1 of 2 lines are on their side of nought.",
            "账单 pay_json-20260105：2 行中只有 1 行收退款方向正确",
        ),
    ],
)
def test_a_problem_is_told_in_chinese_with_its_place_and_figures(told: str, said: str) -> None:
    assert problem_words(told, "zh") == said
    assert problem_words(told, "en") == told


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("trace_number: is missing", "trace_number：没有填写"),
        ("kind: is not what PA-pool announces", "kind：不是 PA-pool 的拨付通知"),
        ("currency: is not CNY", "currency：应为 CNY"),
        ("rows[1].what: is neither settled nor cancelled", "rows[1].what：既不是结算也不是撤销"),
        (
            "rows[1].kind: is another one than the announcement's",
            "rows[1].kind：与通知的类别不一致",
        ),
        ("rows[1].amount: is not an amount as text", "rows[1].amount：不是文字形式的金额"),
        (
            "rows[1].amount: '1.234' is not an amount with at most two decimals",
            "rows[1].amount：'1.234' 不是最多两位小数的金额",
        ),
        ("total: is not an amount with at most two decimals", "total：不是最多两位小数的金额"),
        ("day: is not a day, YYYY-MM-DD", "day：不是 YYYY-MM-DD 形式的日期"),
        ("rows[1].at: is not a time with an offset", "rows[1].at：不是带时区的时间"),
        ("settled.count: is not a whole number", "settled.count：不是整数"),
        ("rows: is not a list", "rows：不是列表"),
        ("settled: is not an object", "settled：不是对象"),
        ("kind: is not a text", "kind：不是文字"),
        ("day: is not a day of the calendar", "day：日历上没有这一天"),
        ("rows[1].at: is not an ISO 8601 time", "rows[1].at：不是 ISO 8601 形式的时间"),
        ("sum settled: 30000 is not 30001", "结算合计 30000 分，通知为 30001 分"),
        ("count cancelled: 0 is not 1", "撤销 0 笔，通知为 1 笔"),
        (
            "Bill of pay_card for 2026-01-07: line PM-1-1-1 is booked with another bill.",
            "渠道 pay_card 2026-01-07 的账单：PM-1-1-1 已在另一账单中入账",
        ),
        ("body: is not JSON", "body：不是 JSON"),
        ("count settled: 1 is not 2", "结算 1 笔，通知为 2 笔"),
        ("sum cancelled: 0 is not 1", "撤销合计 0 分，通知为 1 分"),
        (
            "settled - cancelled = total: 30000 is not 29999",
            "结算减撤销为 30000 分，通知应拨 29999 分",
        ),
        (
            "merchant number: the bill names SOMEBODY, ours is P-1",
            "账单上的商户号为 SOMEBODY，我方为 P-1",
        ),
        ("line 1: 2026-01-05 is not 2026-01-04", "第 1 行：2026-01-05 不等于 2026-01-04"),
        ("PM-1-1-1: went over pay_json, not pay_card", "PM-1-1-1：经 pay_json 收付，不是 pay_card"),
        ("PM-1-1-1: stands twice", "PM-1-1-1：出现了两次"),
        (
            "Bill of PA-pool for 2026-01-05: it is booked with another bill.",
            "渠道 PA-pool 2026-01-05 的账单已按另一内容入账",
        ),
        (
            "Bill of pay_card for 2026-01-07: adjustment chargeback-1-0105 is booked with another"
            " bill.",
            "渠道 pay_card 2026-01-07 的账单：差错调整 chargeback-1-0105 已在另一账单中入账",
        ),
    ],
)
def test_what_is_wrong_with_a_bill_or_an_announcement_is_told_in_chinese(
    told: str, said: str
) -> None:
    assert problem_words(told, "zh") == said


@pytest.mark.parametrize("told", PROBLEMS)
def test_no_problem_of_a_bad_table_is_told_in_english_to_a_chinese_reader(told: str) -> None:
    said = problem_words(told, "zh")
    assert said != told
    assert re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", said) is None
    figures = r"\d[\d,.]*\d|\d"
    assert set(re.findall(figures, told)) <= set(re.findall(figures, said))


def test_what_no_pair_of_the_catalogue_fits_is_shown_as_it_was_told() -> None:
    strange = "LayoutIsStrange: page 2, line 3, total: the moon is full"
    assert problem_words(strange, "zh") == strange


def test_both_sides_of_a_reason_name_the_same_figures() -> None:
    reasons = {key: pair for key, pair in TEXTS.items() if key.startswith("file_reason.")}
    assert len(reasons) == 80
    for key, pair in reasons.items():
        zh, en = (sorted(re.findall(r"\{(\w+)\}", side)) for side in pair)
        assert zh == en, key
