"""The wrong files themselves, made from the golden ones, and what must be said of each."""

from __future__ import annotations

from tests.golden.reading import GOLDEN

CMB, ICBC, CCB = "cmb-detail.csv", "icbc-detail.csv", "ccb-detail.xlsx"
FLOW = "wechat-fund-flow.csv"
WECHAT, ALIPAY, MT940 = "wechat-trade-bill.csv", "alipay-detail.csv", "statement.mt940"
ENCODINGS = {name: "utf-8" for name in (CMB, WECHAT, FLOW, MT940)}
ENCODINGS |= {ICBC: "gb18030", ALIPAY: "gb18030"}
HTML = "<!DOCTYPE html><html><body>请登录</body></html>"


def data_of(name: str) -> bytes:
    folder = "tables" if "-" in name else "messages"
    return (GOLDEN / folder / name).read_bytes()


def changed(name: str, *pairs: tuple[str, str]) -> bytes:
    """The golden file with some text exchanged."""
    text = data_of(name).decode(ENCODINGS[name])
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode(ENCODINGS[name])


CASES = {
    "empty": (CMB, b"", ["FileIsEmpty: holds nothing"]),
    "only blanks": (CMB, b"\xef\xbb\xbf \r\n\r\n", ["FileIsEmpty: holds nothing"]),
    "a login page": (
        CMB,
        HTML.encode(),
        ["PageInsteadOfFile: is a web page, such as a login"],
    ),
    "a login page named .xlsx": (
        CCB,
        HTML.encode(),
        ["PageInsteadOfFile: is a web page, such as a login"],
    ),
    "a PDF named .csv": (CMB, b"%PDF-1.7\n", ["AnotherKindOfFile: is pdf, expected is csv"]),
    "a workbook named .csv": (
        CMB,
        data_of(CCB),
        ["AnotherKindOfFile: is xlsx, expected is csv"],
    ),
    "an old workbook": (
        CCB,
        b"\xd0\xcf\x11\xe0" + b"\0" * 600,
        ["AnotherKindOfFile: is xls, expected is xlsx"],
    ),
    "a workbook that is cut off": (
        CCB,
        data_of(CCB)[:3000],
        ["FileIsDamaged: is cut off or damaged"],
    ),
    "an encoding that is not declared": (
        ICBC,
        b"\x81\x20" + data_of(ICBC),
        ["WrongEncoding: is in none of gb18030"],
    ),
    "a heading is renamed": (
        CMB,
        changed(CMB, ("贷方金额", "贷方发生额")),
        ["HeadingMissing: 贷方金额: no column has this heading"],
    ),
    "a heading stands twice": (
        CMB,
        changed(CMB, ("用途", "摘要"), ("摘要,摘要", "用途,摘要,摘要")),
        ["HeadingTwice: line 5, 摘要: stands twice"],
    ),
    "no row": (
        ICBC,
        "\r\n".join(
            line
            for line in data_of(ICBC).decode("gb18030").split("\r\n")
            if not line.startswith("I00")
        ).encode("gb18030"),
        ["NoRows: the table has no row"],
    ),
    "a cell is lost": (
        CMB,
        changed(CMB, (",12.00,,", ",12.00,")),
        ["RowIsCut: line 7: has 8 cells, the headings 9"],
    ),
    "an open quote": (
        CMB,
        changed(CMB, ('"贷方合计：3笔，1,392.05"', '"贷方合计：3笔，1,392.05')),
        ["FileIsDamaged: line 12: a quote is open"],
    ),
    "the unit is missing": (
        CMB,
        changed(CMB, ("单位：元", "")),
        ["UnitMissing: 单位: no unit is printed"],
    ),
    "the unit is unknown": (
        CMB,
        changed(CMB, ("单位：元", "单位：千元")),
        ["UnknownUnit: line 2, column 7, 单位: is a unit that the layout does not know"],
    ),
    "an amount is rounded": (
        CMB,
        changed(CMB, (",12.00,,", ",12,,")),
        ["WrongDecimals: line 7, column 3, 借方金额: '12' has not 2 decimals"],
    ),
    "an amount has words in it": (
        CMB,
        changed(CMB, (",12.00,,", ",张三,,")),
        [
            "NotAnAmount: line 7, column 3, 借方金额: a text with words is not an amount like "
            "1,234.50"
        ],
    ),
    "thousands are grouped wrongly": (
        CMB,
        changed(CMB, ('"51,256.05"', '"5,1256.05"')),
        ["NotAnAmount: line 7, column 5, 余额: '5,1256.05' is not an amount like 1,234.50"],
    ),
    "two signs": (
        ICBC,
        changed(ICBC, ("50.00-", "-50.00-")),
        ["NotAnAmount: line 6, column 5, 发生额(元): '-50.00-' is not an amount like 1,234.50"],
    ),
    "a direction that nobody knows": (
        ICBC,
        changed(ICBC, (",贷,", ",转,")),
        ["UnknownWord: line 7, column 4, 借/贷: is a word that the layout does not know"],
    ),
    "a date of another form": (
        CMB,
        changed(CMB, ("20260113,", "13.01.2026,")),
        ["NotADate: line 7, column 1, 交易日: '13.01.2026' is not a date of the declared form"],
    ),
    "a date after the period": (
        CMB,
        changed(CMB, ("截止日期：2026-01-14", "截止日期：2026-01-13")),
        [
            "DateOutsidePeriod: line 8, booked_on: is outside the period",
            "DateOutsidePeriod: line 9, booked_on: is outside the period",
            "DateOutsidePeriod: line 10, booked_on: is outside the period",
        ],
    ),
    "a date before the period": (
        CMB,
        changed(CMB, ("起始日期：2026-01-12", "起始日期：2026-01-13")),
        ["DateOutsidePeriod: line 6, booked_on: is outside the period"],
    ),
    "the dates descend": (
        CMB,
        changed(CMB, ("20260113,K", "20260112,K"), ("20260112,K260112001", "20260113,K260112001")),
        ["DatesDescend: line 7, booked_on: is before the line above"],
    ),
    "a number stands twice": (
        CMB,
        changed(CMB, ("K260114002", "K260114001")),
        ["NumberTwice: line 9: stands on an earlier line as well"],
    ),
    "a total that disagrees with its rows": (
        CMB,
        changed(CMB, ("借方合计：2笔，212.00", "借方合计：2笔，213.00")),
        ["TotalDisagrees: line 11, sum.paid_out: 212.00 in the rows, 213.00 is printed"],
    ),
    "a count that disagrees with its rows": (
        CMB,
        changed(CMB, ("贷方合计：3笔", "贷方合计：4笔")),
        ["TotalDisagrees: line 12, count.in: 3 in the rows, 4 is printed"],
    ),
    "a balance that does not follow": (
        CMB,
        changed(CMB, ("51,256.05", "51,256.06")),
        [
            "BalanceDisagrees: line 7, balance: 51,256.05 is reached, 51,256.06 is printed",
            "BalanceDisagrees: line 8, balance: 51,356.06 is reached, 51,356.05 is printed",
        ],
    ),
    "a row is lost": (
        CMB,
        changed(CMB, ("20260114,K260114002,,24.00,\"51,380.05\",转账,,测试乙保险,\t\r\n", "")),
        [
            "TotalDisagrees: line 11, count.in: 2 in the rows, 3 is printed",
            "TotalDisagrees: line 11, sum.paid_in: 1,368.05 in the rows, 1,392.05 is printed",
            "BalanceDisagrees: line 9, balance: 51,156.05 is reached, 51,180.05 is printed",
        ],
    ),
    "both sides on a line": (
        CMB,
        changed(CMB, (",12.00,,", ",12.00,0.01,")),
        [
            "TotalDisagrees: line 12, sum.paid_in: 1,392.06 in the rows, 1,392.05 is printed",
            "BalanceDisagrees: line 7, balance: 51,256.06 is reached, 51,256.05 is printed",
            "BothSides: line 7: both amounts stand on the line",
        ],
    ),
    "another account on a line": (
        ICBC,
        changed(ICBC, ("I002,020000101", "I002,020000102")),
        ["AnotherAccount: line 6, account: is another one than in the head"],
    ),
    "the closing balance is not reached": (
        CMB,
        changed(CMB, ("期末余额：,\"51,180.05\"", "期末余额：,\"51,180.06\"")),
        [
            "Bank statement BA-04-20260112-20260114: opening + movements 51,180.05, "
            "should be 51,180.06 CNY."
        ],
    ),
    "a bill without its totals": (
        WECHAT,
        data_of(WECHAT)[: data_of(WECHAT).index("总交易单数".encode())],
        [
            "TotalMissing: count: the total is not printed",
            "TotalMissing: sum.fee: the total is not printed",
            "TotalMissing: sum.paid: the total is not printed",
            "TotalMissing: sum.refunded: the total is not printed",
        ],
    ),
    "a fee finer than a fen": (
        WECHAT,
        changed(WECHAT, ("0.43000", "0.43200")),
        ["WrongDecimals: line 2, column 23, 手续费: '0.43200' is finer than a fen"],
    ),
    "a state that nobody knows": (
        WECHAT,
        changed(WECHAT, ("SUCCESS", "REVOKED")),
        ["UnknownWord: line 2, column 10, 交易状态: is a word that the layout does not know"],
    ),
    "a balance of a fund flow that does not follow": (
        FLOW,
        changed(FLOW, ("`329.52", "`329.51")),
        [
            "BalanceDisagrees: line 4, balance: 329.52 is reached, 329.51 is printed",
            "BalanceDisagrees: line 5, balance: 79.51 is reached, 79.52 is printed",
        ],
    ),
    "a sum of a fund flow that disagrees": (
        FLOW,
        changed(FLOW, ("`270.48", "`270.49")),
        ["TotalDisagrees: line 7, sum.amount.out: 270.48 in the rows, 270.49 is printed"],
    ),
    "a refund that the totals do not count": (
        ALIPAY,
        changed(ALIPAY, ("退款合计：1笔", "退款合计：0笔")),
        ["TotalDisagrees: line 11, count.refund: 1 in the rows, 0 is printed"],
    ),
    "a message cut before its balance": (
        MT940,
        data_of(MT940)[: data_of(MT940).index(b":62F:")],
        ["line 2: BalanceMissing: :62F:: no final balance"],
    ),
    "an entry is lost": (
        MT940,
        changed(MT940, (":61:2601120112RC88,00NTRFNONREF//BK20260112003\r\n", "")),
        [
            "TotalDisagrees: line 2: Bank statement ST20260112/12/1: opening + movements 1,275.50, "
            "should be 1,187.50 CNY."
        ],
    ),
    "a statement without a line whose opening is its closing": (
        MT940,
        b":20:X\n:25:BA-03\n:28C:1/1\n:60F:C260111CNY5,00\n:62F:C260112CNY5,00\n-}",
        [
            "TotalDisagrees: line 1: Bank statement X/1/1: no line at all, movements 0.00, "
            "should be 5.00 CNY."
        ],
    ),
}  # fmt: skip
