"""Who speaks on the command line: whoever knows the password of the login they name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from sqlmodel import Session

if TYPE_CHECKING:
    from runtime.wiring import Parts
    from store.file_versions import FileVersion
    from store.people import PersonView

Act = Callable[[Session, "PersonView", datetime], str]
"""What a person does in one transaction; the answer is printed."""
Decide = Callable[..., "FileVersion"]
"""`approve`, `reject` or `stop` of one kind of file."""
console = Console(markup=False, highlight=False, soft_wrap=True)

problems = Console(stderr=True, style="red", soft_wrap=True, markup=False, highlight=False)


def house_of(home: Path) -> Parts:
    """The parts of the house that `up` or the demo started or left there."""
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


def say(parts: Parts, login: str, act: Act) -> None:
    """Do what a person says to a version or an issuer; a refusal ends the command with 1."""
    from store import file_versions
    from store.portal_people import AuditorChangesNothing

    person = person_or_exit(parts, login)
    try:
        with parts.database.transaction() as s:
            told = act(s, person, parts.clock.now())
    except (
        file_versions.NoSuchVersion,
        file_versions.VersionDecided,
        file_versions.VersionNeedsASecondPerson,
        AuditorChangesNothing,
    ) as refused:
        problems.print(str(refused))
        raise typer.Exit(1) from None
    console.print(told)


def decide(how: Decide, version_no: str, login: str, why: str, home: Path) -> None:
    """Say yes, no or stop to a version that was proposed."""

    def act(s: Session, person: PersonView, now: datetime) -> str:
        return in_words(how(s, version_no, person, now, why=why))

    say(house_of(home), login, act)


def in_words(version: FileVersion) -> str:
    """How a version stands, in a line."""
    return f"{version.version_no}: {version.owner} is {version.state}."
