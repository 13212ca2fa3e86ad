"""The application's role on PostgreSQL can do its work and cannot rewrite the books."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import SQLModel

from domain.ledger import Journal, Leg, bank, suspense
from domain.review import Role
from store import (
    cash,
    fund_vouchers,
    issuers,
    ledger,
    money,
    outbox,
    people,
    portal_codes,
    portal_leases,
    portal_patches,
    portal_runs,
    portal_states,
    reviews,
    roles,
    tables,
)
from store.database import Database
from tests.postgres import execute, with_database
from tests.store.samples import (
    MONDAY,
    TODAY,
    XorSealer,
    fen,
    journal,
    later,
    open_case,
    person,
    question,
)

pytestmark = pytest.mark.slow
STORE = Path(roles.__file__).parent


@pytest.fixture
def application(postgres_server: str) -> Iterator[Database]:
    """A database of the server, used with the role `app`."""
    execute(postgres_server, "CREATE DATABASE roles TEMPLATE template")
    execute(postgres_server, "CREATE ROLE app LOGIN")
    url = with_database(postgres_server, "roles")
    owner = Database(url, XorSealer())
    with owner.transaction() as s:
        roles.grant_application_role(s, "app")
    owner.dispose()
    database = Database(url.replace("huikuan@", "app@"), XorSealer())
    yield database
    database.dispose()
    execute(postgres_server, "DROP DATABASE roles WITH (FORCE)")
    execute(postgres_server, "DROP ROLE app")


def test_the_role_does_the_work_and_rewrites_nothing(application: Database) -> None:
    with application.transaction() as s:
        open_case(s)
        ledger.post(s, journal(), now=MONDAY)
        money.raise_item(
            s,
            item_no="I-1",
            case_no="SO-2026-0001",
            payer="PA",
            kind="claim",
            amount=fen(100),
            due_on=None,
        )
        money.allocate(s, key="A-1", item_no="I-1", amount=fen(40), why="match")
        asked = reviews.ask(s, question(), workflow_id="w", due_at=later(60), now=MONDAY)
        reviews.decide(
            s,
            review_no=asked.review_no,
            person=person(s, "li.na", Role.FINANCE),
            outcome="correct",
            reason_code="r",
            text="t",
            version=asked.version,
            evidence_hash=asked.evidence_hash,
            idempotency_key="k",
            now=MONDAY,
        )
        outbox.delivered(s, outbox.due(s)[0].id, MONDAY)
        assert people.verify_password(s, "li.na", "correct horse", MONDAY) is not None
    for attack in (
        "UPDATE leg SET minor = 1",
        "DELETE FROM journal",
        "TRUNCATE journal CASCADE",
        "ALTER TABLE leg DISABLE TRIGGER ALL",
        "UPDATE decision SET outcome = 'write_off'",
        "DELETE FROM open_item",
    ):
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            _run(application, attack)


def test_the_role_works_at_portals_and_rewrites_no_run(application: Database) -> None:
    with application.transaction() as s:
        li_na = person(s, "li.na", Role.FINANCE)
        taken = portal_leases.acquire(s, "PB", "PB-01", "bot", now=MONDAY, lasts_s=60)
        portal_leases.release(s, "PB", "PB-01", taken.fence, now=MONDAY)
        portal_states.note_failure(s, "PB", "PortalDown", MONDAY)
        portal_states.note_login_refused(s, "PB", "PB-01", MONDAY)
        anchors = {"label": "a"}
        patch = portal_patches.ProposedPatch(
            "PB", "h", "page", "field", anchors, {}, "other", "", ""
        )
        no = portal_patches.propose(s, patch, MONDAY).patch_no
        portal_patches.accept(s, no, li_na, MONDAY)
        code_no = portal_codes.ask(s, "PB", "PB-01", MONDAY)
        portal_codes.give(s, code_no, b"\xff" * 6, li_na, MONDAY)
        assert portal_codes.take(s, code_no, MONDAY) == b"\xff" * 6
        run = portal_runs.PortalRun("PB", "login", MONDAY, MONDAY, "drift", 1, 2)
        portal_runs.note_run(s, run)
    for attack in (
        "UPDATE portal_run SET outcome = 'ok'",
        "DELETE FROM portal_lease",
        "DELETE FROM portal_code",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            _run(application, attack)


def test_every_table_that_changes_is_one_of_ours() -> None:
    assert set(roles.CHANGING) <= set(tables.METADATA.tables)


def test_every_table_whose_rows_are_locked_may_be_locked_by_the_role() -> None:
    # PostgreSQL lets nobody lock a row who may not update it.
    source = "".join(path.read_text() for path in sorted(STORE.glob("*.py")))
    locked = set(re.findall(r"\blocked\(\s*s,\s*select\((\w+)\)", source))
    named = {row.__name__: str(row.__tablename__) for row in SQLModel.__subclasses__()}
    assert len(locked) == 22
    assert {named[row] for row in locked} <= set(roles.CHANGING)


def test_the_role_hands_funds_over_and_counts_cash_and_rewrites_neither(
    application: Database,
) -> None:
    with application.transaction() as s:
        leg = Leg(bank("BA-01"), suspense("BA-01"), fen(100), "BK-1")
        ledger.post(s, Journal("line:1", TODAY, "", "statement", "1", (leg,)), now=MONDAY)
        frozen = fund_vouchers.freeze(s, TODAY, now=MONDAY)
        assert frozen is not None
        fund_vouchers.note_sent(s, frozen.key, "JV-1")
        for sha256 in ("a", "b"):
            issuers.note_unproved(s, "PB", sha256, "1.00 is missing", MONDAY)
        assert [one.issuer for one in issuers.paused_issuers(s)] == ["PB"]
        cash.ask(s, "PM-1-1-1", "PM-1-1-1", fen(500), MONDAY)
        cash.count(s, "PM-1-1-1", fen(500), person(s, "li.na", Role.FINANCE), MONDAY)
    for attack in (
        "DELETE FROM fund_voucher",
        "UPDATE fund_voucher_journal SET key = 'k'",
        "UPDATE payment_event SET why = ''",
        "DELETE FROM cash_move",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            _run(application, attack)


def _run(database: Database, statement: str) -> None:
    with database.transaction() as s:
        s.connection().execute(text(statement))
