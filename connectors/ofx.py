"""OFX bank statements, in the SGML of version 1 and the XML of version 2, proved or refused whole.

Read here by expression, because the library ofxparse turns days into UTC, drops REFNUM and leaves
out what it does not like; it is the second reader, and must see the same amounts.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from collections.abc import Mapping
from datetime import date, datetime

import ofxparse

from domain.money import Money, NotAnAmount
from domain.proof import (
    DocumentForm,
    Equation,
    NotProved,
    Problem,
    ProofKind,
    Proved,
    Reading,
    prove,
)
from domain.statement import BankStatement, StatementDoesNotAddUp, StatementLine

READER = "ofx 1"
MAX_BYTES = 20 * 1024 * 1024


class OfxFieldIsWrong(ValueError):
    """A field is missing or has another form; `line` counts from 1."""

    def __init__(self, tag: str, what: str, line: int) -> None:
        self.problem = Problem(what, line=line, field=tag, name="FieldIsWrong")
        super().__init__(str(self.problem))


def read_ofx(
    data: bytes, names: Mapping[str, str], *, opening: Money | None
) -> Proved[BankStatement]:
    """Read the one statement of a file; `names` tells what we call an account of the bank.

    OFX prints no opening balance, so `opening` is the last closing in our books; with None nothing
    ties the lines to the printed balance. Raises: NotProved, with every problem.
    """
    text = _text(data)
    if opening is None:
        told = "our books have no balance to begin with, and OFX prints none"
        raise NotProved([Problem(told, name="BalanceMissing", field="LEDGERBAL")])
    try:
        statement = _statement(text, opening, names)
        seconds = _second(data, statement)
        sha256 = hashlib.sha256(data).hexdigest()
        reading = Reading(sha256, READER, "ofx", 1, DocumentForm.MESSAGE, tuple(seconds))
        return prove(statement, reading)
    except OfxFieldIsWrong as wrong:
        raise NotProved([wrong.problem]) from wrong
    except StatementDoesNotAddUp as wrong:
        raise NotProved([Problem(str(wrong), name="TotalDisagrees")]) from wrong


def _text(data: bytes) -> str:
    if not data.strip():
        raise NotProved([Problem("holds nothing", name="FileIsEmpty")])
    if len(data) > MAX_BYTES:
        raise NotProved([Problem(f"{len(data)} bytes", name="FileIsTooLarge")])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.count("<STMTRS>") == 1:
            return text
        told = f"holds {text.count('<STMTRS>')} statements, one is expected"
        raise NotProved([Problem(told, name="AnotherKindOfFile")])
    raise NotProved([Problem("is no text", name="WrongEncoding")])


def _statement(text: str, opening: Money, names: Mapping[str, str]) -> BankStatement:
    currency, printed = _needed(text, "CURDEF"), _needed(text, "ACCTID")
    account = names.get(printed, printed)
    blocks = list(re.finditer(r"<STMTTRN>(.*?)</STMTTRN>", text, re.DOTALL))
    if len(blocks) != text.count("<STMTTRN>"):
        raise OfxFieldIsWrong("STMTTRN", "the last transaction is cut off", text.count("\n") + 1)
    lines = tuple(_line(block[1], currency, _at(text, block.start())) for block in blocks)
    ids = {line.line_id for line in lines}
    if len(ids) != len(lines):
        raise OfxFieldIsWrong("FITID", f"{len(lines)} lines have {len(ids)} numbers", 1)
    ledger = re.search(r"<LEDGERBAL>(.*?)</LEDGERBAL>", text, re.DOTALL)
    if ledger is None:
        raise OfxFieldIsWrong("LEDGERBAL", "no closing balance", text.count("\n") + 1)
    first, last = _day(_needed(text, "DTSTART"), 1), _day(_needed(text, "DTEND"), 1)
    return BankStatement(
        statement_no=f"{account}-{first:%Y%m%d}-{last:%Y%m%d}",
        account=account,
        from_day=first,
        to_day=last,
        opening=opening,
        closing=_money(_needed(ledger[1], "BALAMT"), currency, _at(text, ledger.start())),
        lines=lines,
    )


def _line(block: str, currency: str, line: int) -> StatementLine:
    return StatementLine(
        line_id=_needed(block, "FITID", line),
        booked_on=_day(_needed(block, "DTPOSTED", line), line),
        amount=_money(_needed(block, "TRNAMT", line), currency, line),
        trace_number=_field(block, "REFNUM"),
        text=_field(block, "MEMO"),
        counterparty=_field(block, "NAME"),
    )


def _second(data: bytes, statement: BankStatement) -> list[Equation]:
    with warnings.catch_warnings():
        # The library calls names that its own library has renamed.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            seen = ofxparse.OfxParser.parse(io.BytesIO(data)).account.statement.transactions
        except (ofxparse.OfxParserException, ValueError, AttributeError, UnicodeError) as wrong:
            told = "a second reader cannot read it"
            raise NotProved([Problem(told, name="ReadersDiffer")]) from wrong
    moved = sum(line.amount.minor for line in statement.lines)
    second = int(sum(transaction.amount for transaction in seen).scaleb(2)) if seen else 0
    return [
        Equation("lines of a second reader", len(statement.lines), len(seen), ProofKind.SECOND),
        Equation("movements of a second reader", moved, second, ProofKind.SECOND),
    ]


def _field(text: str, tag: str) -> str:
    match = re.search(rf"<{tag}>([^<\r\n]*)", text)
    return match[1].strip() if match else ""


def _needed(text: str, tag: str, line: int = 1) -> str:
    value = _field(text, tag)
    if not value:
        raise OfxFieldIsWrong(tag, "is missing", line)
    return value


def _money(text: str, currency: str, line: int) -> Money:
    try:
        return Money.parse(text.removeprefix("+"), currency)
    except NotAnAmount as wrong:
        raise OfxFieldIsWrong("TRNAMT", "is not an amount with two decimals", line) from wrong


def _day(text: str, line: int) -> date:
    """The day as the bank writes it; the bank's zone is ours."""
    try:
        return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007
    except ValueError as wrong:
        raise OfxFieldIsWrong("DTPOSTED", "is not a date", line) from wrong


def _at(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
