"""`huikuan layout`: from samples to a live layout, and back to reading a paused issuer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from domain.review import Role
from engine.settings import load_settings
from runtime.cli import app
from runtime.wiring import Parts, parts_of
from store import issuers, layout_versions, people
from tests.bots.documents.printer import STATEMENT, printed
from tests.bots.documents.seeing import COUNTERPARTIES
from tests.store.samples import MONDAY
from tests.templates import copy_database

pytestmark = pytest.mark.thorough

PASSWORD = "correct horse 1"
SHIPPED = COUNTERPARTIES / "BA-02" / "statement.toml"


@pytest.fixture
def parts(migrated_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Parts]:
    copy_database(migrated_file, tmp_path / "home" / "huikuan.sqlite")
    monkeypatch.setenv("HUIKUAN_HOME", str(tmp_path / "home"))
    parts = parts_of(load_settings())
    with parts.database.transaction() as s:
        for login in ("it-zhao", "fin-wang"):
            people.add_person(s, login, Role.FINANCE, PASSWORD, login)
    yield parts
    parts.database.dispose()


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("samples")
    paths = []
    for day in (12, 13, 14):
        path = folder / f"{day}.pdf"
        document = STATEMENT.with_text("BA-02-20260112", f"BA-02-202601{day}")
        path.write_bytes(printed(document))
        paths.append(str(path))
    return paths


def layout(*arguments: str, home: Path | None = None) -> Result:
    more = ["--home", str(home)] if home else []
    return CliRunner().invoke(app, ["layout", *arguments, *more], input=f"{PASSWORD}\n")


def test_a_proposed_layout_can_be_checked_as_it_is(samples: list[str], tmp_path: Path) -> None:
    file = tmp_path / "new.toml"

    proposed = layout("propose", *samples, "--id", "new", "--issuer", "BA-02", "--to", str(file))
    checked = layout("check", str(file), *samples, "--mutations", "1000")

    assert proposed.exit_code == 0, proposed.output
    assert "开户行: only a person knows what it means" in proposed.output
    assert "9 equations hold in all of 3 samples." in proposed.output
    assert checked.exit_code == 0, checked.output
    assert "wrong parses, 0 let through" in checked.output


def test_a_file_that_is_there_is_not_written_over(samples: list[str], tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("mine", "utf-8")

    refused = layout("propose", *samples, "--to", str(file))

    assert refused.exit_code == 1
    assert file.read_text("utf-8") == "mine"


def test_two_samples_are_not_enough(samples: list[str]) -> None:
    checked = layout("check", str(SHIPPED), *samples[:2])

    assert checked.exit_code == 1
    assert "it takes three samples proved" in checked.output


def test_two_persons_put_a_layout_live(parts: Parts, samples: list[str], tmp_path: Path) -> None:
    file_hash = hashlib.sha256(SHIPPED.read_bytes()).hexdigest()
    submitted = layout("submit", str(SHIPPED), *samples, "--login", "it-zhao", home=tmp_path)
    assert submitted.exit_code == 0, submitted.output
    version_no = submitted.output.rpartition("LV-")[2][:12]
    with parts.database.reading() as s:
        assert not layout_versions.may_read(s, "ba-02-statement", file_hash)

    alone = layout("approve", f"LV-{version_no}", "--login", "it-zhao", home=tmp_path)
    both = layout("approve", f"LV-{version_no}", "--login", "fin-wang", home=tmp_path)

    assert (alone.exit_code, both.exit_code) == (1, 0), both.output
    assert "needs a second person besides it-zhao" in alone.output
    with parts.database.reading() as s:
        assert layout_versions.may_read(s, "ba-02-statement", file_hash)


def test_a_person_resumes_a_paused_issuer(parts: Parts, tmp_path: Path) -> None:
    with parts.database.transaction() as s:
        for sha256 in ("a", "b"):
            issuers.note_unproved(s, "PB", sha256, "a heading is gone", MONDAY)

    unexplained = layout("resume", "PB", "--login", "fin-wang", home=tmp_path)
    resumed = layout("resume", "PB", "--login", "fin-wang", "--why", "mended", home=tmp_path)

    assert unexplained.exit_code == 2, "why is asked for"
    assert resumed.exit_code == 0, resumed.output
    with parts.database.reading() as s:
        assert issuers.paused_issuers(s) == []
