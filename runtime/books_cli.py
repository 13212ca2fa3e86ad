"""`huikuan period` and `huikuan books`: close months behind a list, and hand the books to auditors.

Whoever closes or opens says who they are with their password: the shell alone proves nobody.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from api.texts import Language
from runtime.signing import house_of, person_or_exit

if TYPE_CHECKING:
    from sqlmodel import Session

    from runtime.wiring import Parts
    from store.closing import Check, ClosingRules
    from store.people import PersonView
    from store.periods import PeriodView

period_app = typer.Typer(
    name="period", help="Months of the books: check, close, open again.", no_args_is_help=True
)
books_app = typer.Typer(name="books", help="The ledger as a whole.", no_args_is_help=True)
console = Console(markup=False, highlight=False, soft_wrap=True)
problems = Console(stderr=True, style="red", soft_wrap=True, markup=False, highlight=False)

Month = Annotated[str, typer.Argument(help="A month like 2026-01.")]
House = Annotated[Path, typer.Option("--home", help="The folder that `up` used, if it did.")]
Login = Annotated[str, typer.Option("--as", help="Your login; the password is asked for.")]
Why = Annotated[str, typer.Option("--why", help="The reason; it stands in the trail.")]
Lang = Annotated[Language, typer.Option("--lang", help="The reasons in zh or en.")]
_HOME = Path("var/up")


@period_app.command("check")
def check_period(
    month: Month,
    home: House = _HOME,
    language: Lang = "en",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say what keeps a month from being closed; end with 1 if anything does."""
    from api.objection_words import objection_data, objection_words
    from api.texts import text, word
    from store import closing, periods

    parts = house_of(home)
    with parts.database.reading() as session:
        view = _or_exit(lambda: periods.period_view(session, month))
        checks = closing.checklist(session, month, _rules(parts, month))
        moved = closing.changed_since_closing(session, view)
    if as_json:
        told = {
            "period": view.period,
            "state": view.state,
            "changed_since_closing": [objection_data(one) for one in moved],
            "checks": [
                {
                    "name": check.name,
                    "holds": check.holds,
                    "against": [objection_data(one) for one in check.against],
                }
                for check in checks
            ],
        }
        sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    else:
        console.print(f"{view.period}: {word(language, 'period', view.state)}")
        _show(checks, language)
        for change in moved:
            changed = objection_words(change, language)
            problems.print(text(language, "periods.changed", what=changed))
    if moved or not all(check.holds for check in checks):
        raise typer.Exit(1)


@period_app.command("close")
def close_period(month: Month, login: Login, home: House = _HOME, language: Lang = "en") -> None:
    """Close a month, if everything of its list holds: nothing is posted into it any more."""
    from store import closing

    def act(session: Session, parts: Parts, person: PersonView, now: datetime) -> PeriodView:
        try:
            return closing.close(session, month, person, _rules(parts, month), now)
        except closing.PeriodNotReady as not_yet:
            _show(not_yet.checks, language)
            raise

    _say(home, login, act)


@period_app.command("reopen")
def reopen_period(month: Month, login: Login, why: Why, home: House = _HOME) -> None:
    """Ask to open a closed month again; said by a second person, it is opened."""
    from store import periods

    def act(session: Session, parts: Parts, person: PersonView, now: datetime) -> PeriodView:
        asked = periods.period_view(session, month).state == "reopen_asked"
        say = periods.agree_reopening if asked else periods.ask_reopening
        return say(session, month, person, why, now)

    _say(home, login, act)


@period_app.command("refuse")
def refuse_period(month: Month, login: Login, why: Why, home: House = _HOME) -> None:
    """Leave a month closed that somebody asked to open again."""
    from store import periods

    def act(session: Session, parts: Parts, person: PersonView, now: datetime) -> PeriodView:
        return periods.refuse_reopening(session, month, person, why, now)

    _say(home, login, act)


@books_app.command("export")
def export_books(
    out: Annotated[Path | None, typer.Option(help="A file; else they are printed.")] = None,
    home: House = _HOME,
) -> None:
    """Write the whole ledger as plain text that beancount reads."""
    from store.books_export import plain_text_books

    parts = house_of(home)
    with parts.database.reading() as session:
        lines = plain_text_books(session, title="Huikuan")
        if out is None:
            sys.stdout.writelines(f"{line}\n" for line in lines)
            return
        with out.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
    console.print(f"Written: {out}")


