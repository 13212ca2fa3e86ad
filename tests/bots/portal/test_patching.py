"""A patch changes what anchors say, where they said what it starts from, and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest

from bots.portal.definition import PatchFitsNowhere, load, patched
from tests.bots.portal.samples import DEFINITION

BEFORE = {"label": "订单号", "name": "ddh", "place": "/4"}
AFTER = {"label": "订单编号", "name": "ddh", "place": "/4"}


@dataclasses.dataclass(frozen=True)
class Accepted:
    page: str = "insured"
    field: str = "order_no"
    old_anchors: Mapping[str, str] = dataclasses.field(default_factory=lambda: BEFORE)
    new_anchors: Mapping[str, str] = dataclasses.field(default_factory=lambda: AFTER)


WRITTEN = load(DEFINITION, url="http://127.0.0.1:1")


def test_without_patches_the_definition_is_what_its_file_says() -> None:
    assert patched(WRITTEN, []) is WRITTEN


def test_a_patch_changes_the_anchors_of_its_place_and_the_hash_alone() -> None:
    laid = patched(WRITTEN, [Accepted()])
    assert dict(laid.pages["insured"].fields["order_no"].anchors) == AFTER
    assert dict(WRITTEN.pages["insured"].fields["order_no"].anchors) == BEFORE
    assert laid.hash != WRITTEN.hash
    assert len(laid.hash) == 64
    back = patched(laid, [Accepted(old_anchors=AFTER, new_anchors=BEFORE)])
    assert back.model_copy(update={"hash": WRITTEN.hash}) == WRITTEN


def test_the_same_patches_give_the_same_hash_and_other_patches_another() -> None:
    other = Accepted(new_anchors={**AFTER, "label": "单号"})
    assert patched(WRITTEN, [Accepted()]).hash == patched(WRITTEN, [Accepted()]).hash
    assert patched(WRITTEN, [other]).hash != patched(WRITTEN, [Accepted()]).hash


def test_a_second_patch_starts_from_what_the_first_one_left() -> None:
    again = Accepted(old_anchors=AFTER, new_anchors={**AFTER, "name": "ddbh"})
    laid = patched(WRITTEN, [Accepted(), again])
    assert laid.pages["insured"].fields["order_no"].anchors["name"] == "ddbh"
    with pytest.raises(PatchFitsNowhere):
        patched(WRITTEN, [again, Accepted()])


def test_buttons_and_fields_of_rows_are_patched_as_well() -> None:
    button = Accepted(
        "insured",
        "next",
        {"text": "下一步", "css": "#insuredForm input[type=submit]"},
        {"text": "继续", "css": "#insuredForm input[type=submit]"},
    )
    row = Accepted(
        "lines",
        "amount",
        {"label": "金额", "name": "je_{n}"},
        {"label": "金额", "name": "jine_{n}"},
    )
    laid = patched(WRITTEN, [button, row])
    assert laid.pages["insured"].buttons["next"].anchors["text"] == "继续"
    rows = laid.pages["lines"].rows
    assert rows is not None
    assert rows.fields["amount"].anchors["name"] == "jine_{n}"
    assert rows.fields["amount"].kind == "money"


@pytest.mark.parametrize(
    "patch",
    [
        Accepted(page="nowhere"),
        Accepted(field="nothing"),
        Accepted(page="home"),
        Accepted(old_anchors={**BEFORE, "label": "又一个"}),
        Accepted(new_anchors={"label": "订单编号", "name": "ddh"}),
        Accepted(new_anchors={**AFTER, "css": "input"}),
        Accepted(new_anchors={**AFTER, "name": ""}),
    ],
)
def test_a_patch_that_starts_elsewhere_or_brings_its_own_anchors_is_refused(
    patch: Accepted,
) -> None:
    with pytest.raises(PatchFitsNowhere):
        patched(WRITTEN, [patch])
