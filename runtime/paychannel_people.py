"""`huikuan paychannel propose`, `approve`, `reject`, `stop`, `probe`: two persons put a channel
live, one is enough to stop it, and what is live is asked how it does."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from sqlmodel import Session

from runtime.paychannel_cli import console, paychannel_app, problems

if TYPE_CHECKING:
    from runtime.wiring import Parts
    from store.pay_channel_versions import ChannelVersion
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
    """Check a channel at its sandbox and put it before a second person, with its score."""
    from runtime.paychannel_check import check_channel
    from store import pay_channel_versions

    parts = _parts(home)
    rules, today = parts.settings.counterparties_folder, parts.clock.today()
    checked = check_channel(folder, rules, today, tries=True)
    channel = checked.channel
    if channel is None or not checked.is_admitted:
        problems.print(f"{folder}: not admitted; see: huikuan paychannel check {folder}")
        raise typer.Exit(1)
    score = [asdict(mark) for mark in checked.marks]

    def act(s: Session, person: PersonView, now: datetime) -> ChannelVersion:
        return pay_channel_versions.propose(s, channel.code, channel.hash, score, person, now)

    _say(parts, login, act)


@paychannel_app.command()
def approve(version_no: VersionNo, login: Login, why: Why = "", home: House = UP) -> None:
    """Put a proposed version live; never by who proposed it."""
    from store import pay_channel_versions

    _decide(pay_channel_versions.approve, version_no, login, why, home)


@paychannel_app.command()
def reject(version_no: VersionNo, login: Login, why: Why = "", home: House = UP) -> None:
    """Say no to a proposed version."""
    from store import pay_channel_versions

    _decide(pay_channel_versions.reject, version_no, login, why, home)


@paychannel_app.command()
def stop(version_no: VersionNo, login: Login, why: Why = "", home: House = UP) -> None:
    """Take a live version out of use; one person is enough."""
    from store import pay_channel_versions

    _decide(pay_channel_versions.stop, version_no, login, why, home)


@paychannel_app.command()
def probe(
    times: Annotated[int, typer.Option(min=1, help="Questions to each channel.")] = 5,
    home: House = UP,
) -> None:
    """Ask every live channel for a number that nobody sent, and note how it answers.

    No money moves. Ends with 1 when a live channel did not answer, or has no file any more.
    """
    from connectors.http import CallFailed
    from runtime.paychannel_live import ChannelJournal

    parts = _parts(home)
    journal = ChannelJournal(parts.database, parts.clock.now)
    files, missing = journal.live_channels(parts.settings.counterparties_folder)
    for code in missing:
        problems.print(f"{code}: its live version is not the file in counterparties/{code}.")
    lost = bool(missing)
    for file in files:
        channel, close = journal.opened(file)
        answered = 0
        for _ in range(times):
            try:
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


def _parts(home: Path) -> Parts:
    from runtime.cli import enter, parts_or_exit

    enter(home)
    return parts_or_exit()


Decide = Callable[..., "ChannelVersion"]


def _decide(how: Decide, version_no: str, login: str, why: str, home: Path) -> None:
    def act(s: Session, person: PersonView, now: datetime) -> ChannelVersion:
        return how(s, version_no, person, now, why=why)

    _say(_parts(home), login, act)


def _say(
    parts: Parts, login: str, act: Callable[[Session, PersonView, datetime], ChannelVersion]
) -> None:
    """Do what a person says, once their password is right; a refusal ends the command with 1."""
    from store import people
    from store.pay_channel_versions import (
        ChannelNeedsASecondPerson,
        ChannelVersionDecided,
        NoSuchChannelVersion,
    )
    from store.portal_people import AuditorChangesNothing

    password = typer.prompt(f"Password of {login}", hide_input=True)
    try:
        with parts.database.transaction() as s:
            person = people.verify_password(s, login, password)
        if person is None:
            problems.print("The login or the password is wrong.")
            raise typer.Exit(1)
        with parts.database.transaction() as s:
            version = act(s, person, parts.clock.now())
    except (
        people.LoginLocked,
        ChannelNeedsASecondPerson,
        ChannelVersionDecided,
        NoSuchChannelVersion,
        AuditorChangesNothing,
    ) as refused:
        problems.print(str(refused))
        raise typer.Exit(1) from None
    console.print(f"{version.version_no}: {version.channel} is {version.state}.", markup=False)
