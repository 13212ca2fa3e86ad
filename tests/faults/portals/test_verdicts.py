"""The matrix sees a duplicate, a loss and a broken promise when there is one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.lifecycle import ClaimStatus
from domain.money import Money
from store.claims import ClaimView
from store.intents import IntentView
from tests.faults.portals.cases import POINTS, cases_of, in_seeded_order
from tests.faults.portals.report import rows_of
from tests.faults.portals.telling import Ended
from tests.faults.portals.verdict import Books, Verdict, wrongs
from tests.store.samples import MONDAY

NOTHING = Money(0)


def books(status: ClaimStatus, state: str, receipt: str = "", still: tuple[str, ...] = ()) -> Books:
    """Our side of a run."""
    claim = ClaimView(
        "CL-1", "SO-1", "PB", 1, 1, status, Money(36000), NOTHING, NOTHING, NOTHING, NOTHING,
        receipt or None, "", "", None, None,
    )  # fmt: skip
    intent = IntentView("PB", "CL-1", 1, "original", state, 1, receipt, 1, MONDAY)
    return Books(claim, intent, still)


def appealed(status: ClaimStatus, state: str, receipt: str) -> Books:
    """Our side of a run whose claim B1 was denied, and is appealed against."""
    ours = books(status, state, "B1")
    assert ours.intent is not None
    return replace(ours, intent=replace(ours.intent, kind="appeal", receipt=receipt))


APPEALED = appealed(ClaimStatus.APPEALED, "confirmed", "BS1")
CONFIRMED = books(ClaimStatus.SUBMITTED, "confirmed", "B1")


@pytest.mark.parametrize(
    ("ended", "ours", "receipts", "told"),
    [
        (Ended("confirmed"), CONFIRMED, ("B1",), ""),
        (Ended("confirmed"), CONFIRMED, ("B1", "B2"), "holds it 2 times"),
        (Ended("confirmed"), CONFIRMED, (), "confirmed B1, the portal holds ()"),
        (Ended("confirmed"), CONFIRMED, ("B2",), "confirmed B1, the portal holds ('B2',)"),
        (Ended("confirmed"), APPEALED, ("BS1",), ""),
        (Ended("confirmed"), APPEALED, ("BS1", "BS2"), "holds it 2 times"),
        (Ended("confirmed"), APPEALED, ("B1",), "confirmed BS1, the portal holds ('B1',)"),
        (
            Ended("confirmed"),
            appealed(ClaimStatus.DENIED, "confirmed", "BS1"),
            ("BS1",),
            "ended confirmed, claim denied",
        ),
        (Ended("person"), CONFIRMED, ("B1",), "ended person, claim submitted"),
        (Ended("person"), books(ClaimStatus.DRAFTED, "human", still=("CL-1",)), ("B1",), ""),
        (Ended("undecided"), books(ClaimStatus.DRAFTED, "unknown"), (), "no end"),
        (
            Ended("rejected"),
            books(ClaimStatus.REJECTED, "rejected", still=("CL-1",)),
            (),
            "an intent is open and nobody has it",
        ),
        (
            Ended("rejected"),
            books(ClaimStatus.REJECTED, "rejected"),
            ("B1",),
            "rejected, and the portal holds ('B1',)",
        ),
    ],
)
def test_what_does_not_add_up_with_the_portals_books_is_told(
    ended: Ended, ours: Books, receipts: tuple[str, ...], told: str
) -> None:
    found = "; ".join(wrongs(ended, ours, receipts))
    assert told in found
    assert bool(found) == bool(told)


def test_the_same_seed_gives_the_same_order_and_every_case_once() -> None:
    every = [one.name for one in in_seeded_order(("PB", "HD"), 7)]
    assert every == [one.name for one in in_seeded_order(("PB", "HD"), 7)]
    assert every != [one.name for one in in_seeded_order(("PB", "HD"), 8)]
    # 5 victims at 16 moments, 14 faults alone and with 3 kills, 5 victims under way: each twice.
    assert len(every) == len(set(every)) == 282
    assert len(POINTS) == 16
    assert [one.name for one in in_seeded_order(("PB",), 7, only="stopped/after release")] == [
        "PB/none/stopped/after release"
    ]


def test_a_duplicate_and_a_loss_are_counted_apart() -> None:
    case = next(cases_of("PB"))
    ended = Ended("confirmed")
    sound = Verdict(case, ended, ("B1",), "confirmed", True, 1.0, ())
    doubled = Verdict(case, ended, ("B1", "B2"), "confirmed", True, 1.0, ("twice",))
    lost = Verdict(case, Ended("undecided"), (), "unknown", True, 3.0, ("no end",))
    (row,) = rows_of([sound, doubled, lost])
    assert (row.runs, row.confirmed_once, row.duplicates, row.lost) == (3, 1, 1, 1)
