"""What is wrong with a bill that a person hands in: at which field, and what stands in the file."""

from __future__ import annotations

from activities.bill_proofs import AnotherChannelsBill, AnotherMerchantsBill, BillOfAnotherDay
from activities.booking import NotOurs
from api.file_problems import problems_words
from api.problems import Problem
from api.texts import LANGUAGES, Language, text
from domain.proof import NotProved

MOST_TOLD = 3
"""Problems of a file that are told at once: a wrong day makes one of every line."""


def refusal_of(refused: NotProved | NotOurs) -> Problem:
    """The answer, 422, with its detail in English and its `details` in every language."""
    match refused:
        case AnotherMerchantsBill():
            slug, field = "bill-of-another-merchant", "file"
        case BillOfAnotherDay():
            slug, field = "bill-of-another-day", "day"
        case AnotherChannelsBill():
            slug, field = "bill-of-another-channel", "account"
        case _:
            slug, field = "bill-not-proved", "file"
    details = {language: _first(_said(refused, language)) for language in LANGUAGES}
    return Problem(422, slug, field=field, detail=details["en"], extra={"details": details})


def _said(refused: NotProved | NotOurs, language: Language) -> list[str]:
    match refused:
        case AnotherMerchantsBill(named=named, ours=ours):
            told = ", ".join(named) or text(language, "documents.no_merchant")
            return [text(language, "documents.other_merchant", named=told, ours=ours)]
        case BillOfAnotherDay(lines=lines, day=day):
            key = "documents.other_day"
            return [text(language, key, line=n, on=on, day=day) for n, on in lines]
        case AnotherChannelsBill(went_over=went_over, channel=channel):
            key = "documents.other_channel"
            over = went_over.items()
            return [text(language, key, number=n, other=o, channel=channel) for n, o in over]
    return problems_words(refused.problems, language)


def _first(told: list[str]) -> str:
    """The first problems, and how many there are when those are not all."""
    said = "; ".join(told[:MOST_TOLD])
    return said if len(told) <= MOST_TOLD else f"{said}; … ({len(told)})"
