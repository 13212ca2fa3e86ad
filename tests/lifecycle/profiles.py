"""The counterparties of a diary's house, as files of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path


def lay_out_profiles(
    folder: Path, on_trial: Iterable[str], without_advices: Iterable[str], *, with_browser: bool
) -> None:
    """The counterparties of this house, as files of its own."""
    profiles = shutil.copytree("counterparties", folder / "counterparties")
    if not with_browser:
        # Without a browser nobody serves the portal payer, so this house does without it.
        shutil.rmtree(profiles / "PB")
    for payer in on_trial:
        profile = profiles / payer / "profile.toml"
        tried = profile.read_text(encoding="utf-8")
        profile.write_text(tried.replace("live = false", "live = true"), encoding="utf-8")
    for payer in without_advices:
        profile = profiles / payer / "profile.toml"
        told = profile.read_text(encoding="utf-8")
        profile.write_text(f"sends_advices = false\n{told}", encoding="utf-8")
