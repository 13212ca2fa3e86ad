"""A store for each run, with one claim that waits to be handed in, and the world over it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from activities.dossiers import dossier_fact
from activities.world import World
from domain.order import Coverage, Order, Patient, claim_no_of
from engine.clock import FileClock
from engine.counterparties import Counterparties
from store import case_facts, cases, claims
from store.database import Database
from tests.activities.desk import profiles, world_over
from tests.store.samples import (
    MEMBER_NO,
    MONDAY,
    PATIENT_ID,
    PATIENT_NAME,
    TODAY,
    XorSealer,
    fen,
    order,
)

SYRINGE = "C1401010010000100001"
BILLED = fen(36000)
# A .docx file is a zip archive, hence its first bytes.
_DOSSIER = b"PK\x03\x04 pretend"


def world_at(database: Database, evidence: Path, clock: Path, payer: str) -> World:
    """The world of a step, at business time; a payer without a profile is like portal B's."""
    known = profiles()
    if payer not in {profile.code for profile in known.payers()}:
        named = known.payer("PB").model_copy(update={"code": payer})
        known = Counterparties({one.code: one for one in [*known.all(), named]})
    return replace(world_over(database, evidence), clock=FileClock(clock), counterparties=known)


def migrated(folder: Path) -> Path:
    """An empty store to copy: making one takes longer."""
    path = folder / "template.sqlite"
    database = Database(f"sqlite:///{path}", XorSealer())
    database.migrate()
    database.dispose()
    return path


def stocked(
    template: Path,
    folder: Path,
    clock: Path,
    payer: str,
    number: int,
    *,
    patient: str = PATIENT_NAME,
    member_no: str = MEMBER_NO,
) -> str:
    """Make the folder's store with one drafted claim over 360.00; return the claim's number."""
    folder.mkdir(parents=True)
    shutil.copyfile(template, folder / "store.sqlite")
    database = Database(f"sqlite:///{folder / 'store.sqlite'}", XorSealer())
    order_no = f"SO-2026-{number:04d}"
    ordered = _ordered(order_no, Coverage(payer, member_no, 1), patient)
    claim_no = claim_no_of(order_no, 1)
    world = world_at(database, folder / "evidence", clock, payer)
    world.set_down(_DOSSIER)
    with world.writing() as s:
        cases.open_case(
            s, ordered, workflow_id=f"case-{order_no}", run_id="r", started_by=None, now=MONDAY
        )
        case_facts.keep_fact(s, order_no, "invoice_no", f"2631200000000000{number:04d}")
        case_facts.keep_fact(s, order_no, "delivered_on", TODAY.isoformat())
        claim = claims.draft_claim(
            s,
            claim_no=claim_no,
            case_no=order_no,
            payer=payer,
            sequence=1,
            billed=BILLED,
            now=world.now(),
        )
        sha256 = world.evidence.put(
            s,
            _DOSSIER,
            kind="dossier",
            source="own",
            name=f"{claim_no}-1.docx",
            case_no=order_no,
            now=world.now(),
        )
        case_facts.keep_fact(s, order_no, dossier_fact(claim), sha256)
    database.dispose()
    return claim_no


def _ordered(order_no: str, coverage: Coverage, patient: str) -> Order:
    """An order of one line, all of it for the insurer."""
    line = replace(
        order().lines[0],
        insurer_code=SYRINGE,
        quantity=3,
        unit_price=fen(12000),
        amount=BILLED,
    )
    return replace(
        order(order_no),
        patient=Patient(patient, PATIENT_ID),
        coverages=(coverage,),
        lines=(line,),
        total=BILLED,
    )
