"""What IT types about portals: the command says every fault with file and line, and its exit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from runtime.cli import app

PB = Path(__file__).parents[2] / "counterparties" / "PB"


def portal(*words: str) -> tuple[int, str]:
    """Run `huikuan portal …`; return the exit and all that was said."""
    result = CliRunner().invoke(app, ["portal", *words])
    return result.exit_code, result.output


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    folder = shutil.copytree(PB, tmp_path / "PX")
    file = folder / "portal.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"已拒付" = "denied"', '"已拒付" = "refused"'), encoding="utf-8")
    return folder


def test_a_usable_portal_ends_with_zero_and_shows_what_it_holds() -> None:
    ended, said = portal("check", str(PB))
    assert ended == 0
    assert "16 pages" in said
    assert "appeal" in said
    assert f"{PB / 'portal.toml'}:27: warning: marks: no sign is known for captcha" in said


def test_a_fault_ends_with_one_and_stands_with_its_file_and_line(faulty: Path) -> None:
    ended, said = portal("check", str(PB), str(faulty))
    assert ended == 1
    assert f"{faulty / 'portal.toml'}:188: fault: statuses.已拒付: refused is none of" in said


def test_without_a_folder_every_payer_with_a_portal_is_checked(
    faulty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIKUAN_COUNTERPARTIES_FOLDER", str(faulty.parent))
    ended, said = portal("check")
    assert ended == 1
    assert "PX" in said


def test_a_folder_without_a_portal_is_a_fault(tmp_path: Path) -> None:
    ended, said = portal("check", str(tmp_path))
    assert ended == 1
    assert "No such file" in said


def test_a_malformed_reference_to_a_secret_is_a_fault_and_is_not_repeated(tmp_path: Path) -> None:
    folder = shutil.copytree(PB, tmp_path / "PB")
    file = folder / "profile.toml"
    text = file.read_text(encoding="utf-8")
    good, bad = "vault:secret/huikuan/pb#password", "vault:secret/hunter2"
    file.write_text(text.replace("env:HUIKUAN_PAYER_B_PASSWORD", good), encoding="utf-8")
    assert portal("check", str(folder))[0] == 0

    file.write_text(text.replace("env:HUIKUAN_PAYER_B_PASSWORD", bad), encoding="utf-8")
    ended, said = portal("check", str(folder))
    assert ended == 1
    assert (
        f"{file}:8: fault: credential: is no reference: env:HUIKUAN_NAME, file:PATH or "
        "vault:MOUNT/PATH#FIELD" in said
    )
    assert "hunter2" not in said
