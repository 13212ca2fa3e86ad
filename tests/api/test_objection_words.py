"""Every reason that can speak against a month or the books has its words in both languages."""

from __future__ import annotations

import re
import string
from datetime import date
from pathlib import Path

import pytest

from api.objection_words import objection_data, objection_words
from api.texts import TEXTS, Language
from domain.money import Money
from domain.objection import objection

STORE = Path(__file__).parents[2] / "store"
BANK = objection("bank_differs", account="BA-01", books=Money(-123456), bank=Money(0))
_BUILT = re.compile(r'objection\(\s*"(\w+)",(.*?)\)\s*(?:\n|$)', re.DOTALL)


def test_the_words_are_those_of_the_code_and_take_its_figures() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in STORE.glob("*.py"))
    built = {key: set(re.findall(r"(\w+)=", values)) for key, values in _BUILT.findall(source)}
    worded = {
        key.removeprefix("objection."): {
            name for _, name, _, _ in string.Formatter().parse(en) if name is not None
        }
        for key, (_, en) in TEXTS.items()
        if key.startswith("objection.")
    }
    assert len(built) == 12
    assert built == worded


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "BA-01：账面 −¥1,234.56，银行 ¥0.00"),
        ("en", "BA-01: books −¥1,234.56, bank ¥0.00"),
    ],
)
def test_figures_are_shown_as_pages_show_them(language: Language, said: str) -> None:
    assert objection_words(BANK, language) == said


def test_a_program_gets_plain_figures_and_both_languages() -> None:
    told = objection_data(objection("month_not_over", day=date(2026, 1, 31)))
    assert told == {
        "reason": "month_not_over",
        "day": "2026-01-31",
        "zh": "2026-01-31 还没有过完",
        "en": "2026-01-31 is not over",
    }
    assert objection_data(BANK)["books"] == "-1234.56"
