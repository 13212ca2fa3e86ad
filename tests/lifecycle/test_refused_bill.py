"""Diary: a pay channel's bill does not add up and nobody decides; the days after it go on."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest

from domain.review import ReviewKind, Role
from tests.lifecycle.house import House, house
from tests.lifecycle.test_channel_bill import till_of

pytestmark = pytest.mark.slow

MONDAY = date(2026, 1, 5)


def refused(here: House) -> list[str]:
    """The documents that a person is asked about now."""
    return [one.subject for one in here.inbox() if one.kind is ReviewKind.DOCUMENT_REFUSED]


async def test_only_the_day_of_a_refused_bill_waits_for_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        # Monday 5 January to Wednesday: 100.00, 50.00 and 20.00 are taken; nobody collects.
        till = till_of(here)
        for day, (name, minor) in enumerate([("P1", 10_000), ("P2", 5_000), ("P3", 2_000)]):
            await here.morning(day)
            await asyncio.to_thread(till.pays, name, minor)
        fetch = till.channel.bill
        spoiled = fetch(MONDAY).replace(b"TEST-1900000001", b"TEST-1900000002", 1)
        with monkeypatch.context() as patched:
            patched.setattr(
                till.channel, "bill", lambda day: spoiled if day == MONDAY else fetch(day)
            )
            # Thursday: Monday's is refused, and Tuesday's of the same collection is booked, 0.30
            # less; the bank shows its 49.70, so Monday's 100.00 and Wednesday's 20.00 are left.
            await here.live_until(3)
            assert refused(here) == ["pay_json-20260105"]
            assert here.books()["clearing:pay_json"] == "120.00"
            assert here.books()["pay_fees"] == "0.30"

            # Friday, in the next collection: Wednesday's is fetched, booked and shown too, 0.12
            # less. Nobody is asked twice about Monday.
            await here.live_until(4)
            assert refused(here) == ["pay_json-20260105"]
            assert here.books()["clearing:pay_json"] == "100.00"
            assert here.books()["pay_fees"] == "0.42"

        # Saturday: finance has Monday's fetched again, and it is right.
        await here.live_until(5)
        await here.decide(ReviewKind.DOCUMENT_REFUSED, "fetch_again", by=Role.FINANCE)
        assert [one[2] for one in till.awaited()] == ["99.40"]
        await here.live_until(6)
        assert (refused(here), till.awaited()) == ([], [])
        assert "clearing:pay_json" not in here.books()
        assert here.suspense_is_explained()
