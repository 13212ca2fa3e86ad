"""camt.053 files of several versions: read and proved, or refused whole."""

from __future__ import annotations

from datetime import date

import pytest

from connectors.camt import CamtProved, CamtRefused, read_camt
from domain.money import Money

BOTH_BALANCES = """
  <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">100000.00</Amt>
    <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-12</Dt></Dt></Bal>
  <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{closing}</Amt>
    <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-12</Dt></Dt></Bal>
"""
PAID = """
  <Ntry><Amt Ccy="CNY">288.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
    <BookgDt><Dt>2026-01-12</Dt></BookgDt><AcctSvcrRef>BK1</AcctSvcrRef>
    <NtryDtls><TxDtls><Refs><EndToEndId>PA20260112000001</EndToEndId></Refs>
      <RltdPties><Dbtr><Pty><Nm>测试医保中心</Nm></Pty></Dbtr></RltdPties>
      <RmtInf><Ustrd>医保赔款 RA-20260112-001</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
"""


def _camt(
    entries: str,
    *,
    closing: str,
    version: str = "08",
    balances: str = BOTH_BALANCES,
    more: str = "",
) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>
<Stmt><Id>BA-01-20260112</Id><Acct><Id><Othr><Id>BA-01</Id></Othr></Id><Ccy>CNY</Ccy></Acct>
{balances.format(closing=closing)}{more}{entries}</Stmt></BkToCstmrStmt></Document>""".encode()


def _entry(amount: str, direction: str, inner: str = "", *, reference: str = "BK2") -> str:
    return f"""<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>
    <Sts>BOOK</Sts><BookgDt><Dt>2026-01-12</Dt></BookgDt>
    <AcctSvcrRef>{reference}</AcctSvcrRef>{inner}</Ntry>"""


def _transaction(amount: str, trace_number: str, direction: str = "CRDT") -> str:
    return f"""<TxDtls><Refs><EndToEndId>{trace_number}</EndToEndId></Refs>
    <Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd></TxDtls>"""


def _only(read: tuple[CamtProved, ...] | CamtRefused) -> CamtProved:
    assert not isinstance(read, CamtRefused), str(read)
    assert len(read) == 1
    return read[0]


def test_a_payment_is_read_with_its_trace_number() -> None:
    found = _only(read_camt(_camt(PAID, closing="100288.00")))

    line = found.statement.lines[0]
    assert (line.line_id, line.booked_on, line.amount) == ("BK1", date(2026, 1, 12), Money(28_800))
    assert line.trace_number == "PA20260112000001"
    assert line.text == "医保赔款 RA-20260112-001"
    assert line.counterparty == "测试医保中心"
    assert found.statement.account == "BA-01"
    assert (found.statement.opening, found.statement.closing) == (
        Money(10_000_000),
        Money(10_028_800),
    )
    assert found.statement.from_day == date(2026, 1, 12)


@pytest.mark.parametrize("version", ["02", "04", "06", "08", "10"])
def test_every_version_of_the_namespace_is_read(version: str) -> None:
    found = _only(read_camt(_camt(_entry("12.5", "DBIT"), closing="99987.50", version=version)))

    assert found.statement.lines[0].amount == Money(-1_250)


def test_the_word_notprovided_is_no_trace_number() -> None:
    inner = f"<NtryDtls>{_transaction('5.00', 'NOTPROVIDED')}</NtryDtls>"
    found = _only(read_camt(_camt(_entry("5.00", "CRDT", inner), closing="100005.00")))

    assert found.statement.lines[0].trace_number == ""


def test_an_entry_of_several_transactions_becomes_a_line_for_each() -> None:
    inner = f"<NtryDtls>{_transaction('30.00', 'T1')}{_transaction('12.00', 'T2')}</NtryDtls>"
    found = _only(read_camt(_camt(_entry("42.00", "CRDT", inner), closing="100042.00")))

    lines = found.statement.lines
    assert [(line.line_id, line.amount, line.trace_number) for line in lines] == [
        ("BK2/1", Money(3_000), "T1"),
        ("BK2/2", Money(1_200), "T2"),
    ]


def test_transactions_that_are_not_their_entry_are_refused() -> None:
    inner = f"<NtryDtls>{_transaction('30.00', 'T1')}{_transaction('12.01', 'T2')}</NtryDtls>"
    read = read_camt(_camt(_entry("42.00", "CRDT", inner), closing="100042.00"))

    assert str(read) == (
        "Bank statement BA-01-20260112: "
        "Entry BK2: transactions 42.01, charges 0.00, entry 42.00 CNY."
    )


def test_a_batch_that_counts_more_transactions_than_it_holds_is_refused() -> None:
    batch = "<Btch><NbOfTxs>3</NbOfTxs></Btch>"
    parts = f"{_transaction('30.00', 'T1')}{_transaction('12.00', 'T2')}"
    inner = f"<NtryDtls>{batch}{parts}</NtryDtls>"

    read = read_camt(_camt(_entry("42.00", "CRDT", inner), closing="100042.00"))

    assert "Btch/NbOfTxs: says 3, 2 are there" in str(read)


def test_charges_taken_off_become_a_line_of_their_own() -> None:
    charges = """<Chrgs><Rcrd><Amt Ccy="CNY">2.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>
      <ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>"""
    inner = f"{charges}<NtryDtls>{_transaction('100.00', 'T1')}</NtryDtls>"
    found = _only(read_camt(_camt(_entry("98.00", "CRDT", inner), closing="100098.00")))

    lines = found.statement.lines
    assert [(line.line_id, line.amount, line.text) for line in lines] == [
        ("BK2/1", Money(10_000), ""),
        ("BK2/charges", Money(-200), "手续费"),
    ]


def test_charges_that_are_not_part_of_the_entry_cannot_explain_a_gap() -> None:
    charges = """<Chrgs><Rcrd><Amt Ccy="CNY">2.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>
      <ChrgInclInd>false</ChrgInclInd></Rcrd></Chrgs>"""
    inner = f"{charges}<NtryDtls>{_transaction('100.00', 'T1')}</NtryDtls>"

    read = read_camt(_camt(_entry("98.00", "CRDT", inner), closing="100098.00"))

    assert isinstance(read, CamtRefused)


def test_a_reversal_keeps_its_own_direction_and_is_marked() -> None:
    reversal = _entry("288.00", "DBIT", "<RvslInd>true</RvslInd>")
    found = _only(read_camt(_camt(PAID + reversal, closing="100000.00")))

    assert [line.amount for line in found.statement.lines] == [Money(28_800), Money(-28_800)]
    assert found.reversals == frozenset({"BK2"})


def test_an_entry_that_is_not_booked_yet_is_counted_but_not_read() -> None:
    pending = _entry("77.00", "CRDT").replace("BOOK", "PDNG")
    found = _only(read_camt(_camt(PAID + pending, closing="100288.00")))

    assert len(found.statement.lines) == 1
    assert found.pending == 1


@pytest.mark.parametrize(
    ("why", "data"),
    [
        ("closing is a cent off", _camt(PAID, closing="100288.01")),
        ("an entry is missing", _camt("", closing="100288.00")),
        ("an entry is doubled", _camt(PAID + PAID, closing="100576.00")),
        ("an amount has three decimals", _camt(_entry("1.005", "CRDT"), closing="100001.00")),
        ("an amount is negative", _camt(_entry("-1.00", "CRDT"), closing="99999.00")),
        ("the direction is missing", _camt(_entry("1.00", "?"), closing="100001.00")),
        ("another currency", _camt(PAID.replace("CNY", "USD"), closing="100288.00")),
        ("no balances", _camt(PAID, closing="", balances="")),
        ("two opening balances", _camt(PAID, closing="1", balances=BOTH_BALANCES * 2)),
        ("no date", _camt(PAID.replace("BookgDt", "ValDt"), closing="100288.00")),
        ("one page of several", _camt(PAID, closing="100288.00",
            more="<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>")),
        ("the count is wrong", _camt(PAID, closing="100288.00",
            more="<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>")),
        ("the sum is wrong", _camt(PAID, closing="100288.00",
            more="<TxsSummry><TtlCdtNtries><Sum>288.01</Sum></TtlCdtNtries></TxsSummry>")),
    ],
)  # fmt: skip
def test_a_statement_is_refused_when(why: str, data: bytes) -> None:
    assert isinstance(read_camt(data), CamtRefused), why


def test_the_counts_and_sums_of_the_summary_are_proved() -> None:
    summary = """<TxsSummry><TtlNtries><NbOfNtries>1</NbOfNtries></TtlNtries>
      <TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>288.00</Sum></TtlCdtNtries></TxsSummry>"""
    found = _only(read_camt(_camt(PAID, closing="100288.00", more=summary)))

    proved = {equation.name: equation.left_minor for equation in found.proved.equations}
    assert proved["TtlNtries count"] == 1
    assert proved["TtlCdtNtries sum"] == 28_800


@pytest.mark.parametrize(
    ("opening", "closing", "fits"),
    [("100288.00", "100576.00", True), ("100287.99", "100575.99", False)],
)
def test_the_second_statement_of_a_file_must_open_where_the_first_closed(
    opening: str, closing: str, fits: bool
) -> None:
    first = _camt(PAID, closing="100288.00").decode()
    second = first[first.index("<Stmt>") : first.index("</BkToCstmrStmt>")]
    second = second.replace("BA-01-20260112", "BA-01-20260113").replace("BK1", "BK3")
    second = second.replace("100288.00", closing).replace("100000.00", opening)

    read = read_camt(first.replace("</BkToCstmrStmt>", f"{second}</BkToCstmrStmt>").encode())

    assert isinstance(read, CamtRefused) is not fits
    assert fits or "opening 100,287.99, should be 100,288.00" in str(read)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is no well-formed XML, or declares entities"),
        (b"<html></html>", "is no camt.053.001 document"),
        (
            b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
            "is no well-formed XML, or declares entities",
        ),
        (
            _camt(PAID, closing="100288.00").replace(b"camt.053", b"camt.054"),
            "is no camt.053.001 document",
        ),
        (
            b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"/>',
            "the file holds no statement",
        ),
    ],
)
def test_what_is_no_camt_file_is_refused_by_its_name(data: bytes, reason: str) -> None:
    assert str(read_camt(data)) == reason


def test_one_wrong_statement_refuses_the_whole_file() -> None:
    right = _camt(PAID, closing="100288.00").decode()
    second = right[right.index("<Stmt>") : right.index("</BkToCstmrStmt>")]
    data = right.replace("</BkToCstmrStmt>", f"{second}</BkToCstmrStmt>").encode()

    read = read_camt(data)

    assert isinstance(read, CamtRefused)
    assert "opening 100,000.00, should be 100,288.00 CNY" in str(read)
