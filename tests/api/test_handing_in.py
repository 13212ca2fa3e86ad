"""A statement that a person hands in is kept once, and read by nobody here."""

from __future__ import annotations

import hashlib

import pytest

from store import audit, documents
from tests.api.office import Office

FILE = b"a statement"
SHA256 = hashlib.sha256(FILE).hexdigest()
NUMBER = f"BA-01-hand-{SHA256[:12]}"


async def test_a_statement_is_kept_under_its_bytes_and_into_the_trail(office: Office) -> None:
    async with office.program("fin-wang") as program:
        answer = await program.put("/api/statements/BA-01", content=FILE)
        again = await program.put("/api/statements/BA-01", content=FILE)
    assert answer.status_code == 200
    assert answer.json() == {"number": NUMBER, "sha256": SHA256, "status": "new"}
    assert again.json() == answer.json()
    with office.database.reading() as s:
        (kept,) = documents.documents_waiting(s, "BA-01")
        (entry, _) = audit.audit_of(s, NUMBER)
        assert office.evidence.get(s, SHA256) == FILE
    assert (kept.kind, kept.number) == ("statement.camt.053", NUMBER)
    assert (entry.actor, entry.action) == ("fin-wang", "statement-handed-in")


@pytest.mark.parametrize(
    ("login", "account", "content", "status"),
    [
        ("fin-wang", "BA-99", FILE, 404),
        ("fin-wang", "PA", FILE, 404),
        ("fin-wang", "BA-01", b"", 422),
        ("ops-li", "BA-01", FILE, 403),
        ("audit-he", "BA-01", FILE, 403),
    ],
)
async def test_what_is_no_statement_of_ours_or_from_somebody_else_is_not_kept(
    office: Office, login: str, account: str, content: bytes, status: int
) -> None:
    async with office.program(login) as program:
        answer = await program.put(f"/api/statements/{account}", content=content)
    assert answer.status_code == status
    with office.database.reading() as s:
        assert documents.list_documents(s) == []
