"""Each thing that a card network may do to a payment has its words, in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from activities.bill_words import bill_sentences
from domain.channel_adjustment import AdjustmentKind
from domain.money import Money
from store.money import DifferenceView

DAY = date(2026, 1, 6)
WORDS = {
    "presentment": ("请款", "presentment"),
    "chargeback": ("退单", "chargeback"),
    "representment": ("再请款", "representment"),
    "second_chargeback": ("二次退单", "second chargeback"),
    "credit_adjustment": ("贷记调整", "credit adjustment"),
    "manual_refund": ("手工退货", "refund by hand"),
    "unlinked_refund": ("无原交易的手工退货", "refund by hand without its payment"),
}


def said(kind: str, trace: str = "000301", minor: int = -123_450) -> tuple[str, str]:
    return bill_sentences(
        DifferenceView(
            no="DF-1",
            natural_key=f"bill:W:bill_adjustment:PM-1-1-1/{kind}-{trace}-0106083000",
            kind="bill_adjustment",
            amount=Money(minor),
            suspense_account="suspense:W",
            case_no=None,
            line_id=None,
            claim_no=None,
            opened_on=DAY,
            ask_on=DAY,
            review_no=None,
            settled_how=None,
            settled_by_decision=None,
            settled_at=None,
        )
    )


@pytest.mark.parametrize("kind", AdjustmentKind)
def test_every_kind_has_its_words_with_payment_amount_and_trace_number(kind: str) -> None:
    zh, en = WORDS[kind]
    assert said(kind) == (
        f"渠道 W 的差错文件：PM-1-1-1 {zh}，扣款 1,234.50 元（跟踪号 000301）",
        f"Errors file of W: a {en} of PM-1-1-1 takes 1234.50 CNY (trace number 000301)",
    )


def test_what_it_brings_is_told_as_coming_whatever_the_trace_number_looks_like() -> None:
    assert said("representment", trace="A-1", minor=100)[1] == (
        "Errors file of W: a representment of PM-1-1-1 brings 1.00 CNY (trace number A-1)"
    )
