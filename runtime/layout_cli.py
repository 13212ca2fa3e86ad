"""`huikuan layout propose`, `check`: what a clerk does with samples of a new print."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from bots.documents.layout import Layout
    from bots.documents.sheet import Sheet
    from bots.documents.trial import Trial

layout_app = typer.Typer(
    name="layout",
    help="Layouts of printed documents: propose, check, put live; pause an issuer.",
    no_args_is_help=True,
)
console = Console(soft_wrap=True, markup=False, highlight=False)
problems = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)

Samples = Annotated[list[Path], typer.Argument(help="Printed documents of one kind, as PDF.")]
LayoutFile = Annotated[Path, typer.Argument(help="The layout, a TOML file.")]


@layout_app.command()
def propose(
    samples: Samples,
    layout_id: Annotated[str, typer.Option("--id", help="Like cmb-statement.")] = "new-layout",
    issuer: Annotated[str, typer.Option(help="The payer's code, or the account's.")] = "XX",
    currency: Annotated[str, typer.Option(help="Of every amount.")] = "CNY",
    to: Annotated[Path | None, typer.Option(help="Write it there, where nothing is yet.")] = None,
) -> None:
    """Propose columns, labels and types from samples, and every equation that holds in all."""
    from bots.documents.draft_text import draft_text
    from bots.documents.grid import filled
    from bots.documents.proposing import SamplesShareNothing, drafted
    from bots.documents.searching import equations_that_hold

    sheets = [_looked_at(path) for path in samples]
    try:
        draft = drafted(sheets, layout_id=layout_id, issuer=issuer, currency=currency)
    except SamplesShareNothing as nothing:
        problems.print(str(nothing))
        raise typer.Exit(1) from None
    read = [filled(draft.layout, sheet) for sheet in sheets]
    for path, found in zip(samples, read, strict=True):
        for problem in found.problems:
            problems.print(f"{path}: {problem}")
    rules = equations_that_hold(draft.layout, [found.figures() for found in read])
    text = draft_text(draft, rules)
    if to is None:
        typer.echo(text)
    elif to.exists():
        problems.print(f"{to}: is there already; it is left as it is.")
        raise typer.Exit(1)
    else:
        to.write_text(text, encoding="utf-8")
    for label in draft.unnamed:
        problems.print(f"{label}: only a person knows what it means; name it or delete its line.")
    problems.print(f"{len(rules)} equations hold in all of {len(sheets)} samples.")


@layout_app.command()
def check(
    layout: LayoutFile,
    samples: Samples,
    mutations: Annotated[int, typer.Option(min=1, help="Wrong parses to try.")] = 1000,
) -> None:
    """Read every sample by a layout, and try wrong parses of it; 1 unless all is as it must be."""
    trial = trial_of(loaded(layout), samples, mutations)
    if not trial.is_clean:
        problems.print("Not clean: it takes three samples proved and no wrong parse let through.")
        raise typer.Exit(1)


def trial_of(layout: Layout, samples: list[Path], mutations: int) -> Trial:
    """Try a layout and print how it did."""
    from bots.documents.trial import tried

    trial = tried(layout, [path.read_bytes() for path in samples], count=mutations)
    for path, sample in zip(samples, trial.samples, strict=True):
        console.print(f"{path}: {'refused' if sample.problems else 'proved'}")
        for problem in sample.problems:
            problems.print(f"  {problem}")
    through = sum(trial.let_through.values())
    console.print(f"{trial.mutations} wrong parses, {through} let through")
    for kind, number in sorted(trial.let_through.items()):
        problems.print(f"  {kind}: {number}")
    return trial


def loaded(path: Path) -> Layout:
    """Read a layout file; a fault ends the command with 1."""
    from bots.documents.layout import LayoutIsWrong, load_layout

    try:
        return load_layout(path)
    except (LayoutIsWrong, tomllib.TOMLDecodeError, OSError) as fault:
        problems.print(f"{path}: {fault}")
        raise typer.Exit(1) from None


def _looked_at(path: Path) -> Sheet:
    from bots.documents.launch import look_at
    from bots.documents.preflight import preflight

    data = path.read_bytes()
    sheet = preflight(data) or look_at(data)
    if isinstance(sheet, list):
        for problem in sheet:
            problems.print(f"{path}: {problem}")
        raise typer.Exit(1)
    return sheet
