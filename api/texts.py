"""The words of the pages, in Chinese and English, from one catalogue: `api/texts.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

from markupsafe import Markup

Language = Literal["zh", "en"]
CATALOGUE = Path(__file__).with_name("texts.toml")
LANGUAGES: tuple[Language, ...] = get_args(Language)


class TextMissing(KeyError):
    """A page asks for a text that the catalogue does not have."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"texts.toml has no {key}.")


def load_texts(path: Path = CATALOGUE) -> dict[str, tuple[str, str]]:
    """Return "section.key" -> (zh, en)."""
    with path.open("rb") as file:
        sections = tomllib.load(file)
    return {
        f"{section}.{key}": (pair[0], pair[1])
        for section, pairs in sections.items()
        for key, pair in pairs.items()
    }


TEXTS: Mapping[str, tuple[str, str]] = load_texts()


def text(language: Language, key: str, /, **values: object) -> str:
    """Return the text with its placeholders filled. Raises: TextMissing.

    A value that is Markup makes the result Markup, with every other value escaped.
    """
    try:
        found = TEXTS[key][LANGUAGES.index(language)]
    except KeyError as missing:
        raise TextMissing(key) from missing
    if any(isinstance(value, Markup) for value in values.values()):
        return Markup(found).format(**values)
    return found.format(**values) if values else found


def counted(language: Language, key: str, count: int, /, **values: object) -> str:
    """Return the text for so many; of one, that of `key` with "_one". Raises: TextMissing."""
    return text(language, f"{key}_one" if count == 1 else key, count=count, **values)


def word(language: Language, section: str, name: str) -> str:
    """Return the word for a value that comes from data, or the value itself when we have none."""
    key = f"{section}.{name}"
    return text(language, key) if key in TEXTS else name


def both(key: str) -> dict[str, str]:
    """Return the text in every language, for answers that programs read."""
    return {language: text(language, key) for language in LANGUAGES}
