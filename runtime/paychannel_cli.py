"""`huikuan paychannel check`: what IT does with a pay channel that is data before it is let in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from runtime.paychannel_check import Checked

paychannel_app = typer.Typer(
    name="paychannel", help="Pay channels as data: check, try, put live.", no_args_is_help=True
)
console = Console()
problems = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)

_WORDS = {True: "ok", False: "NO", None: "not seen"}


@paychannel_app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="The folder with a paychannel.toml.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    no_self_test: Annotated[
        bool, typer.Option("--no-self-test", help="Read the file only; go nowhere.")
    ] = False,
    probes: Annotated[int, typer.Option(min=1, help="How many questions measure it.")] = 40,
    home: Annotated[
        Path | None, typer.Option("--home", help="Measure its money by this house's books.")
    ] = None,
) -> None:
    """Say every fault with its line, try the channel at its sandbox, and print the score.

    With --home, what its money did of late is measured too.
    Ends with 1 when there is a fault, a step that went wrong, or a mark that is missed.
    """
    from runtime.cli import settings_or_exit
    from runtime.paychannel_check import check_channel, with_money_of
    from runtime.signing import house_of

    rules = settings_or_exit().counterparties_folder
    today = datetime.now(UTC).date()
    checked = check_channel(folder, rules, today, tries=not no_self_test, probes=probes)
    if home is not None:
        checked = with_money_of(checked, house_of(home))
    if as_json:
        typer.echo(json.dumps(checked.as_json(), ensure_ascii=False, indent=2))
    else:
        _show(checked)
    is_good = checked.is_admitted if not no_self_test else not checked.faults
    if not is_good:
        raise typer.Exit(1)


def _show(checked: Checked) -> None:
    for fault in checked.faults:
        place = f"{checked.file}:{fault.line}" if fault.line else str(checked.file)
        where = f"{fault.where}: " if fault.where else ""
        problems.print(f"{place}: fault: {where}{fault.reason}")
    channel = checked.channel
    if channel is None:
        return
    console.print(
        f"{channel.code}: {channel.wire.family}, {channel.tier}, hash {channel.hash[:12]}",
        markup=False,
    )
    if not checked.steps:
        return
    steps = Table(title="Self-test at the channel's sandbox")
    for heading in ("what", "result", "told"):
        steps.add_column(heading, overflow="fold")
    for step in checked.steps:
        steps.add_row(step.name, _WORDS[step.passed], step.told)
    console.print(steps)
    marks = Table(title="Admission score")
    for heading in ("mark", "wanted", "found", "n", "verdict"):
        marks.add_column(heading)
    for mark in checked.marks:
        marks.add_row(mark.name, mark.wanted, mark.found, str(mark.n), mark.verdict)
    console.print(marks)
