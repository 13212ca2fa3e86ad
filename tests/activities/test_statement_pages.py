"""Pages of one statement in files of their own: booked together, once, whichever comes last."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from activities import fetching
from activities.document_steps import DocumentActivities
from activities.world import World
from domain.facts import BookingFacts, DocumentRef
from engine.counterparties import Counterparties
from engine.profiles import Bank
from store import documents, money, proofs
from tests.activities.facts import balances
from tests.connectors.test_swift_pages import FIRST, SECOND, SINGLE, THIRD
from tests.store.samples import fen

PAGES = {1: FIRST, 2: SECOND, 3: THIRD}
ACCOUNT = Bank(
    code="BA-03",
    kind="bank",
    name_zh="测试银行账户三",
    name_en="Pretend bank account 3",
    format="mt940",
    account_no="BA-03",
    statement_lag_days=1,
)


@pytest.fixture
def at_bank(world: World) -> World:
    """The world with one more account, whose statements are MT940."""
    profiles = {profile.code: profile for profile in world.counterparties.all()}
    return replace(world, counterparties=Counterparties({**profiles, "BA-03": ACCOUNT}))


def received(world: World, number: int, data: bytes | None = None) -> DocumentRef:
    data = PAGES[number] if data is None else data
    kept = fetching.keep(world, "BA-03", fetching.STATEMENT_MT940, f"F-{number}", data)
    assert kept is not None
    return kept


def book(world: World, document: DocumentRef) -> BookingFacts:
    return DocumentActivities(world).book_document(document)


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_three_files_that_come_one_by_one_are_one_statement(
    at_bank: World, order: tuple[int, int, int]
) -> None:
    *before, last = order
    for number in before:
        facts = book(at_bank, received(at_bank, number))
        assert not facts.booked
        assert "of statement 13" in facts.problems[0]
    assert balances(at_bank) == {}

    assert book(at_bank, received(at_bank, last)) == BookingFacts(True)

    assert balances(at_bank)["bank:BA-03"] == 140000
    with at_bank.database.reading() as s:
        assert [one.status for one in documents.list_documents(s)] == ["booked"] * 3
        assert [len(proofs.proofs_of(s, one.sha256)) for one in documents.list_documents(s)] == [
            1, 1, 1,
        ]  # fmt: skip
        assert len(money.lines_of(s, "BA-03")) == 4


def test_three_files_that_come_together_are_booked_with_the_first_and_once(at_bank: World) -> None:
    files = [received(at_bank, number) for number in (1, 2, 3)]

    assert [book(at_bank, file) for file in (*files, *files)] == [BookingFacts(True)] * 6

    assert balances(at_bank)["bank:BA-03"] == 140000
    with at_bank.database.reading() as s:
        assert money.last_closing(s, "BA-03") == fen(140000)


def test_pages_go_on_from_the_statement_before(at_bank: World) -> None:
    assert book(at_bank, received(at_bank, 0, SINGLE)) == BookingFacts(True)
    files = [received(at_bank, number) for number in (1, 2, 3)]
    assert [book(at_bank, file) for file in files] == [BookingFacts(True)] * 3
    assert balances(at_bank)["bank:BA-03"] == 140000


def test_a_page_that_came_twice_with_different_bytes_goes_to_a_person(at_bank: World) -> None:
    again = SECOND.replace("利息".encode(), "结息".encode())
    for number, data in enumerate((FIRST, SECOND, again), start=1):
        book(at_bank, received(at_bank, number, data))
    facts = book(at_bank, received(at_bank, 4, THIRD))
    assert not facts.booked
    assert "page 2 of statement 13 stands behind page 2" in facts.problems[0]
    assert balances(at_bank) == {}


def test_a_page_that_a_person_put_aside_is_not_taken_up(at_bank: World) -> None:
    first = received(at_bank, 1)
    book(at_bank, first)
    DocumentActivities(at_bank).dismiss_document(first)
    for number in (2, 3):
        assert not book(at_bank, received(at_bank, number)).booked
    assert balances(at_bank) == {}