@books_app.command("expected")
def show_expected(
    payer: Annotated[str, typer.Option(help="One payer only, like PA.")] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="What came or was given up as well.")
    ] = False,
    home: House = _HOME,
) -> None:
    """List the money that should come, by payer and day; end with 1 if the ledger says other."""
    from api.going_out import repaid_within
    from api.objection_words import objection_words
    from api.pages_books import banked_on
    from engine.calendar import load_working_days
    from store.expected import cash_to_bank, differs_from_ledger, expected_money, money_going_out

    parts = house_of(home)
    with parts.database.reading() as session:
        today = parts.clock.today()
        expected = expected_money(session, today)
        going_out = money_going_out(session, today, repaid_within(parts.counterparties))
        differs = differs_from_ledger(session, expected)
        folder = parts.settings.counterparties_folder
        expected += cash_to_bank(session, today, banked_on(folder, load_working_days(folder)))
    for one in expected:
        if (one.open or everything) and payer in ("", one.payer):
            due = one.due_on or "no day"
            console.print(
                f"{one.payer:<12} {due}  {one.open.grouped():>14}  {one.state:<10} "
                f"{one.what} {one.no}, {one.paper}: {one.amount}, came {one.met}, "
                f"given up {one.given_up}"
            )
    for one in going_out:
        if payer in ("", one.payer):
            console.print(
                f"{one.payer:<12} {one.due_on}  {(-one.open).grouped():>14}  {one.state:<10} "
                f"{one.what} {one.no}, {one.paper}: {one.amount}, taken back {one.met}"
            )
    for difference in differs:
        problems.print(objection_words(difference, "en"))
    if differs:
        raise typer.Exit(1)


@books_app.command("funds")
def show_funds(
    day: Annotated[str, typer.Argument(metavar="DATE", help="A day like 2026-01-19.")],
    home: House = _HOME,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say who sent what on a day, what of it was kept or is missing, and what channels moved."""
    from runtime.reconcile_cli import day_or_exit
    from store.fund_report import AMOUNTS, fund_report
    from store.fund_vouchers import vouchers_of

    parts = house_of(home)
    wanted = day_or_exit(day, parts.clock.today())
    with parts.database.reading() as session:
        found, vouchers = fund_report(session, wanted), vouchers_of(session, wanted)
    rows = [
        {"owner": one.owner} | {name: getattr(one, name).plain() for name in AMOUNTS}
        for one in found
    ]
    numbers = [one.voucher_no or f"{one.key} not sent" for one in vouchers]
    if as_json:
        told = {"day": wanted.isoformat(), "funds": rows, "vouchers": numbers}
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
        return
    for row in rows:
        console.print("  ".join(f"{name} {value}" for name, value in row.items()))
    console.print(f"vouchers: {', '.join(numbers) or 'none'}")


def _rules(parts: Parts, month: str) -> ClosingRules:
    from engine.paying_out import everybody_paying_out
    from store.closing import ClosingRules
    from store.periods import last_day

    return ClosingRules(
        accounts=tuple(bank.code for bank in parts.counterparties.banks()),
        today=parts.clock.today(),
        difference_limit=parts.counterparties.limit("closing_difference_limit", last_day(month)),
        channels=tuple(
            everybody_paying_out(parts.settings.counterparties_folder, parts.counterparties)
        ),
    )


def _say(
    home: Path,
    login: str,
    act: Callable[[Session, Parts, PersonView, datetime], PeriodView],
) -> None:
    """Do what a person says, once their password is theirs."""
    parts = house_of(home)
    person = person_or_exit(parts, login)

    def do() -> PeriodView:
        with parts.database.transaction() as session:
            return act(session, parts, person, parts.clock.now())

    view = _or_exit(do)
    console.print(f"{view.period}: {view.state} ({view.words[-1].what} by {person.login})")


def _or_exit(do: Callable[[], PeriodView]) -> PeriodView:
    """What it answers; a refusal ends the command with 1, a month that is none with 2."""
    from store import closing, periods

    try:
        return do()
    except periods.NotAPeriod as wrong:
        problems.print(f"month: {wrong}")
        raise typer.Exit(2) from None
    except (
        closing.PeriodNotReady,
        periods.LaterPeriodClosed,
        periods.MayNotClose,
        periods.PeriodNeedsASecondPerson,
        periods.PeriodNotInThatState,
    ) as refused:
        problems.print(str(refused))
        raise typer.Exit(1) from None


def _show(checks: list[Check], language: Language) -> None:
    from api.objection_words import objection_words
    from api.texts import text

    for check in checks:
        says = text(language, f"period_check.{check.name}")
        console.print(f"  {'ok  ' if check.holds else 'NO  '} {says}")
        for one in check.against:
            console.print(f"         {objection_words(one, language)}")
