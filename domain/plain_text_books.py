"""The books as plain-text accounting in beancount's syntax, which tools that we did not write read.

Apart from our tables, so that an auditor can check them without us: every leg is two lines, and
assertions say what the bank and our trial balance hold.
Source: Beancount language syntax (beancount.github.io/docs/beancount_language_syntax.html).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from domain.ledger import Journal, account_kind
from domain.money import Money

_ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "income": "Income",
    "expense": "Expenses",
}


class AccountNamesCollide(ValueError):
    """Two accounts of ours would have one name in the export."""

    def __init__(self, name: str, codes: Iterable[str]) -> None:
        self.name, self.codes = name, sorted(codes)
        super().__init__(f"{' and '.join(self.codes)} would both be {name}.")


def account_names(codes: Iterable[str]) -> dict[str, str]:
    """The name of each account in the export. Raises: AccountNamesCollide, NoSuchAccount."""
    names = {code: account_name(code) for code in codes}
    for name in set(names.values()):
        same = [code for code, other in names.items() if other == name]
        if len(same) > 1:
            raise AccountNamesCollide(name, same)
    return names


def account_name(code: str) -> str:
    """As "Assets:Bank:BA-01" for "bank:BA-01": capitals first, hyphens for what is no letter."""
    parts = [_component(part) for part in code.split(":")]
    return ":".join([_ROOTS[account_kind(code)], *parts])


def _component(part: str) -> str:
    plain = "".join(sign if sign.isalnum() else "-" for sign in part)
    return plain[:1].upper() + plain[1:] if plain[:1].isalnum() else f"X{plain}"


def head_lines(title: str, currencies: Iterable[str]) -> Iterator[str]:
    """What stands first in the file."""
    yield f"option {quoted('title')} {quoted(title)}"
    for currency in currencies:
        yield f"option {quoted('operating_currency')} {quoted(currency)}"
    yield ""


def open_lines(names: Mapping[str, str], on: date) -> Iterator[str]:
    """Every account, opened on the day of the first fact, with our own code beside it."""
    for code, name in sorted(names.items(), key=lambda pair: pair[1]):
        yield f"{on} open {name}"
        yield f"  code: {quoted(code)}"
    yield ""


def journal_lines(journal: Journal, *, period: str, names: Mapping[str, str]) -> Iterator[str]:
    """One journal as one transaction, two postings a leg, the debit first.

    Its date is the day of the fact; `period` is the month in which it is booked.
    """
    yield f"{journal.effective} * {quoted(journal.text)}"
    yield f"  key: {quoted(journal.key)}"
    yield f"  period: {quoted(period)}"
    yield f"  source: {quoted(f'{journal.source_type} {journal.source_id}')}"
    yield f"  posted-by: {quoted(journal.posted_by)}"
    if journal.approved_by is not None:
        yield f"  approved-by: {quoted(journal.approved_by)}"
    if journal.reverses is not None:
        yield f"  reverses: {quoted(journal.reverses)}"
    for leg in journal.legs:
        for code, amount in ((leg.debit, leg.amount), (leg.credit, -leg.amount)):
            yield f"  {names[code]}  {amount}"
            yield f"    doc: {quoted(leg.doc)}"
    yield ""


def assertion_line(name: str, holds: Money, *, at_the_end_of: date) -> str:
    """What an account holds when a day is over: the reader says so if its own sum differs.

    Beancount checks an assertion at the beginning of its day, so it stands on the day after; and
    it forgives a cent, unless it is told to forgive nothing.
    """
    exactly = f"{holds.plain()} ~ 0.00 {holds.currency}"
    return f"{date.fromordinal(at_the_end_of.toordinal() + 1)} balance {name}  {exactly}"


def quoted(text: str) -> str:
    """A string as the syntax has it, on one line."""
    plain = " ".join(text.split())
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
