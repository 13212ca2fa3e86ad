"""MT940 statements and MT942 interim reports (SWIFT), proved or refused whole.

The library mt-940 reads the fields; signs are ours, because it leaves a reversal of a credit
positive, and so is the cut into messages, because it pours several into one.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import mt940

from domain.money import Money
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
from domain.statement import (
    BankNotice,
    BankStatement,
    NoticeDoesNotAddUp,
    StatementDoesNotAddUp,
    StatementLine,
    prove_continuation,
)

READER = "mt940 1"
MAX_BYTES = 20 * 1024 * 1024
# The library logs what it cannot match, and that is what the bank wrote about people.
logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)
_BEGIN = re.compile(r"^:20:", re.MULTILINE)
_ENTRY = re.compile(r"^:61:\d{6}(?:\d{4})?(R?[CD])[A-Z]?(\d+,\d*)", re.MULTILINE)
_SUM = re.compile(r"^:90([CD]):(\d+)([A-Z]{3})(\d+,\d*)", re.MULTILINE)
_NO_REFERENCE = "NONREF"


@dataclass(frozen=True)
class _Message:
    """One message of the file: its text, and the line on which it begins."""

    text: str
    line: int


def read_mt940(data: bytes, names: Mapping[str, str]) -> list[Proved[BankStatement]]:
    """Read all statements of one account, in the order of the file.

    `names` tells what we call an account, by the bank's number; others keep the bank's.
    Each further one must open where the one before closed. Raises: NotProved, with every problem.
    """
    messages, problems = _messages(data), list[Problem]()
    found: list[Proved[BankStatement]] = []
    for message in messages:
        try:
            previous = found[-1].value.closing if found else None
            found.append(_statement(message, data, names, previous))
        except NotProved as wrong:
            problems += [Problem(told, line=message.line) for told in wrong.problems]
        except StatementDoesNotAddUp as wrong:
            name = "TotalDisagrees"
            problems.append(Problem(str(wrong), line=message.line, name=name))
    if len({one.value.account for one in found}) > 1:
        problems.append(Problem("statements of several accounts", name="AnotherAccount"))
    if problems:
        raise NotProved(problems)
    return found


def read_mt942(data: bytes, names: Mapping[str, str]) -> list[Proved[BankNotice]]:
    """Read interim reports; each prints the sum of its credits and of its debits.

    Raises: NotProved, with every problem.
    """
    found, problems = [], list[Problem]()
    for message in _messages(data):
        try:
            found.append(_notice(message, data, names))
        except NotProved as wrong:
            problems += [Problem(told, line=message.line) for told in wrong.problems]
        except NoticeDoesNotAddUp as wrong:
            problems.append(Problem(str(wrong), line=message.line, name="TotalDisagrees"))
    if problems:
        raise NotProved(problems)
    return found


def _messages(data: bytes) -> list[_Message]:
    if not data.strip():
        raise NotProved([Problem("holds nothing", name="FileIsEmpty")])
    if len(data) > MAX_BYTES:
        raise NotProved([Problem(f"{len(data)} bytes", name="FileIsTooLarge")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as wrong:
            raise NotProved([Problem("is no text", name="WrongEncoding")]) from wrong
    text = text.replace("\r\n", "\n")
    starts = [match.start() for match in _BEGIN.finditer(text)]
    if not starts:
        raise NotProved([Problem("holds no message", name="AnotherKindOfFile")])
    ends = [*starts[1:], len(text)]
    return [
        # What closes a message, and the envelope of the next, belong to no field.
        _Message(re.split(r"^-\}?", text[start:end], flags=re.MULTILINE)[0],
                 text.count("\n", 0, start) + 1)
        for start, end in zip(starts, ends, strict=True)
    ]  # fmt: skip


def _parsed(message: _Message) -> Any:
    try:
        return mt940.parse(message.text)
    except (RuntimeError, ValueError, TypeError, KeyError, ArithmeticError) as wrong:
        raise NotProved([Problem("a field has another form", name="FieldIsWrong")]) from wrong


def _statement(
    message: _Message, data: bytes, names: Mapping[str, str], previous: Money | None
) -> Proved[BankStatement]:
    parsed = _parsed(message)
    opening = _balance(parsed, "final_opening_balance", ":60F:")
    closing = _balance(parsed, "final_closing_balance", ":62F:")
    parts = ("transaction_reference", "statement_number", "sequence_number")
    number = "/".join(str(parsed.data[part]) for part in parts if parsed.data.get(part))
    lines, equations = _lines(message, parsed, number, opening.currency)
    opened: date = parsed.data["final_opening_balance"].date
    closed: date = parsed.data["final_closing_balance"].date
    days = [line.booked_on for line in lines] or [date(closed.year, closed.month, closed.day)]
    statement = BankStatement(
        statement_no=number,
        account=names.get(_account(parsed), _account(parsed)),
        from_day=max(date(opened.year, opened.month, opened.day), min(days)),
        to_day=date(closed.year, closed.month, closed.day),
        opening=opening,
        closing=closing,
        lines=tuple(lines),
    )
    if previous is not None:
        equations.append(prove_continuation(statement, previous))
    return prove(statement, _reading(data, "mt940", equations))


def _notice(message: _Message, data: bytes, names: Mapping[str, str]) -> Proved[BankNotice]:
    parsed = _parsed(message)
    printed = {sign: (int(n), money, cur) for sign, n, cur, money in _SUM.findall(message.text)}
    if set(printed) != {"C", "D"}:
        raise NotProved([Problem("no sum of credits and debits", name="TotalMissing", field=":90")])
    currency = printed["C"][2]
    number = str(parsed.data["transaction_reference"])
    lines, equations = _lines(message, parsed, number, currency)
    for sign, name in (("C", "credits"), ("D", "debits")):
        count = sum((line.amount.minor > 0) == (sign == "C") for line in lines)
        equations.append(Equation(f"number of {name}", count, printed[sign][0], ProofKind.ORDER))
    notice = BankNotice(
        notice_no=number,
        account=names.get(_account(parsed), _account(parsed)),
        credits=Money(_fen(printed["C"][1]), currency),
        debits=Money(_fen(printed["D"][1]), currency),
        lines=tuple(lines),
    )
    return prove(notice, _reading(data, "mt942", equations))


def _reading(data: bytes, layout: str, equations: Sequence[Equation]) -> Reading:
    sha256 = hashlib.sha256(data).hexdigest()
    return Reading(sha256, READER, layout, 1, DocumentForm.MESSAGE, tuple(equations))


def _account(parsed: Any) -> str:
    account = str(parsed.data.get("account_identification") or "")
    if not account:
        raise NotProved([Problem("no account", name="FieldIsWrong", field=":25:")])
    return account


def _balance(parsed: Any, name: str, tag: str) -> Money:
    found = parsed.data.get(name)
    if found is None:
        # :60M: and :62M: stand in a page of several; the others are not here.
        raise NotProved([Problem("no final balance", name="BalanceMissing", field=tag)])
    amount, sign = found.amount.amount, found.status
    return Money(int(abs(amount).scaleb(2)) * (-1 if sign == "D" else 1), found.amount.currency)


def _lines(
    message: _Message, parsed: Any, number: str, currency: str
) -> tuple[list[StatementLine], list[Equation]]:
    lines = [_line(entry.data, number, n, currency) for n, entry in enumerate(parsed, start=1)]
    ids = len({line.line_id for line in lines})
    entries = _ENTRY.findall(message.text)
    second = sum(_signed(sign, _fen(amount)) for sign, amount in entries)
    moved = sum(line.amount.minor for line in lines)
    return lines, [
        Equation("every line has a number of its own", ids, len(lines), ProofKind.ORDER),
        Equation("entries seen by a second reading", len(lines), len(entries), ProofKind.SECOND),
        Equation("movements of a second reading", moved, second, ProofKind.SECOND),
    ]


def _line(entry: dict[str, Any], number: str, n: int, currency: str) -> StatementLine:
    amount: Decimal = abs(entry["amount"].amount)
    minor = int(amount.scaleb(2))
    if Decimal(minor) != amount.scaleb(2):
        raise NotProved([Problem(f"entry {n} is finer than a fen", name="WrongDecimals")])
    # Without an entry date the value date is all that the bank tells.
    day = entry.get("entry_date") or entry["date"]
    own, bank = str(entry.get("customer_reference") or ""), str(entry.get("bank_reference") or "")
    return StatementLine(
        line_id=bank or f"{number}/{n}",
        booked_on=date(day.year, day.month, day.day),
        amount=Money(_signed(entry["status"], minor), currency),
        trace_number="" if own == _NO_REFERENCE else own,
        text=" ".join(str(entry.get("transaction_details") or "").split()),
        counterparty=" ".join(str(entry.get("extra_details") or "").split()),
    )


def _signed(mark: str, minor: int) -> int:
    """C and RD bring money, D and RC take it."""
    return minor if mark in ("C", "RD") else -minor


def _fen(text: str) -> int:
    whole, _, fraction = text.partition(",")
    return int(whole) * 100 + int(fraction[:2].ljust(2, "0") or "0")
