"""Draws the figures: ours beside the peers, with the aim where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

_SHOWN = (
    ("events_per_s", "history events / s"),
    ("per_s", "completed / s"),
    ("step_overhead_ms", "step overhead, ms (median)"),
    ("worker_cpu_ms", "worker CPU, ms each"),
)


def plot(rows: Sequence[dict[str, Any]], file: Path) -> None:
    """Write one picture with a panel per figure."""
    figure, panels = pyplot.subplots(1, len(_SHOWN), figsize=(13, 3.2))
    names = [f"{row['kind']}\n{row['in_flight']} at a time" for row in rows]
    colours = ["#9aa5b1" if row["kind"] == "no-op" else "#1f6f8b" for row in rows]
    for panel, (field, title) in zip(panels, _SHOWN, strict=True):
        panel.bar(names, [row[field] for row in rows], color=colours)
        panel.set_title(title, fontsize=9)
        panel.tick_params(labelsize=7)
    figure.tight_layout()
    figure.savefig(file, dpi=120)


def bars(
    file: Path, title: str, values: Mapping[str, float], *, unit: str, aim: float | None = None
) -> None:
    """Write one picture of level bars, the first on top; `aim` is an upright line."""
    figure, panel = pyplot.subplots(figsize=(8, 0.8 + 0.45 * len(values)))
    panel.barh(list(values), list(values.values()), color="#1f6f8b")
    if aim is not None:
        panel.axvline(aim, color="#b4472e", linestyle="--", label=f"aim {aim:g}")
        panel.legend(fontsize=8)
    panel.invert_yaxis()
    panel.set_title(title, fontsize=10)
    panel.set_xlabel(unit, fontsize=9)
    figure.tight_layout()
    figure.savefig(file, dpi=110)
