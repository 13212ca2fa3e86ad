"""What must be, when every line pays one item and no item is paid twice.

A line that fits one item only takes it from all others; what is left to them may be one item only.
Where the lines of a group cannot all be paid with different items, one of them is a stranger, and
nobody knows which: such a group says nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

Places = dict[int, set[int]]
MOST_LINES = 200
"""Of a group that is larger nothing is believed: with so many claimants one is a stranger."""


@dataclass(frozen=True, order=True)
class Remaining:
    """The item that remains for a line; `alternatives` fitted at first, the more of either side."""

    line: int
    item: int
    alternatives: int


def remaining(likely: Iterable[tuple[int, int]], *, most_alike: int) -> list[Remaining]:
    """What follows from the pairs (line, item) that are likely, sorted.

    A pair with more than `most_alike` alternatives does not follow, nor does anything from it.
    """
    items_of: Places = defaultdict(set)
    lines_of: Places = defaultdict(set)
    for line, item in likely:
        items_of[line].add(item)
        lines_of[item].add(line)
    found: list[Remaining] = []
    seen: set[int] = set()
    for line in items_of:
        if line not in seen:
            group = _group(line, items_of, lines_of)
            seen |= group
            if len(group) <= MOST_LINES:
                found += _taken({n: items_of[n] for n in group}, lines_of, most_alike)
    return sorted(found)


def _group(line: int, items_of: Places, lines_of: Places) -> set[int]:
    """All lines that hang together with one by items that they have in common."""
    group, next_ones = {line}, [line]
    while next_ones:
        others = {n for item in items_of[next_ones.pop()] for n in lines_of[item]} - group
        group |= others
        next_ones += others
    return group


def _taken(items_of: Places, lines_of: Places, most_alike: int) -> list[Remaining]:
    """Go on taking while a line has one item left; in whatever order, it ends in the same way."""
    left = {line: set(items) for line, items in items_of.items()}
    taken: list[Remaining] = []
    single = [line for line, items in left.items() if len(items) == 1]
    while single:
        line = single.pop()
        if not left[line]:
            return []
        (item,) = left[line]
        alternatives = max(len(items_of[line]), len(lines_of[item]))
        if alternatives > most_alike:
            continue
        taken.append(Remaining(line, item, alternatives))
        for other in lines_of[item] - {line}:
            if item in left[other]:
                left[other].discard(item)
                single += [other] if len(left[other]) == 1 else []
    return taken if _all_can_be_paid(left) else []


def _all_can_be_paid(items_of: Places) -> bool:
    """Whether each line can have an item of its own. Source: Kuhn 1955, augmenting paths."""
    line_of: dict[int, int] = {}

    def finds_one(line: int, tried: set[int]) -> bool:
        for item in items_of[line]:
            if item in tried:
                continue
            tried.add(item)
            if item not in line_of or finds_one(line_of[item], tried):
                line_of[item] = line
                return True
        return False

    return all(finds_one(line, set()) for line in items_of)
