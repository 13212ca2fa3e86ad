"""Lives about money that should run and do not: a bill in parts, a return, a month's clearing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.money import Money
from domain.review import Decision, Question, ReviewKind

LifeKind = Literal["bill", "return", "clearing"]
_WORDS = {
    "bill": ("分项账单", "Bill"),
    "return": ("退款", "Return"),
    "clearing": ("月度清算", "Clearing"),
}


@dataclass(frozen=True)
class OpenLife:
    """One that has no end in our books. `number` is its own, `amount` what it is about.

    Cash that is to be counted belongs to its bill or return.
    """

    what: LifeKind
    number: str
    workflow_id: str
    case_no: str | None
    amount: Money


@dataclass(frozen=True)
class RunAgain:
    """What a person decided about one of them."""

    life: OpenLife
    decision: Decision


def question_about(life: OpenLife, check_id: str) -> Question:
    """Ask ops whether it may run again; `check_id` is the check that found it."""
    zh, en = _WORDS[life.what]
    return Question(
        natural_key=f"{life.number}:abandoned:{check_id}",
        kind=ReviewKind.ABANDONED,
        case_no=life.case_no,
        subject=life.number,
        sentence_zh=f"{zh} {life.number}（{life.amount.grouped()} 元）未结束，"
        "但没有流程在处理：重新运行？",
        sentence_en=f"{en} {life.number} ({life.amount}) is open and no workflow runs it."
        " Run it again?",
        amount=life.amount,
    )
