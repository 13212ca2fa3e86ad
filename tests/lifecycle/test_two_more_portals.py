"""Ten days with two payers whose portals are of other kinds: one of frames, and one page built by
a script. Both decide, both put their advice up as PDF, and the bank pays what it announces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random

import pytest

from activities.portal_access import real_now
from domain.review import Role
from runtime.people import login_of
from sandbox.lives import Life, pays, script
from sandbox.scenarios import _order
from store import documents, people, portal_codes
from tests.lifecycle.house import House, house

pytestmark = pytest.mark.slow

TRIED = {"PC": "payer_c", "PD": "payer_d"}
OF_C, OF_D = "SO-2026-0031", "SO-2026-0032"


def plant(here: House, life: Life) -> None:
    """An order in the ERP, and what its payer will do with it; the payer knows the patient."""
    ((payer, theirs),) = life.payers.items()
    order = _order(life, Random(2026))
    member = {"member_no": order["coverages"][0]["member_no"], "name": order["patient"]["name"]}
    here.sandbox["erp"].post("/_sandbox/seed", {"orders": [order]}, 200)
    parcel = {"picked_up_after_hours": 6, "ends_after_days": 1}
    delivered = {**parcel, "ends": "delivered", "proof": "good", "webhooks": "normal"}
    here.sandbox["carrier"].post("/_sandbox/seed", {"scripts": {life.order_no: delivered}}, 200)
    told = {"scripts": {life.order_no: theirs}}
    more = {"members": [member]} if payer == "PC" else {}
    here.sandbox[TRIED[payer]].post("/_sandbox/seed", told | more, 200)
    paid = {"pays_after_days": life.pays_after_days, "settles": True}
    here.sandbox["pay_channel"].post("/_sandbox/seed", {"scripts": {life.order_no: paid}}, 200)


@asynccontextmanager
async def somebody_reads_codes(here: House) -> AsyncIterator[list[str]]:
    """A person who types every code that a portal sends into the page; the requests so far."""
    answered: list[str] = []

    async def read() -> None:
        while True:
            await asyncio.to_thread(_answer, here, answered)
            await asyncio.sleep(0.2)

    reading = asyncio.create_task(read())
    try:
        yield answered
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading


def _answer(here: House, answered: list[str]) -> None:
    database = here.parts.database
    with database.reading() as session:
        waiting = portal_codes.open_requests(session, real_now())
    for request in waiting:
        if request.given_by is None:
            code = str(here.sandbox["payer_d"].get("/_sandbox/code")["code"])
            with database.transaction() as session:
                person = people.person_of(session, login_of(Role.OPS))
                sealed = database.sealer.seal(code.encode())
                portal_codes.give(session, request.request_no, sealed, person, real_now())
            answered.append(request.request_no)


def advices(here: House) -> list[tuple[str, str]]:
    """Whose advices were downloaded as PDF, and what became of them."""
    with here.parts.database.reading() as session:
        every = documents.list_documents(session)
        return sorted((d.source, d.status) for d in every if d.kind == "remittance.pdf")


def held_at(here: House, payer: str) -> list[tuple[str, int, str]]:
    """Every claim in the payer's own books: number, version, status."""
    held = here.held_by(TRIED[payer])["claims"]
    return [(claim["claim_no"], claim["version"], claim["status"]) for claim in held]


async def test_claims_at_a_portal_of_frames_and_at_one_page_are_paid_by_advice_and_bank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        house(tmp_path, monkeypatch, with_browser=True, on_trial=TRIED) as here,
        somebody_reads_codes(here) as codes,
    ):
        # Monday 5 January: two orders, 360.00 at payer C and 720.00 at payer D.
        plant(here, Life(31, 0, {"IT-1006": 3}, {"PC": script(pays(contract="20.00"))}))
        plant(here, Life(32, 0, {"IT-1006": 6}, {"PD": script(pays(contract="100.00"))}))
        await here.morning(0)
        await here.start(OF_C)
        await here.start(OF_D)
        # Tuesday and Wednesday: delivered, invoiced, handed in. Thursday: payer C has decided; at
        # payer D we look every second day.
        await here.live_until(3)
        assert here.claims(OF_C) == [("PC", "approved", 1, "0.00")]
        assert here.claims(OF_D) == [("PD", "submitted", 1, "0.00")]
        assert advices(here) == []

        # By Wednesday the 14th both advices are downloaded and proved, and the bank has paid them.
        await here.live_until(9)
        assert here.claims(OF_C) == [("PC", "partly_paid", 1, "340.00")]
        assert here.claims(OF_D) == [("PD", "partly_paid", 1, "620.00")]
        assert advices(here) == [("PC", "booked"), ("PD", "booked")]
        assert (here.stage(OF_C), here.stage(OF_D)) == ("closed", "closed")
        assert held_at(here, "PC") == [("CL-2026-0031-1", 1, "paid")]
        assert held_at(here, "PD") == [("CL-2026-0032-1", 1, "paid")]
        # The portal that sends a code knows the browser again: one code for all these days.
        assert len(codes) == 1
        assert here.inbox() == []
        # 340.00 and 620.00; the contracts' 20.00 and 100.00 are ours to bear.
        assert here.books() == {
            "bank:BA-01": "100960.00",
            "contract_adjustments": "120.00",
            "opening_balances": "-100000.00",
            "output_vat": "-124.25",
            "revenue": "-955.75",
        }
