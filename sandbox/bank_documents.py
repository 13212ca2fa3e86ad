"""A bank statement: as the bank's computer writes it (camt.053), as its counter prints it."""

from dataclasses import dataclass
from datetime import date
from xml.etree import ElementTree

from sandbox.fields import yuan
from sandbox.printing import Column, document, gap, header_pairs, printed, ruled_table, title

BANK_NAME = "测试商业银行测试市分行"
CAMT_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"

_COLUMNS = (
    Column("序号", 28, "center"),
    Column("交易日期", 54, "center"),
    Column("摘要", 92),
    Column("对方户名", 82),
    Column("流水号", 86),
    Column("借方发生额(支出)", 56, "right"),
    Column("贷方发生额(收入)", 56, "right"),
    Column("余额", 58, "right"),
)


@dataclass(frozen=True)
class BookedEntry:
    """One movement; `amount` in fen, negative is money out. `balance` is the one after it."""

    bank_reference: str
    booked_on: date
    amount: int
    trace_number: str
    text: str
    counterparty: str
    balance: int


@dataclass(frozen=True)
class PrintedStatement:
    """All movements of one account between two dates, both inclusive; balances in fen."""

    statement_no: str
    sequence: int
    account: str
    account_name: str
    first_day: date
    last_day: date
    opening: int
    closing: int
    entries: tuple[BookedEntry, ...]


def print_statement(statement: PrintedStatement) -> bytes:
    """Return the statement as the PDF that is handed out at the counter."""
    story = [
        *title("账户交易明细"),
        header_pairs(
            [
                (f"银行对账单：{statement.statement_no}", f"开户行：{BANK_NAME}"),
                (f"账号：{statement.account}", f"户名：{statement.account_name}"),
                ("币种：人民币", "单位：元"),
                (
                    f"起止日期：{statement.first_day} 至 {statement.last_day}",
                    f"期初余额：{printed(statement.opening)}",
                ),
                ("", f"期末余额：{printed(statement.closing)}"),
            ]
        ),
        gap(),
        ruled_table(_COLUMNS, _rows(statement), _totals(statement)),
    ]
    return document(story, name="账户交易明细", issuer=BANK_NAME)


def write_camt(statement: PrintedStatement) -> bytes:
    """Return the statement as a camt.053.001.08 file, UTF-8."""
    root = ElementTree.Element("Document", xmlns=CAMT_NAMESPACE)
    message = ElementTree.SubElement(root, "BkToCstmrStmt")
    written_at = f"{statement.last_day}T23:59:59+08:00"
    _fill(message, "GrpHdr/MsgId", f"M-{statement.statement_no}")
    _fill(message, "GrpHdr/CreDtTm", written_at)
    body = ElementTree.SubElement(message, "Stmt")
    _fill(body, "Id", statement.statement_no)
    _fill(body, "ElctrncSeqNb", str(statement.sequence))
    _fill(body, "CreDtTm", written_at)
    _fill(body, "FrToDt/FrDtTm", f"{statement.first_day}T00:00:00+08:00")
    _fill(body, "FrToDt/ToDtTm", written_at)
    _fill(body, "Acct/Id/Othr/Id", statement.account)
    _fill(body, "Acct/Ccy", "CNY")
    _fill(body, "Acct/Nm", statement.account_name)
    _fill(body, "Acct/Svcr/FinInstnId/Nm", BANK_NAME)
    _add_balance(body, "OPBD", statement.opening, statement.first_day)
    _add_balance(body, "CLBD", statement.closing, statement.last_day)
    for number, entry in enumerate(statement.entries, start=1):
        _add_entry(body, number, entry)
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


def _rows(statement: PrintedStatement) -> list[tuple[str, ...]]:
    return [
        (
            str(number),
            str(entry.booked_on),
            entry.text,
            entry.counterparty,
            entry.trace_number or entry.bank_reference,
            printed(-entry.amount) if entry.amount < 0 else "",
            printed(entry.amount) if entry.amount > 0 else "",
            printed(entry.balance),
        )
        for number, entry in enumerate(statement.entries, start=1)
    ]


def _totals(statement: PrintedStatement) -> tuple[str, ...]:
    paid_out = sum(-entry.amount for entry in statement.entries if entry.amount < 0)
    paid_in = sum(entry.amount for entry in statement.entries if entry.amount > 0)
    return ("", "合计", "", "", "", printed(paid_out), printed(paid_in), "")


def _add_balance(body: ElementTree.Element, code: str, amount: int, day: date) -> None:
    balance = ElementTree.SubElement(body, "Bal")
    _fill(balance, "Tp/CdOrPrtry/Cd", code)
    _add_amount(balance, amount)
    _fill(balance, "Dt/Dt", str(day))


def _add_entry(body: ElementTree.Element, number: int, entry: BookedEntry) -> None:
    element = ElementTree.SubElement(body, "Ntry")
    _fill(element, "NtryRef", str(number))
    _add_amount(element, entry.amount)
    _fill(element, "Sts/Cd", "BOOK")
    _fill(element, "BookgDt/Dt", str(entry.booked_on))
    _fill(element, "ValDt/Dt", str(entry.booked_on))
    _fill(element, "AcctSvcrRef", entry.bank_reference)
    _fill(element, "BkTxCd/Prtry/Cd", "NTRF")
    # ISO 20022 asks for the literal NOTPROVIDED where the sender gave no reference.
    reference = entry.trace_number or "NOTPROVIDED"
    _fill(element, "NtryDtls/TxDtls/Refs/EndToEndId", reference)
    party = "Dbtr" if entry.amount > 0 else "Cdtr"
    _fill(element, f"NtryDtls/TxDtls/RltdPties/{party}/Pty/Nm", entry.counterparty)
    _fill(element, "NtryDtls/TxDtls/RmtInf/Ustrd", entry.text)


def _add_amount(parent: ElementTree.Element, amount: int) -> None:
    element = ElementTree.SubElement(parent, "Amt", Ccy="CNY")
    element.text = yuan(abs(amount))
    _fill(parent, "CdtDbtInd", "CRDT" if amount >= 0 else "DBIT")


def _fill(parent: ElementTree.Element, path: str, text: str) -> None:
    """Set the text of the element at `path`, making the elements on the way that are missing."""
    element = parent
    for tag in path.split("/"):
        found = element.find(tag)
        element = ElementTree.SubElement(element, tag) if found is None else found
    element.text = text
