"""The page of documents: what became of each, and a file handed in over it."""

from __future__ import annotations

import hashlib

import pytest

from store import documents
from tests.api.office import MONDAY, Office, hidden

FILE = b"a statement"
SHA256 = hashlib.sha256(FILE).hexdigest()
NUMBER = f"BA-01-hand-{SHA256[:12]}"


def receive(office: Office, number: str, status: documents.DocumentStatus, why: str = "") -> None:
    with office.database.transaction() as s:
        sha256 = office.evidence.put(
            s,
            number.encode(),
            kind="statement.pdf",
            source="BA-02",
            name=number,
            case_no=None,
            now=MONDAY,
        )
        documents.receive_document(
            s, sha256, source="BA-02", kind="statement.pdf", number=number, now=MONDAY
        )
        documents.set_document_status(s, sha256, status, problems=[why] if why else [], now=MONDAY)


async def hand_in(office: Office, login: str, account: str, content: bytes) -> tuple[int, str]:
    """The status of the answer to the form, and the page that is shown in the end."""
    async with office.browser(login) as browser:
        token = hidden((await browser.get("/documents")).text, "form_token")
        answer = await browser.post(
            "/documents",
            data={"form_token": token, "account": account},
            files={"file": ("any name at all.xml", content)},
        )
        status = answer.status_code
        if status == 303:
            answer = await browser.get(answer.headers["location"])
    return status, answer.text


async def test_a_file_handed_in_twice_over_the_page_is_one_document_that_waits(
    office: Office,
) -> None:
    for _ in range(2):
        status, page = await hand_in(office, "fin-wang", "BA-01", FILE)
        assert status == 303
        assert f"{NUMBER} is kept." in page
    assert "any name at all" not in page
    with office.database.reading() as s:
        (kept,) = documents.documents_waiting(s, "BA-01")
        assert office.evidence.get(s, SHA256) == FILE
    assert kept.number == NUMBER


@pytest.mark.parametrize(
    ("account", "content", "status", "words"),
    [
        ("BA-01", b"", 422, "The file is empty."),
        ("BA-99", FILE, 404, "There is no such bank account or pay channel of ours."),
    ],
)
async def test_a_file_that_is_empty_or_for_no_account_is_refused_on_the_page(
    office: Office, account: str, content: bytes, status: int, words: str
) -> None:
    assert (await hand_in(office, "fin-wang", account, content))[0] == status
    assert words in (await hand_in(office, "fin-wang", account, content))[1]
    with office.database.reading() as s:
        assert documents.list_documents(s) == []


async def test_an_auditor_sees_documents_and_has_no_form(office: Office) -> None:
    receive(office, "ST-1", "refused", "opening is not yesterday's closing")
    async with office.browser("audit-he") as browser:
        page = (await browser.get("/documents")).text
    assert "ST-1" in page
    assert "opening is not yesterday&#39;s closing" in page
    assert 'type="file"' not in page


async def test_documents_are_shown_by_what_became_of_them(office: Office) -> None:
    receive(office, "ST-1", "refused", "no total")
    receive(office, "ST-2", "dismissed")
    async with office.browser("fin-wang") as browser:
        refused = (await browser.get("/documents?show=refused")).text
        every = (await browser.get("/documents?show=nonsense")).text
    assert ("ST-1" in refused, "ST-2" in refused) == (True, False)
    assert ("ST-1" in every, "ST-2" in every) == (True, True)


async def test_only_a_number_that_is_here_is_said_to_be_kept(office: Office) -> None:
    async with office.browser("fin-wang") as browser:
        page = (await browser.get("/documents?kept=BA-01-hand-made-up")).text
    assert "is kept" not in page
