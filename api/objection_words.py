"""What speaks against closing a month, or against the books, in words and for programs."""

from __future__ import annotations

from api.rendering import day, money
from api.texts import LANGUAGES, Language, text
from domain.money import Money
from domain.objection import Objection, Value


def objection_words(objection: Objection, language: Language) -> str:
    """Say one reason with its figures."""
    shown = {name: _shown(value) for name, value in objection.values}
    return text(language, f"objection.{objection.key}", **shown)


def objection_data(objection: Objection) -> dict[str, str]:
    """One reason for programs: its key, plain figures, and the words in every language."""
    told = {"reason": objection.key}
    told |= {name: _plain(value) for name, value in objection.values}
    return told | {language: objection_words(objection, language) for language in LANGUAGES}


def _shown(value: Value) -> str:
    if isinstance(value, Money):
        return money(value)
    return value if isinstance(value, str) else day(value)


def _plain(value: Value) -> str:
    return value.plain() if isinstance(value, Money) else str(value)
