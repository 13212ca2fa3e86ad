"""The command line `huikuan`: run the demo, start the processes, start and follow a case."""

from __future__ import annotations

import asyncio
import logging
import signal
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from engine.queues import ALL
from engine.settings import Settings, load_settings

app = typer.Typer(
    name="huikuan",
    help="Huikuan 回款: the money side of a medical supply order, as durable Temporal workflows.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
console = Console()
problems = Console(stderr=True, style="red")


def settings_or_exit() -> Settings:
    """Read the settings; wrong ones end the command with the variable and the reason."""
    try:
        return load_settings()
    except ValidationError as wrong:
        for fault in wrong.errors(include_input=False, include_url=False):
            name = "_".join(str(part) for part in fault["loc"]).upper()
            problems.print(f"HUIKUAN_{name}: {fault['msg']}" if name else fault["msg"])
        raise typer.Exit(2) from None


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

    raise typer.Exit(run_demo(home, once=once, console=console))


@app.command()
def up(
    home: Annotated[Path, typer.Option(help="Folder for state, kept.")] = Path("var/up"),
) -> None:
    """Start Temporal, the sandbox, the API and the workers in the background."""
    from runtime.upping import bring_up

    bring_up(home, console)


@app.command()
def down(
    home: Annotated[Path, typer.Option(help="The folder that `up` used.")] = Path("var/up"),
) -> None:
    """End what `up` started; state stays."""
    from runtime.stack import stop_remembered

    ended = stop_remembered(home)
    console.print(f"Ended: {', '.join(ended)}." if ended else "Nothing was running.")


@app.command()
def migrate() -> None:
    """Bring the database to the present tables; safe to run twice and at once."""
    from runtime.wiring import parts_of

    parts = parts_of(settings_or_exit())
    parts.database.migrate()
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
    from runtime.wiring import parts_of
    from runtime.workers import serve

    _log_plainly()

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await serve(parts_of(settings_or_exit()), queues, stop)

    asyncio.run(run())


@app.command()
def api() -> None:
    """Serve REST, the staff pages, webhooks and the codec for the Temporal UI."""
    from runtime.serving import serve_api
    from runtime.wiring import parts_of

    _log_plainly()
    asyncio.run(serve_api(parts_of(settings_or_exit())))


@app.command()
def schedules() -> None:
    """Create or update the Temporal schedules: collect, reconcile, drain, check."""
    from runtime.schedules import ensure_schedules
    from runtime.wiring import parts_of

    names = asyncio.run(ensure_schedules(parts_of(settings_or_exit())))
    console.print(f"Schedules in place: {', '.join(names)}.")


@app.command()
def start(order_no: Annotated[str, typer.Argument(help="Like SO-2026-0001.")]) -> None:
    """Start the case of an order, once."""
    from runtime.starting import start_one

    raise typer.Exit(start_one(settings_or_exit(), order_no, console, problems))


@app.command("add-person")
def add_person(
    login: Annotated[str, typer.Argument(help="How the person signs in.")],
    role: Annotated[str, typer.Argument(help="ops, finance, finance_head or auditor.")],
    name: Annotated[str, typer.Option(help="Shown on pages.")] = "",
) -> None:
    """Add somebody who may sign in; the password is asked for and not shown."""
    from domain.review import Role
    from runtime.wiring import parts_of
    from store import people

    if role not in list(Role):
        problems.print(f"role: {role!r} is none of {', '.join(Role)}.")
        raise typer.Exit(2)
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    parts = parts_of(settings_or_exit())
    with parts.database.transaction() as session:
        people.add_person(session, login, Role(role), password, name or login)
    console.print(f"{login} may sign in as {role}.")


def _log_plainly() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # The SDK repeats every activity failure with its arguments; ours are told by named errors.
    logging.getLogger("httpx").setLevel(logging.WARNING)


if __name__ == "__main__":
    app()
