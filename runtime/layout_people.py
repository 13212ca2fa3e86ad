"""`huikuan layout submit`, `approve`, `reject`, `stop`, `pause`, `resume`: two persons put a layout
live, one is enough to stop it, and one lets an issuer's prints be read again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from sqlmodel import Session

from runtime.layout_cli import LayoutFile, Samples, console, layout_app, loaded, problems, trial_of

if TYPE_CHECKING:
    from bots.documents.trial import Trial
    from store.people import PersonView

Login = Annotated[str, typer.Option("--login", help="Who says so; the password is asked for.")]
Why = Annotated[str, typer.Option("--why", help="Stands in the trail; names no patient.")]
House = Annotated[Path, typer.Option("--home", help="The folder that `up` used, if it did.")]
VersionNo = Annotated[str, typer.Argument(help="Like LV-0123456789AB.")]
Issuer = Annotated[str, typer.Argument(help="The payer's code, or the account's.")]
UP = Path("var/up")
COMMANDS = layout_app
"""The group with these commands in it, beside `propose` and `check`."""

Act = Callable[[Session, "PersonView", datetime], str]


@layout_app.command()
def submit(layout: LayoutFile, samples: Samples, login: Login, home: House = UP) -> None:
    """Try a layout on samples and put it before a second person, with what it showed."""
    from bots.documents.trial import MUTATIONS_NEEDED
    from store import layout_versions

    read = loaded(layout)
    trial = trial_of(read, samples, MUTATIONS_NEEDED)
    if not trial.is_clean:
        problems.print(f"{layout}: not proposed; see: huikuan layout check --help")
        raise typer.Exit(1)
    file_hash = hashlib.sha256(layout.read_bytes()).hexdigest()
    shown = _shown(trial)

    def act(s: Session, person: PersonView, now: datetime) -> str:
        version = layout_versions.propose(s, read.id, file_hash, shown, person, now)
        return f"{version.version_no}: {version.layout_id} is {version.state}."

    _say(home, login, act)


@layout_app.command()
def approve(version_no: VersionNo, login: Login, why: Why = "", home: House = UP) -> None:
    """Put a proposed layout live; never by who proposed it."""
    _decide("approve", version_no, login, why, home)


@layout_app.command()
def reject(version_no: VersionNo, login: Login, why: Why = "", home: House = UP) -> None:
    """Say no to a proposed layout."""
    _decide("reject", version_no, login, why, home)


@layout_app.command()
def stop(version_no: VersionNo, login: Login, why: Why = "", home: House = UP) -> None:
    """Take a live layout out of use; one person is enough."""
    _decide("stop", version_no, login, why, home)


@layout_app.command()
def pause(issuer: Issuer, login: Login, why: Why, home: House = UP) -> None:
    """Let nobody read an issuer's printed documents until a person says so."""
    from store import issuers

    def act(s: Session, person: PersonView, now: datetime) -> str:
        issuers.pause(s, issuer, person, why, now)
        return f"{issuer} is paused."

    _say(home, login, act)


@layout_app.command()
def resume(issuer: Issuer, login: Login, why: Why, home: House = UP) -> None:
    """Let an issuer's printed documents be read again; failures are counted anew."""
    from store import issuers

    def act(s: Session, person: PersonView, now: datetime) -> str:
        issuers.resume(s, issuer, person, why, now)
        return f"{issuer} is read again."

    _say(home, login, act)


def _shown(trial: Trial) -> dict[str, object]:
    return {
        "samples": [sample.sha256 for sample in trial.samples],
        "mutations": trial.mutations,
        "let_through": trial.let_through,
    }


def _decide(how: str, version_no: str, login: str, why: str, home: Path) -> None:
    from store import layout_versions

    decide = {
        "approve": layout_versions.approve,
        "reject": layout_versions.reject,
        "stop": layout_versions.stop,
    }[how]

    def act(s: Session, person: PersonView, now: datetime) -> str:
        version = decide(s, version_no, person, now, why=why)
        return f"{version.version_no}: {version.layout_id} is {version.state}."

    _say(home, login, act)


def _say(home: Path, login: str, act: Act) -> None:
    """Do what a person says, once their password is right; a refusal ends the command with 1."""
    from runtime.cli import enter, parts_or_exit
    from store import people
    from store.layout_versions import (
        LayoutNeedsASecondPerson,
        LayoutVersionDecided,
        NoSuchLayoutVersion,
    )
    from store.portal_people import AuditorChangesNothing

    enter(home)
    parts = parts_or_exit()
    password = typer.prompt(f"Password of {login}", hide_input=True)
    try:
        with parts.database.transaction() as s:
            person = people.verify_password(s, login, password)
        if person is None:
            problems.print("The login or the password is wrong.")
            raise typer.Exit(1)
        with parts.database.transaction() as s:
            told = act(s, person, parts.clock.now())
    except (
        people.LoginLocked,
        LayoutNeedsASecondPerson,
        LayoutVersionDecided,
        NoSuchLayoutVersion,
        AuditorChangesNothing,
    ) as refused:
        problems.print(str(refused))
        raise typer.Exit(1) from None
    console.print(told)
