"""The messages of a SWIFT file, and which of them are pages of one statement.

A bank parts a long statement: all pages but the first open with :60M:, all but the last close with
:62M:, and :28C: counts them. They are one statement when all are there, in their order, and each
opens with what the page before closed with; else nothing of them is used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import mt940

from domain.money import Money
from domain.proof import Equation, NotProved, Problem, ProofKind

MAX_BYTES = 20 * 1024 * 1024
_BEGIN = re.compile(r"^:20:", re.MULTILINE)


class PagesMissing(NotProved):
    """A file holds some pages of one statement and nothing else; `key` names the statement.

    The others may have come in files of their own.
    """

    def __init__(self, problems: Sequence[str | Problem], key: tuple[str, str]) -> None:
        super().__init__(problems)
        self.key = key


@dataclass(frozen=True)
class Message:
    """One message of a file: its text, and the line on which it begins."""

    text: str
    line: int


@dataclass(frozen=True)
class Page:
    """A message of MT940 with its balances. `number`: of the page, None when it prints none."""

    message: Message
    parsed: Any
    account: str
    statement: str
    number: int | None
    opening: Money
    closing: Money
    is_first: bool
    is_last: bool

    @property
    def key(self) -> tuple[str, str]:
        """The account and the number of the statement of which this is a page."""
        return self.account, self.statement


def messages_of(data: bytes) -> list[Message]:
    """Cut a file into its messages. Raises: NotProved."""
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
        Message(re.split(r"^-\}?", text[start:end], flags=re.MULTILINE)[0],
                text.count("\n", 0, start) + 1)
        for start, end in zip(starts, ends, strict=True)
    ]  # fmt: skip


def parsed_of(message: Message) -> Any:
    """The fields of a message. Raises: NotProved."""
    try:
        return mt940.parse(message.text)
    except (RuntimeError, ValueError, TypeError, KeyError, ArithmeticError) as wrong:
        raise NotProved([Problem("a field has another form", name="FieldIsWrong")]) from wrong


def account_of(parsed: Any) -> str:
    """The account as the bank numbers it. Raises: NotProved."""
    account = str(parsed.data.get("account_identification") or "")
    if not account:
        raise NotProved([Problem("no account", name="FieldIsWrong", field=":25:")])
    return account


def pages_of(data: bytes) -> list[Page]:
    """Read every message of a file as a page. Raises: NotProved, with every problem."""
    pages, problems = [], list[Problem]()
    for message in messages_of(data):
        try:
            pages.append(_page(message))
        except NotProved as wrong:
            problems += [Problem(told, line=message.line) for told in wrong.problems]
    if problems:
        raise NotProved(problems)
    return pages


def statements_in(pages: Sequence[Page]) -> list[list[Page]]:
    """Group the pages into whole statements, in the order in which they stand.

    Raises: PagesMissing, when all are of one statement that is not whole; NotProved.
    """
    found: list[list[Page]] = []
    problems: list[Problem] = []
    for page in pages:
        before = found[-1][-1] if found else None
        if before is not None and not before.is_last:
            problems += _turned(before, page)
            found[-1].append(page)
            continue
        if not page.is_first:
            told = f"{_named(page)} opens with :60M:, and no page stands before it"
            problems.append(Problem(told, line=page.message.line, name="PageMissing"))
        elif not page.is_last and page.number != 1:
            told = f"{_named(page)} opens with :60F: and is not page 1"
            problems.append(Problem(told, line=page.message.line, name="PageOutOfOrder"))
        found.append([page])
    if found and not found[-1][-1].is_last:
        told = f"{_named(found[-1][-1])} closes with :62M:, and no page stands behind it"
        problems.append(Problem(told, line=found[-1][-1].message.line, name="PageMissing"))
    if problems:
        if len({page.key for page in pages}) == 1:
            raise PagesMissing(problems, pages[0].key)
        raise NotProved(problems)
    return found


def joined_pages(own: Sequence[Page], others: Mapping[str, bytes]) -> tuple[list[Page], list[str]]:
    """The pages of one statement from several files, by their numbers, and the files that help.

    `others`: files by their hash; one that holds anything but pages of this statement is left out.
    """
    joined, used = list(own), []
    for name, data in others.items():
        try:
            pages = pages_of(data)
        except NotProved:
            continue
        if all(page.key == own[0].key and not (page.is_first and page.is_last) for page in pages):
            joined += pages
            used.append(name)
    return sorted(joined, key=lambda page: page.number or 0), used


def page_equations(pages: Sequence[Page]) -> list[Equation]:
    """What `statements_in` has compared, as a part of the proof; none for a single page."""
    return [
        Equation(
            f"page {page.number} opens with the closing of page {before.number}",
            page.opening.minor,
            before.closing.minor,
            ProofKind.RUNNING,
        )
        for before, page in pairwise(pages)
    ]


def _page(message: Message) -> Page:
    parsed = parsed_of(message)
    number = str(parsed.data.get("sequence_number") or "")
    opening, is_first = _balance(parsed, "opening", "60")
    closing, is_last = _balance(parsed, "closing", "62")
    return Page(
        message=message,
        parsed=parsed,
        account=account_of(parsed),
        statement=str(parsed.data.get("statement_number") or ""),
        number=int(number) if number.isdigit() else None,
        opening=opening,
        closing=closing,
        is_first=is_first,
        is_last=is_last,
    )


def _balance(parsed: Any, name: str, tag: str) -> tuple[Money, bool]:
    """A balance, and whether it is the statement's own and not one between two pages."""
    kinds = [kind for kind in ("final", "intermediate") if f"{kind}_{name}_balance" in parsed.data]
    if not kinds:
        raise NotProved([Problem("no final balance", name="BalanceMissing", field=f":{tag}F:")])
    if len(kinds) > 1:
        told = f":{tag}F: and :{tag}M: stand in one message"
        raise NotProved([Problem(told, name="FieldIsWrong")])
    found = parsed.data[f"{kinds[0]}_{name}_balance"]
    sign = -1 if found.status == "D" else 1
    minor = sign * int(abs(found.amount.amount).scaleb(2))
    return Money(minor, found.amount.currency), kinds[0] == "final"


def _turned(before: Page, page: Page) -> list[Problem]:
    """What is wrong with a page behind one that closes with :62M:."""
    line = page.message.line
    if page.key != before.key or page.is_first:
        told = f"{_named(before)} closes with :62M:, and {_named(page)} stands behind it"
        return [Problem(told, line=line, name="PageMissing")]
    problems = []
    if before.number is None or page.number != before.number + 1:
        told = f"{_named(page)} stands behind page {before.number or 'without a number'}"
        problems.append(Problem(told, line=line, name="PageOutOfOrder"))
    if page.opening != before.closing:
        told = (
            f"{_named(page)} opens with {page.opening.grouped()}, "
            f"the page before closes with {before.closing.grouped()}"
        )
        problems.append(Problem(told, line=line, name="BalanceDisagrees"))
    return problems


def _named(page: Page) -> str:
    number = "without a number" if page.number is None else str(page.number)
    return f"page {number} of statement {page.statement}"
