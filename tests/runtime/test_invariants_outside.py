"""Secrecy, doubled effects and the bank's own balance: each invariant is broken once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from activities.world import World
from engine.counterparties import Counterparties
from runtime.invariants import (
    _IDENTITY,
    _doubles_in,
    bank_differs,
    leaks,
)
from runtime.wiring import Parts
from sandbox.scenarios import seeds
from tests.activities.facts import (
    CLAIM_NO,
    bank_line,
    state,
    statement,
)

PATIENT = seeds()["erp"]["orders"][0]["patient"]


def test_a_house_that_wrote_nothing_proves_no_secrecy(tmp_path: Path) -> None:
    assert leaks(tmp_path) == ["no file was searched"]


@pytest.mark.parametrize(
    "told",
    [
        PATIENT["name"],
        PATIENT["id_no"],
        "M-TEST-0001",
        r"{\"patient\": \"\u6d4b\u8bd5\u4e59 001\"}",
    ],
    ids=["name", "id number", "member number", "escaped"],
)
def test_a_person_in_a_log_is_told(tmp_path: Path, told: str) -> None:
    _write(tmp_path / "log" / "worker-cases.log", "INFO all is well\n")
    assert leaks(tmp_path) == []
    _write(tmp_path / "log" / "worker-cases.log", f"ERROR cannot read {told}\n")
    assert leaks(tmp_path) == [f"{Path('log/worker-cases.log')}: holds a name"]


def test_a_name_in_a_database_is_told(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "huikuan.sqlite")) as database:
        database.execute("CREATE TABLE note (text TEXT)")
        database.execute("INSERT INTO note VALUES (?)", (PATIENT["name"],))
        database.commit()
    assert leaks(tmp_path) == ["huikuan.sqlite: holds a name"]


@pytest.mark.parametrize(
    "secret",
    [
        "sandbox-token",
        "sandbox-webhook-secret",
        "sandbox-portal-password",
        "SANDBOXSANDBOXSANDBOXSANDBOX2345",
        "huikuan-demo",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    ],
)
def test_a_secret_outside_the_file_of_keys_is_told(tmp_path: Path, secret: str) -> None:
    _write(tmp_path / "secrets" / "payload_keys", "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    _write(tmp_path / "log" / "api.log", "INFO all is well")
    assert leaks(tmp_path) == []
    _write(tmp_path / "log" / "api.log", f"ERROR refused {secret}")
    assert leaks(tmp_path) == [f"{Path('log/api.log')}: holds a secret"]


def test_the_pretend_outside_may_know_its_patients(tmp_path: Path) -> None:
    _write(tmp_path / "sandbox" / "erp.sqlite", PATIENT["name"])
    _write(tmp_path / "log" / "sandbox-erp.log", PATIENT["name"])
    _write(tmp_path / "log" / "api.log", "INFO all is well")
    assert leaks(tmp_path) == []


@pytest.mark.parametrize(("service", "part"), sorted(_IDENTITY))
def test_an_effect_that_a_counterparty_holds_twice_is_told(service: str, part: str) -> None:
    books: dict[str, list[dict[str, Any]]] = {
        held: [dict.fromkeys(identity, "1"), dict.fromkeys(identity, "2")]
        for (name, held), identity in _IDENTITY.items()
        if name == service
    }
    assert _doubles_in(service, books) == []
    books[part].append(dict.fromkeys(_IDENTITY[service, part], "2"))
    (told,) = _doubles_in(service, books)
    assert told.startswith(f"{service}: 2 {part} of ")


def test_a_corrected_claim_is_no_double() -> None:
    claims = [{"claim_no": CLAIM_NO, "version": version} for version in (1, 2)]
    assert (
        _doubles_in("payer_a", {"claims": claims, "settlements": [], "counter_payouts": []}) == []
    )


def test_a_counterparty_that_hides_a_part_of_its_books_is_told() -> None:
    told = _doubles_in("tax", {"invoices": []})
    assert told == ["tax: does not tell its credit_notes"]


@pytest.mark.parametrize(
    ("theirs", "told"),
    [
        ("1000.00", []),
        ("1000.01", ["BA-01: books 1000.00 CNY, bank 1000.01 CNY"]),
    ],
)
async def test_a_fen_that_the_bank_holds_otherwise_is_told(
    world: World, parts: Parts, monkeypatch: pytest.MonkeyPatch, theirs: str, told: list[str]
) -> None:
    state(world, statement(bank_line()))
    with _bank({"BA-01": theirs, "BA-02": "0.00"}) as url:
        monkeypatch.setenv("HUIKUAN_BANK_URL", url)
        profiles = Counterparties.load(Path("counterparties"))
        asking = Parts(parts.settings, parts.database, parts.evidence, parts.clock, profiles)
        assert await bank_differs(asking) == told


@contextmanager
def _bank(balances: dict[str, str]) -> Iterator[str]:
    """A bank that answers for the balance of each account and nothing else."""

    class Counter(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            account = self.path.split("/")[2]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f'{{"balance": "{balances[account]}"}}'.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    with HTTPServer(("127.0.0.1", 0), Counter) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
