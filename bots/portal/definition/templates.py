"""Which words a definition may put into braces, and where: each place is filled at another time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bots.portal.definition.forms import FormKind
from bots.portal.definition.parts import Field, Page
from bots.portal.definition.portal import PortalDefinition
from bots.portal.definition.steps import Choose, Fill, Step
from bots.portal.payload import APPEAL_KEYS, CLEARING_KEYS, KEYS, LINE_KEYS
from engine.toml_places import Place

RECEIPT = frozenset({"receipt"})
_KEYS_OF: dict[FormKind, frozenset[str]] = {
    "claim": KEYS,
    "appeal": APPEAL_KEYS,
    "clearing": CLEARING_KEYS,
}
_ANY = frozenset().union(*_KEYS_OF.values())
SIGN_IN = frozenset({"username", "password"})
CODE = frozenset({"code"})
SINCE = frozenset({"since"})
DAY = frozenset({"year", "month", "day"})
"""What a calendar's option may name besides."""


@dataclass(frozen=True)
class Template:
    """A text with words in braces, where it stands, and the words that are known then."""

    place: Place
    text: str
    known: frozenset[str]


def handed_in(definition: PortalDefinition) -> frozenset[str]:
    """What is known of what is handed in, before the portal gave it a receipt."""
    return _KEYS_OF[definition.form] - RECEIPT


def templates_of(definition: PortalDefinition) -> Iterator[Template]:
    """Every template of a definition."""
    yield from _typed(definition)
    commit, listing, void = definition.commit, definition.listing, definition.void
    known = handed_in(definition)
    for number, text in enumerate(commit.dialogs):
        yield Template(("commit", "dialogs", str(number)), text, known)
    for number, text in enumerate(void.dialogs if void else ()):
        yield Template(("void", "dialogs", str(number)), text, RECEIPT)
    for column, text in listing.match.items():
        yield Template(("listing", "match", column), text, known)
    for column, text in definition.progress.match.items() if definition.progress else ():
        yield Template(("progress", "match", column), text, known)
    for key, page in definition.pages.items():
        yield Template(("pages", key, "path"), page.path, _ANY)


def _typed(definition: PortalDefinition) -> Iterator[Template]:
    """What is typed into fields, page by page, as often as the page is filled for a purpose."""
    pages, login, ours = definition.pages, definition.login, handed_in(definition)
    yield from _fields(pages, login.page, SIGN_IN, SIGN_IN)
    yield from _fields(pages, login.code_page, CODE, CODE)
    yield from _fields(pages, definition.listing.page, ours, definition.listing.fields)
    yield from _walked(pages, definition.submit, ours)
    yield from _walked(pages, definition.listing.reach, ours)
    if definition.status is not None:
        # Taking a claim back knows nothing but its receipt.
        known = RECEIPT if definition.void else KEYS
        yield from _walked(pages, definition.status.reach, known)
    if definition.remittances is not None:
        part = definition.remittances
        yield from _fields(pages, part.page, SINCE, part.fields)
        yield from _walked(pages, part.reach, SINCE)


def _walked(
    pages: dict[str, Page], walk: Iterable[Step], known: frozenset[str]
) -> Iterator[Template]:
    for step in walk:
        if isinstance(step, Fill):
            page = pages[step.fill]
            every = [n for n, f in page.fields.items() if f.type not in ("picker", "file")]
            yield from _fields(pages, step.fill, known, step.fields or every)
        elif isinstance(step, Choose):
            yield from _fields(pages, step.page, known, (step.choose,))
    for key, page in pages.items():
        if page.rows is not None and any(getattr(step, "rows", "") == key for step in walk):
            for name, field in page.rows.fields.items():
                place = ("pages", key, "rows", "fields", name)
                yield from _field(place, name, field, LINE_KEYS)


def _fields(
    pages: dict[str, Page], key: str, known: frozenset[str], names: Iterable[str]
) -> Iterator[Template]:
    for name in names:
        if key in pages and name in pages[key].fields:
            place = ("pages", key, "fields", name)
            yield from _field(place, name, pages[key].fields[name], known)


def _field(place: Place, name: str, field: Field, known: frozenset[str]) -> Iterator[Template]:
    if field.type == "file":
        return
    yield Template((*place, "value") if field.value else place, field.value or f"{{{name}}}", known)
    if field.picker is not None:
        for part in ("search", "option"):
            yield Template((*place, "picker", part), getattr(field.picker, part), known | DAY)
