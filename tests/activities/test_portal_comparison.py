"""Journal against list, both ways: each thing that can differ, and the case just beside it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from activities.portal_comparison import compare
from activities.portal_findings import question_about
from bots.portal.definition import Listing
from bots.portal.values import PortalClaim
from store.intents import IntentView
from tests.store.samples import MONDAY, fen

NOON = MONDAY + timedelta(hours=4)


def listing(**changes: Any) -> Listing:
    said = {"page": "claims", "match": {"claim_no": "{claim_no}"}, "lag_minutes": 90}
    return Listing.model_validate({**said, **changes})


def ours(number: int, state: str, receipt: str = "", at: datetime = MONDAY) -> IntentView:
    """A first version of ours, as far as it got at eight o'clock."""
    return IntentView("PB", f"CL-2026-000{number}-1", 1, "original", state, 1, receipt, None, at)


def row(number: int, receipt: str, **changes: Any) -> PortalClaim:
    """A row of the list."""
    values: dict[str, Any] = {
        "receipt": receipt,
        "claim_no": f"CL-2026-000{number}-1",
        "version": 1,
        "billed": fen(120000),
        "status": "accepted",
        "denial_code": "",
        "denial_text": "",
        "received_on": MONDAY.date(),
    }
    return PortalClaim(**{**values, **changes})


def found(
    intents: list[IntentView],
    rows: list[PortalClaim],
    *,
    taken_back: bool = False,
    began_at: datetime = NOON,
) -> tuple[list[str], list[str]]:
    """What arrived, by receipt; and what differs, by its kind."""
    compared = compare(
        intents, rows, listing(), began_at=began_at, is_taken_back=lambda _: taken_back
    )
    arrived = [there.receipt for _, there in compared.arrived]
    return arrived, [finding.what for finding in compared.findings]


def test_what_is_confirmed_and_listed_is_nothing_to_talk_about() -> None:
    assert found([ours(1, "confirmed", "R-1")], [row(1, "R-1")]) == ([], [])


@pytest.mark.parametrize("state", ["armed", "sending", "answered", "unknown", "human", "not_sent"])
def test_a_sending_that_may_have_arrived_and_is_listed_has_arrived(state: str) -> None:
    assert found([ours(1, state)], [row(1, "R-1")]) == (["R-1"], [])
    assert found([ours(1, state)], []) == ([], [])


@pytest.mark.parametrize("state", ["prepared", "searched", "filled"])
def test_what_has_not_left_yet_is_looked_for_by_the_bot_itself(state: str) -> None:
    assert found([ours(1, state)], [row(1, "R-1")]) == ([], [])


def test_a_confirmed_claim_is_missed_only_after_the_lag_of_the_list() -> None:
    confirmed = [ours(1, "confirmed", "R-1")]
    assert found(confirmed, [], began_at=MONDAY + timedelta(minutes=89)) == ([], [])
    assert found(confirmed, [], began_at=MONDAY + timedelta(minutes=90)) == ([], ["missing"])


def test_a_claim_that_we_took_back_or_that_is_old_may_be_gone() -> None:
    confirmed = [ours(1, "confirmed", "R-1")]
    assert found(confirmed, [], taken_back=True) == ([], [])
    assert found(confirmed, [], began_at=MONDAY + timedelta(days=62)) == ([], ["missing"])
    assert found(confirmed, [], began_at=MONDAY + timedelta(days=63)) == ([], [])


def test_a_voided_row_still_shows_that_it_was_there() -> None:
    assert found([ours(1, "confirmed", "R-1")], [row(1, "R-1", status="reversed")]) == ([], [])
    # And is no proof that an open sending arrived, for the voided one may be an earlier one.
    assert found([ours(1, "unknown")], [row(1, "R-1", status="reversed")]) == ([], [])


def test_a_claim_that_no_sending_of_ours_knows_is_a_stranger() -> None:
    assert found([ours(1, "confirmed", "R-1")], [row(1, "R-1"), row(9, "R-9")]) == (
        [],
        ["stranger"],
    )
    # Another version of a claim of ours is one, too.
    assert found([ours(1, "confirmed", "R-1")], [row(1, "R-1"), row(1, "R-2", version=2)]) == (
        [],
        ["stranger"],
    )


def test_what_stood_there_long_ago_or_was_voided_is_nobody_s_question() -> None:
    assert found([], [row(9, "R-9", received_on=date(2025, 11, 4))]) == ([], ["stranger"])
    assert found([], [row(9, "R-9", received_on=date(2025, 11, 3))]) == ([], [])
    assert found([], [row(9, "R-9", status="reversed")]) == ([], [])


def test_a_claim_that_stands_twice_is_doubled_whatever_we_know_of_it() -> None:
    twice = [row(1, "R-1"), row(1, "R-2")]
    for intent in (ours(1, "confirmed", "R-1"), ours(1, "unknown")):
        assert found([intent], twice) == ([], ["double"])
    assert found([ours(1, "unknown")], [row(1, "R-1"), row(1, "R-2", status="reversed")]) == (
        ["R-1"],
        [],
    )


def test_a_confirmed_claim_under_another_number_is_asked_about() -> None:
    assert found([ours(1, "confirmed", "R-1")], [row(1, "R-7")]) == ([], ["other_number"])


def test_a_refused_claim_that_is_listed_all_the_same_is_asked_about() -> None:
    assert found([ours(1, "rejected")], [row(1, "R-1")]) == ([], ["ended"])


def test_a_list_without_our_reference_is_compared_by_receipt_only() -> None:
    nameless = {"claim_no": "", "version": None}
    known = row(1, "R-1", **nameless)
    assert found([ours(1, "confirmed", "R-1")], [known]) == ([], [])
    # The unknown one may be ours; only the look before and after its click can tell.
    assert found([ours(1, "unknown")], [known]) == ([], [])
    assert found([ours(1, "confirmed", "R-2")], [known]) == ([], ["missing", "stranger"])


def test_the_same_finding_asks_the_same_question_and_repeats_no_stranger_s_text() -> None:
    compared = compare(
        [],
        [row(9, "R-9", claim_no="测试甲 009")],
        listing(),
        began_at=NOON,
        is_taken_back=lambda _: False,
    )
    (finding,) = compared.findings
    question = question_about("PB", finding, None, ("a" * 64,))
    assert question.natural_key == "PB:stranger:R-9:R-9"
    assert question.sentence_en == (
        "PB lists claim R-9 ((not shown)), which we never handed in. Who did?"
    )
    assert "测试甲" not in question.sentence_zh
    assert question.amount == fen(120000)
