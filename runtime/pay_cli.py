"""`huikuan pay`: bills in parts over what patients owe, returns and cash, from the shell."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.texts import text
from domain.goods_back import Goods
from domain.money import Money, NotAnAmount
from domain.payment import PartKind
from runtime.signing import house_of, person_or_exit

if TYPE_CHECKING:
    from api.parts import Parts as ApiParts
    from runtime.wiring import Parts
    from store.people import PersonView

pay_app = typer.Typer(
    name="pay",
    help="Bills in parts: open, see, send money back, count cash.",
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
    from api.payments import open_and_start

    asked = _parts_or_exit(part)

    async def act(parts: ApiParts, person: PersonView) -> str:
        return (await open_and_start(parts, case_no, asked, person.login, place)).payment_no

    _show(house_of(home), _done(home, login, act))


@pay_app.command("return")
def send_back(
    payment_no: Annotated[str, typer.Argument(help="Like PM-0123456789AB.")],
    reason: Annotated[str, typer.Option(help="goods_returned, overcharged, paid_twice or other.")],
    login: Login,
    part: Annotated[
        list[str] | None,
        typer.Option("--part", help="N=AMOUNT, like 3=50.00; once for each part."),
    ] = None,
    goods: Annotated[
        list[str] | None,
        typer.Option("--goods", help="LINE=PIECES, like 1=2, instead of amounts."),
    ] = None,
    place: Annotated[str, typer.Option(help="Where it is asked for.")] = "desk",
    home: House = UP,
) -> None:
    """Send money of a paid bill back the way it came; the risk rules judge it first.

    The insurer's part goes back whole, and first. With goods, what each who paid gets back is
    counted, and nothing is sent before the ERP has taken them in.
    """
    from api.returns import REASONS, Asked, ask_and_start, reason_of

    asked = Asked(_numbered_or_exit(part or []), _goods_or_exit(goods or []))
    if reason not in REASONS:
        problems.print(f"--reason: {reason!r} is none of {', '.join(REASONS)}.")
        raise typer.Exit(2)

    async def act(parts: ApiParts, person: PersonView) -> str:
        sheet = await ask_and_start(parts, payment_no, asked, person, reason_of(reason), place)
        return f"{sheet.return_no}: {sheet.total} of {payment_no} is {sheet.stage}."

    console.print(_done(home, login, act), markup=False)


@pay_app.command()
def count(
    number: Annotated[str, typer.Argument(help="The number under which cash is asked for.")],
    amount: Annotated[str, typer.Argument(help="What was counted, like 50.00.")],
    login: Login,
    home: House = UP,
) -> None:
    """Say that cash was counted; another person confirms it."""
    from api.returns import count_cash

    counted = _amount_or_exit("amount", amount)

    async def act(parts: ApiParts, person: PersonView) -> str:
        view = await count_cash(parts, number, counted, person)
        return f"{view.number}: {view.amount} is {view.state}."

    console.print(_done(home, login, act), markup=False)


@pay_app.command()
def confirm(
    number: Annotated[str, typer.Argument(help="The number under which cash was counted.")],
    login: Login,
    home: House = UP,
) -> None:
    """Confirm cash that somebody else counted."""
    from api.returns import confirm_cash

    async def act(parts: ApiParts, person: PersonView) -> str:
        view = await confirm_cash(parts, number, person)
        return f"{view.number}: {view.amount} is {view.state}."

    console.print(_done(home, login, act), markup=False)


@pay_app.command()
def show(
    payment_no: Annotated[str, typer.Argument(help="Like PM-0123456789AB.")],
    home: House = UP,
) -> None:
    """Say how a bill and each of its parts stands."""
    _show(house_of(home), payment_no)


def _parts_or_exit(asked: Sequence[str]) -> AskedParts:
    found: AskedParts = []
    for one in asked:
        kind, _, amount = one.partition("=")
        if kind not in list(PartKind):
            problems.print(f"--part: {kind!r} is none of {', '.join(PartKind)}.")
            raise typer.Exit(2)
        found.append((PartKind(kind), _amount_or_exit("--part", amount)))
    return found


def _numbered_or_exit(asked: Sequence[str]) -> list[tuple[int, Money]]:
    found = []
    for one in asked:
        n, _, amount = one.partition("=")
        if not n.isdecimal():
            problems.print(f"--part: {n!r} is no part's number.")
            raise typer.Exit(2)
        found.append((int(n), _amount_or_exit("--part", amount)))
    return found


def _goods_or_exit(asked: Sequence[str]) -> list[Goods]:
    found = []
    for one in asked:
        line_no, _, pieces = one.partition("=")
        if not (line_no.isdecimal() and pieces.isdecimal()):
            problems.print(f"--goods: {one!r} is not like 1=2.")
            raise typer.Exit(2)
        found.append(Goods(int(line_no), int(pieces)))
    return found


def _amount_or_exit(name: str, told: str) -> Money:
    try:
        return Money.parse(told)
    except NotAnAmount as wrong:
        problems.print(f"{name}: {wrong}")
        raise typer.Exit(2) from None


Act = Callable[["ApiParts", "PersonView"], Awaitable[str]]


def _done(home: Path, login: str, act: Act) -> str:
    """Do what a person says, once their password is right; a refusal ends the command."""
    from api.parts import EngineAway
    from api.problems import Problem
    from api.refusals import problem_of
    from engine.client import TemporalNotReachable
    from engine.ids import NotAnOrderNo

    parts = house_of(home)
    person = person_or_exit(parts, login)
    if person.role == "auditor":
        problems.print("An auditor changes nothing.")
        raise typer.Exit(1)
    try:
        return asyncio.run(_acted(parts, person, act))
    except NotAnOrderNo as wrong:
        problems.print(f"case_no: {wrong}")
        raise typer.Exit(2) from None
    except (EngineAway, TemporalNotReachable):
        problems.print("Temporal cannot be reached. It may stand: ask again to start it.")
    except Problem as refused:
        problems.print(f"{refused.field or ''}: {text('en', f'problem.{refused.slug}')}")
    except Exception as error:
        if problem_of(error) is None:
            raise
        problems.print(str(error))
    raise typer.Exit(1)


async def _acted(parts: Parts, person: PersonView, act: Act) -> str:
    from engine.client import connect
    from runtime.serving import app_of

    client = await connect(parts.settings, patience_s=5.0)
    return await act(app_of(parts, client).state.parts, person)


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
