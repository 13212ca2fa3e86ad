"""Anchors vote on which element a field is; without a clear majority nothing is typed.

Pure: it looks at descriptions of elements, never at a page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bots.portal.definition import AnchorKind, Field


@dataclass(frozen=True)
class Option:
    """One choice of a select or a group of radio buttons."""

    value: str
    text: str


@dataclass(frozen=True)
class Control:
    """An input or a button as `page/survey.js` describes it; `anchors` by kind, "" for none."""

    index: int
    pressed: bool
    type: str
    seen: bool
    disabled: bool
    required: bool
    value: str
    options: tuple[Option, ...]
    longest: int
    anchors: Mapping[str, str]
    css: tuple[str, ...] = ()

    def fits(self, kind: str, text: str) -> bool:
        """Whether one anchor fits this element."""
        if kind == "css":
            return text in self.css
        return bool(text) and self.anchors.get(kind, "") == normal(text)


@dataclass(frozen=True)
class Dissent:
    """An anchor that no longer names its element; `now` is what it would have to say."""

    page: str
    key: str
    anchor: str
    said: str
    now: str
    kind: str = "other"


@dataclass(frozen=True)
class Choice:
    """The element that a majority names, None when there is none; who dissented, and why."""

    control: Control | None
    dissents: tuple[Dissent, ...]


def normal(text: str) -> str:
    """A text as the page's script compares it: without colons and asterisks, spaces as one."""
    return re.sub(r"[*：:\s\u3000]+", " ", text).strip()


def elect(
    page: str,
    key: str,
    anchors: Mapping[AnchorKind, str],
    controls: Sequence[Control],
    *,
    kind: str = "other",
) -> Choice:
    """Let the anchors vote. Each supports every element it fits; the most supported one wins.

    More than half of the anchors must support it, and nothing else as much. Of kind identity,
    money or commit all of them must: a machine may not decide there which of two it is.
    """
    votes = {
        control.index: sum(control.fits(anchor, text) for anchor, text in anchors.items())
        for control in controls
    }
    most = max(votes.values(), default=0)
    leading = [control for control in controls if most and votes[control.index] == most]
    leader = leading[0] if len(leading) == 1 else None
    dissents = tuple(
        Dissent(page, key, anchor, text, _now(leader, anchor), kind)
        for anchor, text in anchors.items()
        if leader is None or not leader.fits(anchor, text)
    )
    needed = len(anchors) if kind != "other" else len(anchors) // 2 + 1
    return Choice(leader if most >= needed else None, dissents)


def candidates(controls: Sequence[Control], asked: Field | None) -> list[Control]:
    """The elements that may be elected: for a field inputs, for a button what can be pressed.

    What nobody can see is no candidate: a decoy must not catch what a person would not type there.
    """
    return [
        control
        for control in controls
        if control.seen and control.pressed == (asked is None) and not control.disabled
    ]


def unknown_required(controls: Sequence[Control], known: set[int]) -> list[Control]:
    """Inputs that must be filled in, stand empty and belong to no field of the definition."""
    return [
        control
        for control in controls
        if control.required
        and control.seen
        and not control.pressed
        and control.index not in known
        and control.value in ("", "no")
    ]


def _now(leader: Control | None, anchor: str) -> str:
    return leader.anchors.get(anchor, "") if leader is not None else ""
