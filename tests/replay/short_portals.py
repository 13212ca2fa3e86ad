"""The steps of a portal's queue, answered by hand for a recorded history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from temporalio import activity

from domain.clearing import Clearing, ClearingFacts, ClearingWanted, clearing_no
from domain.facts import SubmissionFacts, SubmissionStatus
from domain.money import Money
from domain.review import Question
from domain.watch import PortalToWatch, Watched

AGREED = ClearingFacts("agreed", "CLR-1")


def watching(questions: Sequence[Question]) -> list[Any]:
    """The portal's queue: a look that ends with these questions."""

    @activity.defn
    async def compare_with_portal(wanted: PortalToWatch) -> Watched:
        return Watched(wanted.portal, "done", "1 listed, 1 ours", (), tuple(questions))

    @activity.defn
    async def rehearse_at_portal(wanted: PortalToWatch) -> Watched:
        return Watched(wanted.portal, "done", "every page is as defined", (), tuple(questions))

    return [compare_with_portal, rehearse_at_portal]


def clearing(differs: bool) -> list[Any]:
    """The portal's queue: an application that is handed in, waits, and is answered."""
    answers = iter([ClearingFacts("waiting", "CLR-1", look_again_s=1)])

    @activity.defn
    async def prepare_clearing(wanted: ClearingWanted) -> Clearing:
        number = clearing_no(wanted.portal, wanted.month)
        return Clearing(wanted.portal, wanted.month, number, 2, Money(72000))

    @activity.defn
    async def look_for_clearing_at_portal(clearing: Clearing) -> SubmissionFacts:
        return SubmissionFacts(SubmissionStatus.ABSENT)

    @activity.defn
    async def hand_in_clearing_at_portal(clearing: Clearing) -> SubmissionFacts:
        return SubmissionFacts(SubmissionStatus.ACKNOWLEDGED, "CLR-1", "", 1)

    @activity.defn
    async def ask_about_clearing(clearing: Clearing) -> ClearingFacts:
        last = ClearingFacts("differs", "CLR-1", "1: 360.00") if differs else AGREED
        return next(answers, last)

    return [
        prepare_clearing,
        look_for_clearing_at_portal,
        hand_in_clearing_at_portal,
        ask_about_clearing,
    ]
