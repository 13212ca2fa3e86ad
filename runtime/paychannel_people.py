"""`huikuan paychannel propose`, `approve`, `reject`, `stop`, `probe`: two persons put a channel
live, one is enough to stop it, and what is live is asked how it does."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from sqlmodel import Session

from runtime.paychannel_cli import console, paychannel_app, problems
from runtime.signing import decide, house_of, in_words, say

if TYPE_CHECKING:
    from store.people import PersonView

Login = Annotated[str, typer.Option("--login", help="Who says so; the password is asked for.")]
Why = Annotated[str, typer.Option("--why", help="Stands in the trail; names no patient.")]
House = Annotated[Path, typer.Option("--home", help="The folder that `up` used, if it did.")]
VersionNo = Annotated[str, typer.Argument(help="Like CV-0123456789AB.")]
UP = Path("var/up")
COMMANDS = paychannel_app
"""The group with these commands in it, beside `check`."""


@paychannel_app.command()
def propose(
    folder: Annotated[Path, typer.Argument(help="The folder with a paychannel.toml.")],
    login: Login,
    home: House = UP,
) -> None:
    """Check a channel at its sandbox and put it before a second person, with its score.

    What its money did of late is shown there too, and holds nothing up: a channel that does badly
    must be let go to a lower tier.
    """
    from runtime.paychannel_check import check_channel, with_money_of
    from store import pay_channel_versions

    parts = house_of(home)
    rules, today = parts.settings.counterparties_folder, parts.clock.today()
    checked = check_channel(folder, rules, today, tries=True)
    channel = checked.channel
    if channel is None or not checked.is_admitted:
        problems.print(f"{folder}: not admitted; see: huikuan paychannel check {folder}")
        raise typer.Exit(1)
    score = [asdict(mark) for mark in with_money_of(checked, parts).marks]

    def act(s: Session, person: PersonView, now: datetime) -> str:
        proposed = pay_channel_versions.propose(s, channel.code, channel.hash, score, person, now)
        return in_words(proposed)

    say(parts, login, act)


@paychannel_app.command()
def approve(version_no: VersionNo, login: Login, why: Why = "", home: House = UP) -> None:
    """Put a proposed version live; never by who proposed it."""
    from store import pay_channel_versions

    decide(pay_channel_versions.approve, version_no, login, why, home)


@paychannel_app.command()
def reject(version_no: VersionNo, login: Login, why: Why = "", home: House = UP) -> None:
    """Say no to a proposed version."""
    from store import pay_channel_versions

    decide(pay_channel_versions.reject, version_no, login, why, home)


@paychannel_app.command()
def stop(version_no: VersionNo, login: Login, why: Why = "", home: House = UP) -> None:
    """Take a live version out of use; one person is enough."""
    from store import pay_channel_versions

    decide(pay_channel_versions.stop, version_no, login, why, home)


@paychannel_app.command()
def probe(
    times: Annotated[int, typer.Option(min=1, help="Questions to each channel.")] = 5,
    home: House = UP,
) -> None:
    """Ask every live channel for a number that nobody sent, and note how it answers.

    A channel that does not answer is left alone, and told on the pages, before a payer finds out;
    one that answers again is used again. No money moves. Ends with 1 when a live channel did not
    answer, or has no file any more.
    """
    from activities.circuits import watched
    from activities.pay_ways import PayWay
    from connectors.http import CallFailed
    from runtime.paychannel_live import ChannelJournal

    parts = house_of(home)
    journal = ChannelJournal(parts.database, parts.clock.now)
    files, missing = journal.live_channels(parts.settings.counterparties_folder)
    for code in missing:
        problems.print(f"{code}: its live version is not the file in counterparties/{code}.")
    lost = bool(missing)
    for file in files:
        channel, close = journal.opened(file)
        way, answered = PayWay(channel, file.tier, file.circuit, file), 0
        for _ in range(times):
            try:
                with watched(parts.database, parts.clock, way):
                    channel.query(f"PROBE-{secrets.token_hex(6)}")
                answered += 1
            except CallFailed as failed:
                problems.print(str(failed))
        close()
        lost = lost or answered < times
        console.print(f"{file.code}: {answered} of {times} answered", markup=False)
    if not files and not missing:
        console.print("No pay channel is live.")
    if lost:
        raise typer.Exit(1)
