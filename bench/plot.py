"""Draws the figures: throughput, events and CPU, ours beside the no-op."""

from __future__ import annotations

from collections.abc import Sequence
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
