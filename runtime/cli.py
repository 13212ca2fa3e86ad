"""The command line `huikuan`: run the demo, start the processes, start and follow a case."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from engine.counterparties import ProfileNotUsable
from engine.profiles import NoCredential
from engine.queues import ALL
from engine.settings import Settings, load_settings
from runtime import layout_people, paychannel_people
from runtime.books_cli import books_app, period_app
from runtime.leaving import leaving
from runtime.pay_cli import pay_app
from runtime.portal_cli import portal_app
from runtime.reconcile_cli import reconcile

if TYPE_CHECKING:
    from runtime.wiring import Parts

app = typer.Typer(
    name="huikuan",
    help="Huikuan 回款: the money side of a medical supply order, as durable Temporal workflows.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(portal_app)
app.add_typer(paychannel_people.COMMANDS)
app.add_typer(pay_app)
app.add_typer(layout_people.COMMANDS)
app.add_typer(period_app)
app.add_typer(books_app)
app.command("reconcile")(reconcile)
console = Console()
problems = Console(stderr=True, style="red", soft_wrap=True, markup=False, highlight=False)
"""Written as they are: a path broken in two, or a field in brackets taken for a colour, is lost."""


def settings_or_exit() -> Settings:
    """Read the settings; wrong ones end the command with the variable and the reason."""
    try:
        return load_settings()
    except ValidationError as wrong:
        for fault in wrong.errors(include_input=False, include_url=False):
            name = "_".join(str(part) for part in fault["loc"]).upper()
            problems.print(f"HUIKUAN_{name}: {fault['msg']}" if name else fault["msg"])
        raise typer.Exit(2) from None


def parts_or_exit() -> Parts:
    """Build the parts; a faulty profile ends the command with its file, field and reason."""
    from runtime.wiring import parts_of

    settings = settings_or_exit()
    try:
        return parts_of(settings)
    except ProfileNotUsable as wrong:
        problems.print(str(wrong))
        raise typer.Exit(2) from None


def enter(home: Path) -> None:
    """Reach the house that `up` started there, or what it left when it was stopped.

    Variables that are set already come first.
    """
    from runtime.stack import left_environment, remembered_environment

    found = remembered_environment(home)
    if not found and not {"HUIKUAN_HOME", "HUIKUAN_DATABASE_URL"} & set(os.environ):
        found = left_environment(home)
    for name, value in found.items():
        os.environ.setdefault(name, value)


House = Annotated[Path, typer.Option("--home", help="The folder that `up` used, if it did.")]


@app.command()
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End by itself; 0 only if all holds.")
    ] = False,
    home: Annotated[Path, typer.Option(help="Folder for the demo's state, made anew.")] = Path(
        "var/demo"
    ),
) -> None:
    """Live 24 orders through 60 days, on a real Temporal server, in minutes."""
    from runtime.demo import run_demo

    settings_or_exit()
    raise typer.Exit(run_demo(home, once=once, console=console))


@app.command()
def up(
    home: Annotated[Path, typer.Option(help="Folder for state, kept.")] = Path("var/up"),
    free_ports: Annotated[
        bool, typer.Option("--free-ports", help="Not the usual ports, even where they are free.")
    ] = False,
) -> None:
    """Start Temporal, the sandbox, the API and the workers in the background."""
    from runtime.upping import bring_up

    settings_or_exit()
    bring_up(home, console, free_ports=free_ports)


@app.command()
def down(
    home: Annotated[Path, typer.Option(help="The folder that `up` used.")] = Path("var/up"),
) -> None:
    """End what `up` started; state stays."""
    from runtime.stack import stop_remembered

    ended = stop_remembered(home)
    console.print(f"Ended: {', '.join(ended)}." if ended else "Nothing was running.")


@app.command()
def migrate(
    application_role: Annotated[
        str,
        typer.Option(
            help="PostgreSQL role of API and workers, other than the owner: it may do its work,"
            " delete nothing, and rewrite no books."
        ),
    ] = "",
) -> None:
    """Bring the database to the present tables; safe to run twice and at once."""
    from store.roles import grant_application_role

    parts = parts_or_exit()
    if application_role and parts.database.dialect != "postgresql":
        problems.print(f"application-role: {parts.database.dialect} has no roles.")
        raise typer.Exit(2)
    parts.database.migrate()
    if application_role:
        with parts.database.transaction() as session:
            grant_application_role(session, application_role)
        console.print(f"{application_role} may do the application's work, and no more.")
    parts.database.dispose()
    console.print(f"The {parts.database.dialect} database is up to date.")


@app.command()
def worker(
    queues: Annotated[list[str], typer.Argument(help="Task queues: cases, bots, documents.")],
) -> None:
    """Serve task queues until SIGTERM; steps under way end first."""
    unknown = sorted(set(queues) - set(ALL))
    if unknown:
        problems.print(f"queues: {', '.join(unknown)} unknown; there are {', '.join(ALL)}.")
        raise typer.Exit(2)
    from runtime.workers import serve

    _log_plainly()
    parts = parts_or_exit()

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await serve(parts, queues, stop)

    asyncio.run(run())


@app.command()
def api() -> None:
    """Serve REST, the staff pages, webhooks and the codec for the Temporal UI."""
    from api.webhooks import PretendSecretInTheOpen, check_keys
    from runtime.serving import serve_api

    _log_plainly()
    parts = parts_or_exit()
    try:
        check_keys(parts.settings, parts.counterparties)
    except (NoCredential, PretendSecretInTheOpen) as missing:
        problems.print(str(missing))
        raise typer.Exit(2) from None
    asyncio.run(serve_api(parts))


@app.command()
def schedules() -> None:
    """Create or update the Temporal schedules: collect, reconcile, drain, check, watch portals."""
    from runtime.schedules import ensure_schedules

    names = asyncio.run(ensure_schedules(parts_or_exit()))
    console.print(f"Schedules in place: {', '.join(names)}.")


@app.command()
def start(
    order_no: Annotated[str, typer.Argument(help="Like SO-2026-0001.")],
    home: House = Path("var/up"),
) -> None:
    """Start the case of an order, once."""
    from runtime.starting import start_one

    enter(home)
    raise typer.Exit(start_one(parts_or_exit(), order_no, console, problems))


@app.command("add-person")
def add_person(
    login: Annotated[str, typer.Argument(help="How the person signs in.")],
    role: Annotated[str, typer.Argument(help="ops, finance, finance_head or auditor.")],
    name: Annotated[str, typer.Option(help="Shown on pages.")] = "",
    home: House = Path("var/up"),
) -> None:
    """Add somebody who may sign in; the password is asked for and not shown."""
    from domain.review import Role
    from store import people
    from store.rows import FactDiffers

    if role not in list(Role):
        problems.print(f"role: {role!r} is none of {', '.join(Role)}.")
        raise typer.Exit(2)
    enter(home)
    parts = parts_or_exit()
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        with parts.database.transaction() as session:
            people.add_person(session, login, Role(role), password, name or login)
    except FactDiffers as other:
        problems.print(f"role: {other}")
        raise typer.Exit(2) from None
    console.print(f"{login} may sign in as {role}.")


def _log_plainly() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # The SDK repeats every activity failure with its arguments; ours are told by named errors.
    logging.getLogger("httpx").setLevel(logging.WARNING)


def main() -> None:
    """What the shell runs: the command, and the end of its process."""
    with leaving():
        app()


if __name__ == "__main__":
    main()
