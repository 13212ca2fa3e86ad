"""What a field whose anchors are all gone may be now: the nearest element, for people to judge.

Pure, and apart from the vote: nothing that is found here is ever typed into or pressed. It only
says what a patch of the definition would be, when there is one clear answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from bots.portal.anchors import Choice, Control, Dissent, candidates, elect, normal
from bots.portal.definition import AnchorKind, Button, Field

_WORDS = ("label", "near", "above", "placeholder", "title", "text")
_NAMES = ("name", "id")
_BOXES = frozenset({"select", "radio", "checkbox", "file"})
# Words weigh most: they are what a person goes by. Names and places are what a program goes by.
_WORDS_WEIGH, _NAMES_WEIGH, _GAP_WEIGHS, _ALONE_WEIGHS = 1.0, 0.6, 0.4, 0.2
_PREFIX = re.compile(r"^.*[$.:]|^ctl\d+_\w+_(?=[^_]+$)")
_LEAST = 0.5
_LEAST_AHEAD = 0.2


def proposed(
    choice: Choice,
    part: Field | Button,
    controls: Sequence[Control],
    fields: Mapping[str, Field],
    *,
    key: str,
    kind: str,
) -> tuple[Dissent, ...]:
    """The dissents of a lost part, with what the likeliest element says; unchanged without one.

    `fields` are those of the whole page, in the order in which they are written: what one of them
    still names is taken, and what stands between the neighbours of a lost one is likelier.
    """
    if any(dissent.now for dissent in choice.dissents):
        return choice.dissents
    field = part if isinstance(part, Field) else None
    able = candidates(controls, field)
    standing = {name: _standing(name, other, controls) for name, other in fields.items()}
    taken = set(standing.values())
    free = [one for one in able if one.index not in taken and _is_same_type(part, one)]
    gap = _between(key, standing) if field is not None else range(0)
    leader = _likeliest(part, free, gap)
    if leader is None:
        return choice.dissents
    told = tuple(replace(one, now=leader.anchors.get(one.anchor, "")) for one in choice.dissents)
    # What would name two elements, or another one, helps nobody.
    named: dict[AnchorKind, str] = {
        anchor: leader.anchors.get(anchor) or said for anchor, said in part.anchors.items()
    }
    return told if elect("", key, named, able, kind=kind).control == leader else choice.dissents


def _standing(name: str, field: Field, controls: Sequence[Control]) -> int:
    """Where a field of the page still is; -1 when it is lost as well."""
    able = candidates(controls, field)
    control = elect("", name, field.anchors, able, kind=field.kind).control
    return -1 if control is None else control.index


def _between(key: str, standing: Mapping[str, int]) -> range:
    """The indices between the nearest fields before and after this one that still stand."""
    names = list(standing)
    if key not in standing:
        return range(0)
    at = names.index(key)
    before = [standing[name] for name in names[:at] if standing[name] >= 0]
    after = [standing[name] for name in names[at + 1 :] if standing[name] >= 0]
    if not before or not after or before[-1] >= after[0]:
        return range(0)
    return range(before[-1] + 1, after[0])


def _likeliest(part: Field | Button, free: Sequence[Control], gap: range) -> Control | None:
    inside = [one for one in free if one.index in gap]
    scored = sorted(
        ((_score(part, one, one in inside, len(inside) == 1), one) for one in free),
        key=lambda scored: -scored[0],
    )
    if not scored or scored[0][0] < _LEAST:
        return None
    if len(scored) > 1 and scored[0][0] - scored[1][0] < _LEAST_AHEAD:
        return None
    return scored[0][1]


def _score(part: Field | Button, control: Control, is_inside: bool, is_alone: bool) -> float:
    words = [text for kind, text in part.anchors.items() if kind in _WORDS]
    names = [text for kind, text in part.anchors.items() if kind in _NAMES]
    score = _WORDS_WEIGH * _best(words, (control.anchors.get(kind, "") for kind in _WORDS))
    score += _NAMES_WEIGH * _best(names, (control.anchors.get(kind, "") for kind in _NAMES))
    return score + is_inside * (_GAP_WEIGHS + _ALONE_WEIGHS * is_alone)


def _best(said: Iterable[str], shown: Iterable[str]) -> float:
    """How alike the two likest texts are, from 0 to 1."""
    theirs = [_plain(text) for text in shown if text]
    pairs = ((_plain(text), there) for text in said for there in theirs)
    return max((SequenceMatcher(None, *pair, autojunk=False).ratio() for pair in pairs), default=0)


def _plain(text: str) -> str:
    """Without the prefix that a framework puts before every name, and in small letters."""
    return _PREFIX.sub("", normal(text)).lower()


def _is_same_type(part: Field | Button, control: Control) -> bool:
    if isinstance(part, Button):
        return control.pressed
    ours = part.type if part.type in _BOXES else "text"
    theirs = control.type if control.type in _BOXES else "text"
    # What is picked may stand in a box of any kind.
    return ours == theirs or part.type == "picker"
