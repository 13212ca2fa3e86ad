"""`huikuan portal`: what IT does with a portal that is data: check it, walk it, draft it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from runtime.signing import house_of

if TYPE_CHECKING:
    from bots.portal.definition.checking import Checked

portal_app = typer.Typer(
    name="portal", help="Portals as data: check, walk, draft.", no_args_is_help=True
)
console = Console()
problems = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)

FILE = "portal.toml"
# A definition is checked without going anywhere; the real address stands in the profile.
_NOWHERE = "http://127.0.0.1:9"


@portal_app.command()
def check(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Folders with a portal.toml; all payers without.")
    ] = None,
) -> None:
    """Say every fault of a portal's file with its line, and every malformed reference to a secret
    in the profile beside it; end with 1 if there is one. No secret is looked up."""
    from bots.portal.definition.checking import check as check_file
    from bots.portal.hooks import hook_names
    from engine.references import faults_in

    files = [_file_in(folder) for folder in folders] if folders else _all_files()
    if not files:
        problems.print("no counterparty has a portal.toml.")
        raise typer.Exit(1)
    checked = [check_file(file, url=_NOWHERE, hooks=hook_names()) for file in files]
    for one in checked:
        for finding in one.findings:
            fault = finding.fault
            place = f"{one.file}:{fault.line}" if fault.line else str(one.file)
            where = f"{fault.where}: " if fault.where else ""
            problems.print(f"{place}: {finding.weight}: {where}{fault.reason}")
    profiles = [file.with_name("profile.toml") for file in files]
    malformed = [(profile, fault) for profile in profiles for fault in faults_in(profile)]
    for profile, fault in malformed:
        problems.print(f"{profile}:{fault.line}: fault: {fault.where}: {fault.reason}")
    console.print(_summary(checked))
    if malformed or not all(one.is_usable for one in checked):
        raise typer.Exit(1)


@portal_app.command()
def canary(
    codes: Annotated[list[str] | None, typer.Argument(help="Payers; all portals without.")] = None,
    pictures: Annotated[Path | None, typer.Option(help="Where the masked pictures go.")] = None,
    home: Annotated[Path, typer.Option(help="The folder that `up` used, if it did.")] = Path(
        "var/up"
    ),
) -> None:
    """Walk up to the unsent form with a made-up claim; end with 1 on drift. Nothing is sent."""
    from runtime.portal_canary import NoSuchPortal, walk_portals

    parts = house_of(home)
    folder = pictures or parts.settings.home / "canary"
    try:
        walked = asyncio.run(walk_portals(parts, codes or [], folder))
    except NoSuchPortal as unknown:
        problems.print(str(unknown))
        raise typer.Exit(2) from None
    for one in walked:
        console.print(f"{one.portal}: {one.result}: {one.told}", soft_wrap=True, markup=False)
    if any(one.result in ("drift", "failed") for one in walked):
        raise typer.Exit(1)


@portal_app.command()
def draft(
    url: Annotated[str, typer.Argument(help="Where the walk begins; not needed with a file.")] = "",
    out: Annotated[Path, typer.Option(help="The folder that gets the portal.toml.")] = Path(
        "draft"
    ),
    recording: Annotated[
        Path | None, typer.Option(help="A Python file of `playwright codegen` instead of a walk.")
    ] = None,
) -> None:
    """Open a browser, let a person walk the portal, and write a first definition of it."""
    from bots.portal.browser import BrowserMissing
    from bots.portal.drafting.recording import RecordingUnreadable
    from runtime.portal_drafts import WalkNotPossible, draft_from_recording, draft_from_walk

    if not url and recording is None:
        problems.print("url: say where the walk begins, or --recording.")
        raise typer.Exit(2)
    file = out / FILE
    if file.exists():
        problems.print(f"{file}: is there already; a draft never replaces a definition.")
        raise typer.Exit(2)
    try:
        if recording is not None:
            draft_from_recording(recording, file)
        else:
            console.print("Walk the portal up to its receipt and its list; then press Enter here.")
            asyncio.run(draft_from_walk(url, file))
    except (RecordingUnreadable, WalkNotPossible, BrowserMissing) as refused:
        problems.print(str(refused), soft_wrap=True)
        raise typer.Exit(2) from None
    gaps = file.read_text(encoding="utf-8").count("# GAP:")
    console.print(f"{file}: drafted, with {gaps} gaps. Fill them, then: huikuan portal check {out}")


def _file_in(folder: Path) -> Path:
    return folder if folder.suffix == ".toml" else folder / FILE


def _all_files() -> list[Path]:
    from runtime.cli import settings_or_exit

    return sorted(settings_or_exit().counterparties_folder.glob(f"*/{FILE}"))


def _summary(checked: list[Checked]) -> Table:
    """One row for each file; the hash is what runs and patches name a definition by."""
    table = Table(title="Portals")
    for heading in ("folder", "faults", "warnings", "hash", "holds", "commit", "listing"):
        table.add_column(heading, overflow="fold")
    for one in checked:
        faults = sum(finding.weight == "fault" for finding in one.findings)
        warnings = len(one.findings) - faults
        table.add_row(one.file.parent.name, str(faults), str(warnings), *_facts(one))
    return table


def _facts(one: Checked) -> tuple[str, ...]:
    definition = one.definition
    if definition is None:
        return ("",) * 4
    pages, request, listing = (
        definition.pages.values(),
        definition.commit.request,
        definition.listing,
    )
    rows = sum(len(page.rows.fields) for page in pages if page.rows)
    fields = sum(len(page.fields) for page in pages) + rows
    proof = "proof" if listing.authoritative else "no proof"
    ours = "our reference" if listing.echoes_reference else "counted"
    return (
        definition.hash[:12],
        f"{len(pages)} pages, {fields} fields, {len(definition.submit)} steps"
        + "".join(f", form {kind}" for kind in definition.forms),
        f"{request.method} {request.path} ({definition.commit.acceptance})",
        f"{listing.page}, {ours}, {proof} after {listing.lag_minutes} min",
    )
