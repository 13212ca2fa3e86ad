"""Portal C is rebuilt in 22 ways without notice: each stops us before we arm, or does no harm.

What stops us names page and field, and leaves nothing at the portal. What does no harm ends in one
claim with every field as it should be. The table below says which is which, and why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bots.portal.browser import PortalBrowser
from bots.portal.values import AlreadyThere, LayoutChanged, Submitted, Unknown
from sandbox.webforms.layout import NAMES
from tests.bots.portal.portal_c import (
    AS_HANDED_IN,
    EDIT,
    RECEIPT,
    bot_c,
    claim_c,
    filed,
    running_c,
)
from tests.bots.portal.samples import Notes
from tests.sandbox.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

NAMED, WITH_ID = "ctl00$ContentPlaceHolder1$", "ctl00_ContentPlaceHolder1_"
Proposal = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Stop:
    """Where a change stops us, the words for it, and what a patch of the definition would say.

    A proposal is page, key, anchor, what it said, what it would have to say.
    """

    page: str
    told: str
    proposals: tuple[Proposal, ...] = ()


# Each with the reason why it stops us.
STOPS = {
    # An identity field must have all of its anchors: only a person knows whether it is the same.
    "field_renamed": Stop(
        "insured",
        "field claim_no is not where it was",
        (("insured", "claim_no", "name", f"{NAMED}txtSbdh", f"{NAMED}txtDjbh"),),
    ),
    # The label alone is no majority.
    "field_id_and_name_changed": Stop(
        "insured",
        "field order_no is not where it was",
        (
            ("insured", "order_no", "name", f"{NAMED}txtDdh", f"{NAMED}txtOrderNo"),
            ("insured", "order_no", "id", f"{WITH_ID}txtDdh", f"{WITH_ID}txtOrderNo"),
        ),
    ),
    # The list is searched first, and there it is an identity as well.
    "label_changed": Stop(
        "claims",
        "field claim_no is not where it was",
        (("claims", "claim_no", "near", "申报单号", "单据编号"),),
    ),
    # Nobody may decide for a person that the patient's name is not needed.
    "field_removed": Stop(
        "insured",
        "field patient_name is not where it was",
        (
            ("insured", "patient_name", "above", "姓名", ""),
            ("insured", "patient_name", "name", f"{NAMED}txtXm", ""),
            ("insured", "patient_name", "id", f"{WITH_ID}txtXm", ""),
        ),
    ),
    # What must be filled in and is not ours cannot be guessed.
    "required_field_added": Stop(
        "insured", f"an unknown field must be filled in: 联系电话 / {NAMED}txtLxdh"
    ),
    # 下一步 may dissent, the button that commits may not.
    "button_text_changed": Stop(
        "attachment",
        "submit is not where it was",
        (("attachment", "submit", "text", "提交", "确认申报"),),
    ),
    # A pledge is for a person to give.
    "step_inserted": Stop("lines", "another page came instead, headed 医保费用申报 - 承诺书"),
    # The portal complains of a day that we cannot have typed wrong.
    "date_format_changed": Stop("insured", "it says 购药日期格式有误"),
    # A column that nobody knows may change what another one means.
    "column_added_to_list": Stop("claims", "lost [], strange ['经办机构']"),
    # What the page says it is, is what we know it by.
    "heading_changed": Stop(
        "insured", "another page came instead, headed 医保结算申请 - 第一步 参保人信息"
    ),
    # It is asked once, and answered with no, before we arm: in other words it is another question.
    "confirm_text_changed": Stop(
        "attachment",
        "submit asks another question: 单号 CL-2026-0001-1 版本 1 一经报送即行受理，是否继续？",
    ),
    # An option is what its text says; the value behind it is not for us to interpret.
    "option_text_changed": Stop("insured", "insurance has no option for our value"),
    # What is sent elsewhere than declared is kept back by the guard.
    "form_action_changed": Stop("lines", "kept back: POST /sb/ClaimSave.aspx, undeclared write"),
    # The number is chosen in another way, behind another name.
    "popup_became_dropdown": Stop(
        "insured",
        f"member_no is not where it was; an unknown field must be filled in: 参保号 / {NAMED}",
        (
            ("insured", "member_no", "name", f"{NAMED}txtCbh", f"{NAMED}ddlCbh"),
            ("insured", "member_no", "id", f"{WITH_ID}txtCbh", f"{WITH_ID}ddlCbh"),
        ),
    ),
}
# Each with the reason why it does no harm.
HARMLESS = {
    "field_moved",  # name and id still say 发票号码, and they are two of three
    "optional_field_added",  # what need not be filled in is left empty
    "button_moved",  # a place is no anchor of a button
    "duplicate_label",  # one anchor of three does not make the search box the field
    "hidden_decoy_field",  # what a person cannot see is no candidate
    "order_of_columns_changed",  # columns are read and filled by their headings
    "amount_with_thousands",  # amounts are compared as amounts
}
# The receipt comes after the click, so it cannot stop us; it proves nothing, and the list does.
PROVED_BY_THE_LIST = {"receipt_label_changed"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "portal_c"


@pytest.fixture
def portal_c(folder: Path) -> Iterator[Running]:
    with running_c(folder) as there:
        yield there


async def test_every_change_that_the_portal_knows_stands_in_one_table() -> None:
    tables = (set(STOPS), HARMLESS, PROVED_BY_THE_LIST)
    assert sum(map(len, tables)) == 22
    assert set.union(*tables) == NAMES


@pytest.mark.parametrize("change", sorted(STOPS))
async def test_a_change_that_may_mean_something_stops_us_before_we_arm(
    portal_c: Running, folder: Path, browser: PortalBrowser, change: str
) -> None:
    stop, journal = STOPS[change], Notes()
    portal_c.put("layout", {"changes": [change]})
    seen = await bot_c(portal_c, browser).submit(claim_c(), journal)
    changed = seen.value
    assert isinstance(changed, LayoutChanged)
    assert changed.page == stop.page
    assert stop.told in changed.detail
    proposals = {(one.page, one.key, one.anchor, one.said, one.now) for one in changed.dissents}
    assert proposals == set(stop.proposals)
    assert not {"armed", "sending"} & set(journal.steps)
    assert filed(folder) == []
    assert seen.evidence[-1].label == "layout-changed"


@pytest.mark.parametrize("change", sorted(HARMLESS))
async def test_a_change_that_means_nothing_ends_in_one_claim_with_every_field_right(
    portal_c: Running, folder: Path, browser: PortalBrowser, change: str
) -> None:
    portal_c.put("layout", {"changes": [change]})
    ours = bot_c(portal_c, browser)
    seen = await ours.submit(claim_c(), Notes())
    assert isinstance(seen.value, Submitted), seen.value
    assert seen.value.receipt == RECEIPT
    assert filed(folder) == [AS_HANDED_IN]
    portal_c.move_clock("2026-01-05 09:01")
    again = await ours.submit(claim_c(), Notes())
    assert isinstance(again.value, AlreadyThere), again.value
    assert (again.value.claim.receipt, again.value.claim.billed) == (RECEIPT, claim_c().total)
    assert filed(folder) == [AS_HANDED_IN]


async def test_a_label_that_changed_on_the_form_alone_stops_us_there(
    portal_c: Running, folder: Path, browser: PortalBrowser
) -> None:
    fault = {"match": f"GET {EDIT}", "times": None, "how": "layout:label_changed"}
    portal_c.put("faults", [fault])
    changed = (await bot_c(portal_c, browser).submit(claim_c(), Notes())).value
    assert isinstance(changed, LayoutChanged)
    assert changed.page == "insured"
    assert changed.detail.startswith("field claim_no is not where it was; ")
    (dissent,) = changed.dissents
    assert (dissent.anchor, dissent.said, dissent.now) == ("label", "申报单号", "单据编号")
    assert filed(folder) == []


async def test_a_question_that_changes_at_the_last_moment_is_answered_with_no(
    portal_c: Running, folder: Path, browser: PortalBrowser
) -> None:
    # Without having heard it before, which is what an unknown question in between looks like.
    ours = bot_c(portal_c, browser)
    unheard = ours.definition.commit.model_copy(update={"asks_first": False})
    journal = Notes()
    portal_c.put("layout", {"changes": ["confirm_text_changed"]})
    changed = (await bot_c(portal_c, browser, commit=unheard).submit(claim_c(), journal)).value
    assert isinstance(changed, LayoutChanged)
    assert changed.page == "attachment"
    # Armed, and never sending: the latch was not asked.
    assert journal.steps == ["searched", "filled", "armed"]
    assert filed(folder) == []


async def test_a_receipt_in_other_words_proves_nothing_and_the_list_does(
    portal_c: Running, folder: Path, browser: PortalBrowser
) -> None:
    portal_c.put("layout", {"changes": ["receipt_label_changed"]})
    ours = bot_c(portal_c, browser)
    unknown = (await ours.submit(claim_c(), Notes())).value
    assert isinstance(unknown, Unknown)
    assert "receipt (受理号) is told 0 times" in unknown.detail
    portal_c.move_clock("2026-01-05 09:01")
    found = (await ours.submit(claim_c(), Notes())).value
    assert isinstance(found, AlreadyThere)
    assert found.claim.receipt == RECEIPT
    assert filed(folder) == [AS_HANDED_IN]
