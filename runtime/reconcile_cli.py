"""`huikuan reconcile`: of every bank line of one day, what explains it, or why nothing does."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from runtime.signing import house_of

if TYPE_CHECKING:
    from sqlmodel import Session

    from api.bill_lines import BillWords
    from api.line_words import LineWords
    from runtime.wiring import Parts

console = Console(markup=False, highlight=False, soft_wrap=True)
problems = Console(stderr=True, style="red", soft_wrap=True, markup=False, highlight=False)
_LONG = 2_000
"""Lines from which on it is shown how far the command is."""


@dataclass(frozen=True)
class _Told:
    """One account of one day, in words."""

    account: str
    statements: list[str]
    lines: list[LineWords]
    bills: list[BillWords]

    def counts(self) -> dict[str, int]:
        """How many lines are in each state."""
        states = [told.line.state for told in self.lines]
        return {state: states.count(state) for state in ("matched", "decided", "open", "new")}


def reconcile(
    day: Annotated[str, typer.Argument(metavar="DATE", help="A day like 2026-01-19.")],
    account: Annotated[str, typer.Option(help="One bank account only, like BA-01.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    home: Annotated[
        Path, typer.Option("--home", help="The folder that `up` or the demo used.")
    ] = Path("var/up"),
) -> None:
    """Explain every bank line of a day: matched by which rule, or why not, whose it is, how old.

    Reads only, from a house that runs or that was stopped; ends with 1 when reconciliation has not
    looked at a line yet.
    """
    parts = _enter(home)
    wanted = day_or_exit(day, parts.clock.today())
    accounts = _accounts_or_exit(parts, account)
    with parts.database.reading() as session:
        told = [_tell(session, parts, code, wanted) for code in accounts]
    if as_json:
        sys.stdout.write(json.dumps(_plain(wanted, told), ensure_ascii=False, indent=2) + "\n")
    else:
        for one in told:
            _show(one)
    if any(one.counts()["new"] for one in told):
        raise typer.Exit(1)


def _enter(home: Path) -> Parts:
    parts = house_of(home)
    place = parts.settings.home.absolute()
    standing = parts.database.standing()
    if standing != "present":
        older = f"home: the tables of {place} are of an older release; run `huikuan migrate`."
        none = f"home: no house has lived in {place} yet."
        problems.print(older if standing == "older" else none)
        raise typer.Exit(2)
    return parts


def day_or_exit(typed: str, today: date) -> date:
    """The day that was typed; what is none, or has not come, ends the command with 2."""
    from api.texts import text

    try:
        wanted = date.fromisoformat(typed)
    except ValueError:
        problems.print(f"date: {text('en', 'lines.no_day', typed=repr(typed))}")
        raise typer.Exit(2) from None
    if wanted > today:
        problems.print(f"date: {text('en', 'lines.future', day=wanted, today=today)}")
        raise typer.Exit(2)
    return wanted


def _accounts_or_exit(parts: Parts, account: str) -> list[str]:
    known = [bank.code for bank in parts.counterparties.banks()]
    if account and account not in known:
        problems.print(f"account: {account!r} is none of {', '.join(known)}.")
        raise typer.Exit(2)
    return [account] if account else known


def _tell(session: Session, parts: Parts, account: str, day: date) -> _Told:
    from api.bill_lines import bill_words
    from api.line_words import words_of
    from engine.calendar import load_working_days
    from engine.paying_out import everybody_paying_out
    from store import explained_lines

    calendar = load_working_days(parts.settings.counterparties_folder)
    count = explained_lines.count_lines(session, account, day)
    shown = Console(stderr=True)
    with Progress(console=shown, disable=count < _LONG, transient=True) as progress:
        lines = progress.track(
            explained_lines.explained_lines(session, account, day),
            total=count,
            description=account,
        )
        told = [
            words_of(line, "en", calendar=calendar, today=parts.clock.today()) for line in lines
        ]
    folder = parts.settings.counterparties_folder
    paying = everybody_paying_out(folder, parts.counterparties).values()
    bills = bill_words(session, paying, account, day, "en")
    covering = explained_lines.statements_covering(session, account, day)
    return _Told(account, covering, told, bills)


def _show(told: _Told) -> None:
    from api.texts import counted, text

    numbers = ", ".join(told.statements)
    covered = (
        text("en", "lines.statement", numbers=numbers)
        if numbers
        else text("en", "lines.no_statement")
    )
    counts = counted("en", "lines.count", len(told.lines), **told.counts())
    console.print(f"{told.account}  {covered}\n  {counts}")
    for one in told.lines:
        amount = f"{one.line.amount.grouped():>14}"
        console.print(f"  {one.line.line_id:<20} {amount}  {one.line.state:<8} {one.why}")
        if one.owner:
            pad = " " * 46
            console.print(f"{pad}{one.owner}, {one.age_days} working days old, due {one.due}")
    if told.bills:
        console.print(f"  {text('en', 'lines.bills')}")
    for bill in told.bills:
        amount = f"{bill.difference.amount.grouped():>14}"
        console.print(f"  {bill.difference.no:<20} {amount}  {bill.state:<8} {bill.why}")
        if bill.owner:
            console.print(f"{' ' * 46}{bill.owner}, due {bill.due}")


def _plain(day: date, told: list[_Told]) -> dict[str, Any]:
    return {
        "day": day.isoformat(),
        "accounts": [
            {
                "account": one.account,
                "statements": one.statements,
                "counts": one.counts(),
                "lines": [_plain_line(line) for line in one.lines],
                "bills": [_plain_bill(bill) for bill in one.bills],
            }
            for one in told
        ],
    }


def _plain_line(told: LineWords) -> dict[str, Any]:
    from api.line_words import owners_of
    from api.wire import plain

    line = told.line
    found: dict[str, Any] = plain(line)
    found |= {"owners": owners_of(line), "age_working_days": told.age_days, "why": told.why}
    return found


def _plain_bill(told: BillWords) -> dict[str, Any]:
    from api.wire import plain

    found: dict[str, Any] = plain(told.difference)
    return found | {"state": told.state, "why": told.why}
