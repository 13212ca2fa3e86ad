"""What was seen of a portal on one walk: pages, presses and writes, and never a value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# Such a part of a path is the number of one claim, not the name of a page.
_NUMBERED = re.compile(r"(?=.*\d{4})[\w-]+|\d+")


@dataclass(frozen=True)
class SeenControl:
    """An input or a button: its type, whether it is pressed, and the anchors that name it alone.

    `called` is what a person calls it, even if others are called so, too: the rows of a table.
    """

    type: str
    pressed: bool
    anchors: dict[str, str]
    called: str = ""

    @property
    def is_link(self) -> bool:
        """Whether it only leads elsewhere, like the entries of a menu."""
        return self.pressed and self.type == "text"


@dataclass(frozen=True)
class SeenTable:
    """A list: where it is, and the headings of its columns."""

    css: str
    columns: tuple[str, ...]


@dataclass
class SeenPage:
    """One page as it was seen last; `labels` stand beside values, in the table `labels_in`."""

    key: str
    path: str
    frame: str = ""
    title: str = ""
    heading: tuple[str, str] = ("", "")
    root: str = "body"
    has_password: bool = False
    controls: list[SeenControl] = field(default_factory=list)
    tables: list[SeenTable] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    labels_in: str = ""

    @property
    def fields(self) -> list[SeenControl]:
        """What is typed into."""
        return [one for one in self.controls if not one.pressed]

    @property
    def buttons(self) -> list[SeenControl]:
        """What is pressed."""
        return [one for one in self.controls if one.pressed]


@dataclass(frozen=True)
class Arrived:
    """A page came."""

    page: str


@dataclass(frozen=True)
class Pressed:
    """A person pressed something, known by its own text, name and id."""

    page: str
    anchors: dict[str, str]


@dataclass(frozen=True)
class Wrote:
    """A request that changes something left a page; names of fields only."""

    page: str
    method: str
    path: str
    names: tuple[str, ...]


Event = Arrived | Pressed | Wrote


@dataclass
class Seen:
    """A whole walk: pages by key in the order of their first sight, and events in order."""

    pages: dict[str, SeenPage] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    dialogs: int = 0


def plain_path(path: str, number: str) -> str:
    """A path in which the number of a claim is replaced by `number`."""
    parts = path.split("/")
    return "/".join(number if part and _NUMBERED.fullmatch(part) else part for part in parts)


def path_pattern(path: str) -> str:
    """A regular expression that fits this path for any claim."""
    parts = path.split("/")
    return "/".join(
        r"\w+" if part and _NUMBERED.fullmatch(part) else re.escape(part).replace(r"\-", "-")
        for part in parts
    )


def key_for(path: str, taken: object) -> str:
    """A short name for a page, that no other page has."""
    known = set(taken) if isinstance(taken, dict) else set()
    words = re.sub(r"\.\w+$", "", path.rstrip("/").rsplit("/", 1)[-1])
    key = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_") or "page"
    key = key if key[0].isalpha() else f"page_{key}"
    number, free = 1, key
    while free in known:
        number += 1
        free = f"{key}_{number}"
    return free
