"""The canary from the command line: one line for each portal, pictures kept, nothing sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.clock import FileClock
from runtime.cli import app
from runtime.conductor import FIRST_MOMENT
from sandbox.payer_b import service
from tests.sandbox.running import Running, running

pytestmark = pytest.mark.slow


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    with running(service, tmp_path / "portal") as there:
        monkeypatch.setenv("HUIKUAN_HOME", str(tmp_path / "var"))
        monkeypatch.setenv("HUIKUAN_PAYER_B_URL", str(there.client.base_url).rstrip("/"))
        FileClock(tmp_path / "clock").set(FIRST_MOMENT)
        monkeypatch.setenv("HUIKUAN_CLOCK", f"file:{tmp_path / 'clock'}")
        assert huikuan("migrate")[0] == 0
        yield there


def huikuan(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*words])
    return result.exit_code, result.output


def test_a_portal_as_we_know_it_is_ok_and_a_changed_one_is_drift_with_page_and_field(
    portal: Running, tmp_path: Path
) -> None:
    pictures, home = tmp_path / "pictures", str(tmp_path / "up")
    walk = ("portal", "canary", "PB", "--pictures", str(pictures), "--home", home)
    ended, said = huikuan(*walk)
    assert (ended, said) == (0, "PB: ok: every page is as defined\n")
    labels = sorted(file.name for file in (pictures / "PB").iterdir())
    # The claim, an appeal and a clearing: each up to the form that is not sent.
    assert [name for name in labels if name.endswith("ready-to-submit.png")]
    assert labels[-1].endswith("clearing-filled.png")

    portal.put("faults", [{"match": "GET /claims/new", "times": None, "how": "changed_layout"}])
    ended, said = huikuan(*walk)
    assert ended == 1
    assert said.startswith("PB: drift: page insured: field claim_no, member_no is not where it was")

    portal.put("faults", [{"match": "GET /claims/new", "times": None, "how": "maintenance"}])
    ended, said = huikuan(*walk)
    assert (ended, said[:13]) == (0, "PB: down: The")
    assert portal.books()["claims"] == []


def test_a_portal_that_nobody_knows_ends_with_two(tmp_path: Path, portal: Running) -> None:
    ended, said = huikuan("portal", "canary", "PX", "--home", str(tmp_path / "up"))
    assert ended == 2
    assert "No portal 'PX'; known: PB, PC, PD." in said
