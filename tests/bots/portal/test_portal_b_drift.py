"""Portal B renames labels and fields on one page at a time; each page stops us, or does no harm."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bots.portal.browser import PortalBrowser
from bots.portal.values import LayoutChanged
from tests.bots.portal.samples import Notes, bot, claim, claims_at
from tests.sandbox.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

Proposal = tuple[str, str, str, str]


@dataclass(frozen=True)
class Stop:
    """The page that stops us, the words for it, and what a patch of it would say."""

    page: str
    told: str
    proposals: tuple[Proposal, ...] = ()


# Where label and name change together, what stands in the field's place is proposed to a person.
STOPS = {
    "GET /claims": Stop(
        "claims",
        "field claim_no is not where it was",
        (("claim_no", "label", "申报单号", "单据编号"), ("claim_no", "name", "sbdh", "djbh")),
    ),
    "GET /claims/new": Stop(
        "insured",
        "field claim_no, member_no is not where it was",
        (
            ("claim_no", "label", "申报单号", "单据编号"),
            ("claim_no", "name", "sbdh", "djbh"),
            ("member_no", "label", "参保号", "医保卡号"),
            ("member_no", "name", "cbh", "ybkh"),
        ),
    ),
    # The label alone has changed, and of money every anchor must be right.
    "GET /claims/new/lines": Stop(
        "lines",
        "field total is not where it was; an unknown field must be filled in: 申报总额 / hjje",
        (("total", "label", "申报金额", "申报总额"),),
    ),
    # What the portal has understood can no longer be compared with what was typed.
    "GET /claims/new/attachment": Stop("attachment", "claim_no (申报单号) is told 0 times"),
}


@pytest.mark.parametrize("match", sorted(STOPS))
async def test_a_renamed_page_stops_us_before_we_arm(
    portal: Running, browser: PortalBrowser, match: str
) -> None:
    stop, journal = STOPS[match], Notes()
    portal.put("faults", [{"match": match, "times": None, "how": "changed_layout"}])
    changed = (await bot(portal, browser).submit(claim(), journal)).value
    assert isinstance(changed, LayoutChanged)
    assert changed.page == stop.page
    assert changed.detail == stop.told
    proposals = {(one.key, one.anchor, one.said, one.now) for one in changed.dissents}
    assert proposals == set(stop.proposals)
    assert not {"armed", "sending"} & set(journal.steps)
    assert claims_at(portal) == []
