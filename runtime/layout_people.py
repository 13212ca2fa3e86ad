"""`huikuan layout submit`, `approve`, `reject`, `stop`, `pause`, `resume`: two persons put a layout
live, one is enough to stop it, and one lets an issuer's prints be read again."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from sqlmodel import Session

from runtime.layout_cli import LayoutFile, Samples, layout_app, loaded, problems, trial_of
from runtime.signing import decide, house_of, in_words, say

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
        return in_words(layout_versions.propose(s, read.id, file_hash, shown, person, now))

    say(house_of(home), login, act)


@layout_app.command()
def approve(version_no: VersionNo, login: Login, why: Why = "", home: House = UP) -> None:
    """Put a proposed layout live; never by who proposed it."""
    from store import layout_versions

    decide(layout_versions.approve, version_no, login, why, home)


@layout_app.command()
def reject(version_no: VersionNo, login: Login, why: Why = "", home: House = UP) -> None:
    """Say no to a proposed layout."""
    from store import layout_versions

    decide(layout_versions.reject, version_no, login, why, home)


@layout_app.command()
def stop(version_no: VersionNo, login: Login, why: Why = "", home: House = UP) -> None:
    """Take a live layout out of use; one person is enough."""
    from store import layout_versions

    decide(layout_versions.stop, version_no, login, why, home)


@layout_app.command()
def pause(issuer: Issuer, login: Login, why: Why, home: House = UP) -> None:
    """Let nobody read an issuer's printed documents until a person says so."""
    from store import issuers

    def act(s: Session, person: PersonView, now: datetime) -> str:
        issuers.pause(s, issuer, person, why, now)
        return f"{issuer} is paused."

    say(house_of(home), login, act)


@layout_app.command()
def resume(issuer: Issuer, login: Login, why: Why, home: House = UP) -> None:
    """Let an issuer's printed documents be read again; failures are counted anew."""
    from store import issuers

    def act(s: Session, person: PersonView, now: datetime) -> str:
        issuers.resume(s, issuer, person, why, now)
        return f"{issuer} is read again."

    say(house_of(home), login, act)


def _shown(trial: Trial) -> dict[str, object]:
    return {
        "samples": [sample.sha256 for sample in trial.samples],
        "mutations": trial.mutations,
        "let_through": trial.let_through,
    }
