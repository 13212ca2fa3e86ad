"""What is wrong with a file, in the reader's language: readers tell it in English, with numbers.

The catalogue holds each reason as a pair, and its English side says how to read the other one's
figures out of what a reader told. What no pair fits is shown as it was told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from api.texts import LANGUAGES, TEXTS, Language, text

_SECTION = "file_reason."
_SHAPE = re.compile(
    r"(?:[A-Z][A-Za-z]+: )?(?P<where>(?:(?:page|line|column) \d+(?:, |(?=: )))*)(?:: )?(?P<rest>.+)"
)
_PLACE = re.compile(r"(page|line|column) (\d+)")


def problem_words(told: str, language: Language) -> str:
    """One problem as a reader told it: where it is, and why, in words of this language."""
    if language == "en":
        return told
    shape = _SHAPE.fullmatch(told)
    if shape is None:
        return told
    field, reason = _reason(shape["rest"], language)
    if reason is None:
        return told
    places = _PLACE.findall(shape["where"])
    where = [text(language, f"file_problem.{kind}", n=n) for kind, n in places]
    return "：".join([*filter(None, ["，".join([*where, *filter(None, [field])])]), reason])


def problems_words(told: Iterable[str], language: Language) -> list[str]:
    """Each of several problems in words of this language."""
    return [problem_words(one, language) for one in told]


def _reason(rest: str, language: Language) -> tuple[str, str | None]:
    """The printed label that it is about, "" without one, and the reason; None for a strange one.

    A label may hold a colon, so every cut is tried.
    """
    cuts = [0, *(found.end() for found in re.finditer(": ", rest))]
    for cut in cuts:
        for key, pattern in _patterns():
            if match := pattern.fullmatch(rest, cut):
                values = {
                    name: _figure(value, language) for name, value in match.groupdict().items()
                }
                return rest[:cut].removesuffix(": "), text(language, key, **values)
    return "", None


def _figure(value: str, language: Language) -> str:
    """A figure as it is; where a text with words stood, that is said in words."""
    return text(language, "file_problem.words") if value == "a text with words" else value


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    english = LANGUAGES.index("en")
    return tuple(
        (key, _pattern(pair[english])) for key, pair in TEXTS.items() if key.startswith(_SECTION)
    )


def _pattern(template: str) -> re.Pattern[str]:
    """What a template may have become: each placeholder stands for a figure, in which no colon
    parts anything."""
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile(
        "".join(
            f"(?P<{part}>(?:(?!: ).)+?)" if n % 2 else re.escape(part)
            for n, part in enumerate(parts)
        )
    )
