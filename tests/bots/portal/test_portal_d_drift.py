"""Fifteen mornings on which portal D looks otherwise: stopped before it is armed, or harmless.

The table says for each change what the bot does and why. It is compared with the portal's books.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bots.portal.browser import PortalBrowser
from bots.portal.values import Accepted, LayoutChanged
from sandbox.onepage.layouts import NAMES
from tests.bots.portal.portal_d import LEFT, bot, claim_d, strike
from tests.bots.portal.samples import Notes, claims_at
from tests.sandbox.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


@dataclass(frozen=True)
class Morning:
    """What comes of one change: the page that is named, and the detail; or how far it goes."""

    layout: str
    page: str
    detail: str
    why: str
    steps: tuple[str, ...] = ("searched",)


FORM, CONFIRM = "form", "confirm"
STOPPED = (
    Morning(
        "field_renamed",
        FORM,
        "field claim_no is not where it was",
        "an identity lost its name; for an identity one lost anchor is enough to stop",
    ),
    Morning(
        "label_changed",
        FORM,
        "field claim_no, total is not where it was",
        "an identity and an amount lost their labels; no anchor of theirs may dissent",
    ),
    Morning(
        "field_removed",
        FORM,
        "field order_no is not where it was",
        "no element has even one of the anchors",
    ),
    Morning(
        "required_field_added",
        FORM,
        "an unknown field must be filled in: causeKind",
        "it is marked as one that must be filled in, is empty, and no field of ours",
    ),
    Morning(
        "button_text_changed",
        FORM,
        "hand_in is not where it was",
        "one of the button's two anchors is no majority",
    ),
    Morning(
        "step_inserted",
        CONFIRM,
        "another page came instead",
        "after the button the question must stand there, and a consent stands there",
    ),
    Morning(
        "date_format_changed",
        FORM,
        "service_date does not hold what was typed",
        "the day is chosen rightly, but what stands there then reads otherwise",
    ),
    Morning(
        "dialog_text_changed",
        CONFIRM,
        "claim_no (value) is told 0 times",
        "what the script asks is not the whole sentence that we know",
    ),
    Morning(
        "select_option_changed",
        FORM,
        "payee has no option for our value",
        "the account that the money goes to is not offered under its name",
    ),
    Morning(
        "heading_changed",
        FORM,
        "another page came instead, headed 在线理赔申请",
        "the heading is what a page is recognised by",
    ),
    Morning(
        "operation_renamed",
        CONFIRM,
        "it wants to send something that the definition lacks",
        "nothing on the page tells it, so it is armed; the latch never lets the request be made",
        ("searched", "filled", "armed"),
    ),
)
HARMLESS = (
    ("field_moved", "name and nearness of the day still agree, two of three; a person is told"),
    ("optional_field_added", "nobody must fill it in, and no field of ours looks like it"),
    ("duplicate_label", "only the real one has the name as well"),
    ("hidden_decoy_field", "only the real one has the name as well; the decoy stays empty"),
)


async def test_every_change_that_the_portal_knows_stands_in_the_table() -> None:
    told = [morning.layout for morning in STOPPED] + [layout for layout, _ in HARMLESS]
    assert sorted(told) == sorted(NAMES)
    assert len(told) == 15


@pytest.mark.parametrize("morning", STOPPED, ids=lambda morning: morning.layout)
async def test_a_change_that_could_spoil_a_claim_stops_the_bot_and_nothing_leaves(
    portal_d: Running, browser: PortalBrowser, morning: Morning
) -> None:
    strike(portal_d, f"layout:{morning.layout}")
    journal = Notes()
    seen = await bot(portal_d, browser).submit(claim_d(), journal)
    assert isinstance(seen.value, LayoutChanged), seen.value
    assert (seen.value.page, seen.value.detail) == (morning.page, morning.detail)
    assert journal.steps == list(morning.steps)
    assert portal_d.books()["tickets"] == []


@pytest.mark.parametrize("layout", [layout for layout, _ in HARMLESS])
async def test_a_change_that_spoils_nothing_lets_the_claim_through_once_and_whole(
    portal_d: Running, browser: PortalBrowser, layout: str
) -> None:
    strike(portal_d, f"layout:{layout}")
    journal = Notes()
    seen = await bot(portal_d, browser).submit(claim_d(), journal)
    assert isinstance(seen.value, Accepted), seen.value
    assert journal.steps[:4] == LEFT
    (taken,) = portal_d.books()["claims"]
    assert claims_at(portal_d) == [("CL-2026-0001-1", 1, "accepted")]
    assert (taken["order_no"], taken["billed"]) == ("SO-2026-0001", "1360.50")
