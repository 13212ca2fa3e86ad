"""The demo as a visitor runs it: every order, a browser, printed documents, people, invariants."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1300)]


def test_every_order_of_the_demo_ends_as_its_file_says_and_every_invariant_holds(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "runtime.cli", "demo", "--once", "--home", str(tmp_path / "demo")],
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    assert done.stdout.count("✔") == 13
    assert "✘" not in done.stdout
