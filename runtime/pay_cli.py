"""`huikuan pay`: bills in parts over what a patient owes, opened and looked at from the shell."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.texts import text
from domain.money import Money, NotAnAmount
from domain.payment import PartKind

if TYPE_CHECKING:
    from runtime.wiring import Parts
    from store.people import PersonView

pay_app = typer.Typer(
    name="pay",
    help="Bills in parts: open one over a patient's share, see it.",
    no_args_is_help=True,
)
console = Console()
problems = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)

Login = Annotated[str, typer.Option("--login", help="Who says so; the password is asked for.")]
House = Annotated[Path, typer.Option("--home", help="The folder that `up` used, if it did.")]
UP = Path("var/up")

AskedParts = list[tuple[PartKind, Money]]


@pay_app.command("open")
def open_bill(
    case_no: Annotated[str, typer.Argument(help="Like SO-2026-0001.")],
    part: Annotated[
        list[str],
        typer.Option("--part", help="KIND=AMOUNT, like self_pay=100.00; once for each part."),
    ],
    login: Login,
    place: Annotated[str, typer.Option(help="Where it is opened: a till, a desk.")] = "desk",
    home: House = UP,
) -> None:
    """Open a bill over all that the patient owes of a case, and start paying it.

    The parts add up to what is owed: --part pool_fund=300 --part personal_account=200
    --part self_pay=100.
    """
    asked = _parts_or_exit(part)
    parts = _house(home)
    person = person_or_exit(parts, login)
    _show(parts, _open(parts, case_no, asked, person, place))


@pay_app.command()
def show(
    payment_no: Annotated[str, typer.Argument(help="Like PM-0123456789AB.")],
    home: House = UP,
) -> None:
    """Say how a bill and each of its parts stands."""
    _show(_house(home), payment_no)


def _parts_or_exit(asked: Sequence[str]) -> AskedParts:
    found: AskedParts = []
    for one in asked:
        kind, _, amount = one.partition("=")
        try:
            found.append((PartKind(kind), Money.parse(amount)))
        except NotAnAmount as wrong:
            problems.print(f"--part: {wrong}")
            raise typer.Exit(2) from None
        except ValueError:
            problems.print(f"--part: {kind!r} is none of {', '.join(PartKind)}.")
            raise typer.Exit(2) from None
    return found


def _house(home: Path) -> Parts:
    from runtime.cli import enter, parts_or_exit

    enter(home)
    return parts_or_exit()


def person_or_exit(parts: Parts, login: str) -> PersonView:
    """Whoever knows the password of this login; else the command ends with 1."""
    from store import people

    password = typer.prompt(f"Password of {login}", hide_input=True)
    try:
        with parts.database.transaction() as s:
            person = people.verify_password(s, login, password)
    except people.LoginLocked as locked:
        problems.print(str(locked))
        raise typer.Exit(1) from None
    if person is None:
        problems.print("The login or the password is wrong.")
        raise typer.Exit(1)
    return person


def _open(parts: Parts, case_no: str, asked: AskedParts, person: PersonView, place: str) -> str:
    """Open the bill and start its life; a refusal is told and ends the command."""
    from api.parts import EngineAway
    from api.problems import Problem
    from api.refusals import problem_of
    from engine.client import TemporalNotReachable
    from engine.ids import NotAnOrderNo

    if person.role == "auditor":
        problems.print("An auditor changes nothing.")
        raise typer.Exit(1)
    try:
        return asyncio.run(_start(parts, case_no, asked, person.login, place))
    except NotAnOrderNo as wrong:
        problems.print(f"case_no: {wrong}")
        raise typer.Exit(2) from None
    except (EngineAway, TemporalNotReachable):
        problems.print("Temporal cannot be reached. The bill may stand: ask again to start it.")
    except Problem as refused:
        problems.print(f"{refused.field or ''}: {text('en', f'problem.{refused.slug}')}")
    except Exception as error:
        if problem_of(error) is None:
            raise
        problems.print(str(error))
    raise typer.Exit(1)


async def _start(parts: Parts, case_no: str, asked: AskedParts, login: str, place: str) -> str:
    from api.payments import open_and_start
    from engine.client import connect
    from runtime.serving import app_of

    client = await connect(parts.settings, patience_s=5.0)
    sheet = await open_and_start(app_of(parts, client).state.parts, case_no, asked, login, place)
    return sheet.payment_no


def _show(parts: Parts, payment_no: str) -> None:
    from api.payments import bill_sheet
    from runtime.serving import app_of
    from store.payment_views import NoSuchPayment

    try:
        with parts.database.reading() as s:
            sheet = bill_sheet(s, app_of(parts, None).state.parts, payment_no)
    except NoSuchPayment as unknown:
        problems.print(str(unknown))
        raise typer.Exit(1) from None
    console.print(f"{sheet.payment_no}: {sheet.total} is {sheet.stage}.", markup=False)
    table = Table("part", "kind", "amount", "state", "channel", "its number", "back")
    for part in sheet.parts:
        amounts = (part.amount.plain(), part.returned.plain())
        row = (str(part.n), part.kind, amounts[0], part.state, part.channel, part.channel_no)
        table.add_row(*row, amounts[1])
    console.print(table)
    if sheet.cashier_url:
        console.print(f"The patient pays at {sheet.cashier_url}", markup=False, soft_wrap=True)
