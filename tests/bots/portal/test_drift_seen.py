"""A page that says one word else: a majority carries on and tells, a name or amount stops."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bots.portal.anchors import Dissent
from bots.portal.browser import PortalBrowser
from bots.portal.definition import PortalDefinition, load, patched
from bots.portal.refusals import PortalLayoutChanged
from tests.bots.portal.samples import DEFINITION, bot, claim
from tests.sandbox.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


@dataclass(frozen=True)
class Change:
    page: str
    field: str
    old_anchors: dict[str, str]
    new_anchors: dict[str, str]


ORDER_NO = {"label": "订单号", "name": "ddh", "place": "/4"}
MEMBER_NO = {"label": "参保号", "name": "cbh"}


def remembered(field: str, anchors: dict[str, str], label: str) -> PortalDefinition:
    """Portal B's definition as it would be had this label been another one."""
    written = load(DEFINITION, url="http://127.0.0.1:1")
    return patched(written, [Change("insured", field, anchors, {**anchors, "label": label})])


async def test_a_dissenter_among_three_is_told_and_the_bot_goes_on(
    portal: Running, browser: PortalBrowser
) -> None:
    pages = remembered("order_no", ORDER_NO, "订购单号").pages
    seen = await bot(portal, browser, pages=pages).rehearse(claim())
    assert seen.warnings == (Dissent("insured", "order_no", "label", "订购单号", "订单号"),)


async def test_a_dissenter_about_a_person_stops_and_says_what_stands_there(
    portal: Running, browser: PortalBrowser
) -> None:
    pages = remembered("member_no", MEMBER_NO, "参保编号").pages
    with pytest.raises(PortalLayoutChanged) as changed:
        await bot(portal, browser, pages=pages).rehearse(claim())
    assert changed.value.dissents == (
        Dissent("insured", "member_no", "label", "参保编号", "参保号", "identity"),
    )


async def test_with_the_patch_laid_over_it_nothing_dissents(
    portal: Running, browser: PortalBrowser
) -> None:
    wrong = remembered("order_no", ORDER_NO, "订购单号")
    back = Change("insured", "order_no", {**ORDER_NO, "label": "订购单号"}, ORDER_NO)
    seen = await bot(portal, browser, pages=patched(wrong, [back]).pages).rehearse(claim())
    assert seen.warnings == ()
    assert seen.evidence
