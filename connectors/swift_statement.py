"""MT940 statements and MT942 interim reports (SWIFT), proved or refused whole.

The library mt-940 reads the fields; signs are ours, because it leaves a reversal of a credit
positive, and so is the cut into messages, because it pours several into one.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.swift_pages import (
    Message,
    Page,
    account_of,
    messages_of,
    page_equations,
    pages_of,
    parsed_of,
    statements_in,
)
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
# The library logs what it cannot match, and that is what the bank wrote about people.
logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)
_ENTRY = re.compile(r"^:61:\d{6}(?:\d{4})?(R?[CD])[A-Z]?(\d+,\d*)", re.MULTILINE)
_SUM = re.compile(r"^:90([CD]):(\d+)([A-Z]{3})(\d+,\d*)", re.MULTILINE)
_NO_REFERENCE = "NONREF"
_KIND = {True: "final", False: "intermediate"}


def read_mt940(
    data: bytes, names: Mapping[str, str], *, pages: Sequence[Page] | None = None
) -> list[Proved[BankStatement]]:
    """Read all statements of one account, in the order of the file.

    `names` tells what we call an account, by the bank's number; others keep the bank's. `pages`:
    those of one statement, when further files hold some of them. Each further statement must open
    where the one before closed. Raises: PagesMissing, NotProved, with every problem.
    """
    problems = list[Problem]()
    found: list[Proved[BankStatement]] = []
    for group in statements_in(pages_of(data) if pages is None else pages):
        line = group[0].message.line
        try:
            previous = found[-1].value.closing if found else None
            found.append(_statement(group, data, names, previous))
        except NotProved as wrong:
            problems += [Problem(told, line=line) for told in wrong.problems]
        except StatementDoesNotAddUp as wrong:
            problems.append(Problem(str(wrong), line=line, name="TotalDisagrees"))
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
    for message in messages_of(data):
        try:
            found.append(_notice(message, data, names))
        except NotProved as wrong:
            problems += [Problem(told, line=message.line) for told in wrong.problems]
        except NoticeDoesNotAddUp as wrong:
            problems.append(Problem(str(wrong), line=message.line, name="TotalDisagrees"))
    if problems:
        raise NotProved(problems)
    return found


def _statement(
    pages: Sequence[Page], data: bytes, names: Mapping[str, str], previous: Money | None
) -> Proved[BankStatement]:
    first, last = pages[0], pages[-1]
    number, currency = _number(pages), first.opening.currency
    lines: list[StatementLine] = []
    equations = page_equations(pages)
    for page in pages:
        more, seen = _lines(page.message, page.parsed, number, currency, before=len(lines))
        lines += more
        equations += seen
        if len(pages) > 1:
            equations.append(_page_adds_up(page, more))
    equations.insert(0, _unique(lines))
    opened: date = first.parsed.data[f"{_KIND[first.is_first]}_opening_balance"].date
    closed: date = last.parsed.data[f"{_KIND[last.is_last]}_closing_balance"].date
    days = [line.booked_on for line in lines] or [date(closed.year, closed.month, closed.day)]
    statement = BankStatement(
        statement_no=number,
        account=names.get(first.account, first.account),
        from_day=max(date(opened.year, opened.month, opened.day), min(days)),
        to_day=date(closed.year, closed.month, closed.day),
        opening=first.opening,
        closing=last.closing,
        lines=tuple(lines),
    )
    if previous is not None:
        equations.append(prove_continuation(statement, previous))
    return prove(statement, _reading(data, "mt940", equations))


def _page_adds_up(page: Page, lines: Sequence[StatementLine]) -> Equation:
    reached = page.opening.minor + sum(line.amount.minor for line in lines)
    name = f"page {page.number}: opening + movements = closing"
    return Equation(name, reached, page.closing.minor, ProofKind.RUNNING)


def _number(pages: Sequence[Page]) -> str:
    """Our number of a statement; one of several pages says from which to which."""
    fields = pages[0].parsed.data
    parts = ("transaction_reference", "statement_number", "sequence_number")
    number = "/".join(str(fields[part]) for part in parts if fields.get(part))
    return number if len(pages) == 1 else f"{number}-{pages[-1].number}"


def _notice(message: Message, data: bytes, names: Mapping[str, str]) -> Proved[BankNotice]:
    parsed = parsed_of(message)
    printed = {sign: (int(n), money, cur) for sign, n, cur, money in _SUM.findall(message.text)}
    if set(printed) != {"C", "D"}:
        raise NotProved([Problem("no sum of credits and debits", name="TotalMissing", field=":90")])
    currency = printed["C"][2]
    number = str(parsed.data["transaction_reference"])
    lines, seen = _lines(message, parsed, number, currency)
    equations = [_unique(lines), *seen]
    for sign, name in (("C", "credits"), ("D", "debits")):
        count = sum((line.amount.minor > 0) == (sign == "C") for line in lines)
        equations.append(Equation(f"number of {name}", count, printed[sign][0], ProofKind.ORDER))
    notice = BankNotice(
        notice_no=number,
        account=names.get(account_of(parsed), account_of(parsed)),
        credits=Money(_fen(printed["C"][1]), currency),
        debits=Money(_fen(printed["D"][1]), currency),
        lines=tuple(lines),
    )
    return prove(notice, _reading(data, "mt942", equations))


def _reading(data: bytes, layout: str, equations: Sequence[Equation]) -> Reading:
    sha256 = hashlib.sha256(data).hexdigest()
    return Reading(sha256, READER, layout, 1, DocumentForm.MESSAGE, tuple(equations))


def _unique(lines: Sequence[StatementLine]) -> Equation:
    ids = len({line.line_id for line in lines})
    return Equation("every line has a number of its own", ids, len(lines), ProofKind.ORDER)


def _lines(
    message: Message, parsed: Any, number: str, currency: str, *, before: int = 0
) -> tuple[list[StatementLine], list[Equation]]:
    lines = [
        _line(entry.data, number, n, currency) for n, entry in enumerate(parsed, start=before + 1)
    ]
    entries = _ENTRY.findall(message.text)
    second = sum(_signed(sign, _fen(amount)) for sign, amount in entries)
    moved = sum(line.amount.minor for line in lines)
    return lines, [
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
