"""Where each table, key and element of a TOML file stands; tomllib tells values without places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

Place = tuple[str, ...]
_KEYS = frozenset({"bare_key", "quoted_key", "dotted_key"})
_TABLES = frozenset({"table", "table_array_element"})


def lines_of(text: str) -> dict[Place, int]:
    """The line, counted from one, of every table, key and array element, by its place.

    An element's place ends with its index: ("submit", "5"), ("writes", "0", "path").
    """
    tree = Parser(Language(tree_sitter_toml.language())).parse(text.encode())
    lines: dict[Place, int] = {}
    for place, line in _document(tree.root_node):
        lines.setdefault(place, line)
    return lines


def line_at(lines: dict[Place, int], place: Place) -> int:
    """The line of a place, or of the nearest thing around it that has one; 0 without any."""
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return 0


def _document(root: Node) -> Iterator[tuple[Place, int]]:
    counted: Counter[Place] = Counter()
    for child in root.children:
        if child.type == "pair":
            yield from _pair(child, ())
        elif child.type in _TABLES:
            named = _place_of(next(one for one in child.children if one.type in _KEYS))
            here = _inside_arrays(named, counted)
            if child.type == "table_array_element":
                yield here, _line(child)
                here = (*here, str(counted[named]))
                counted[named] += 1
            yield here, _line(child)
            for pair in child.children:
                if pair.type == "pair":
                    yield from _pair(pair, here)


def _inside_arrays(named: Place, counted: Counter[Place]) -> Place:
    """A table below an array of tables belongs to the element that was begun last."""
    here: Place = ()
    for length, part in enumerate(named, start=1):
        here = (*here, part)
        if length < len(named) and counted[named[:length]]:
            here = (*here, str(counted[named[:length]] - 1))
    return here


def _pair(pair: Node, around: Place) -> Iterator[tuple[Place, int]]:
    key, value = pair.children[0], pair.children[-1]
    named = _place_of(key)
    for length in range(1, len(named) + 1):
        yield (*around, *named[:length]), _line(pair)
    yield from _value(value, (*around, *named))


def _value(value: Node, here: Place) -> Iterator[tuple[Place, int]]:
    if value.type == "inline_table":
        for pair in value.children:
            if pair.type == "pair":
                yield from _pair(pair, here)
    elif value.type == "array":
        elements = [one for one in value.named_children if one.type != "comment"]
        for number, element in enumerate(elements):
            yield (*here, str(number)), _line(element)
            yield from _value(element, (*here, str(number)))


def _place_of(key: Node) -> Place:
    if key.type == "dotted_key":
        return tuple(part for one in key.named_children for part in _place_of(one))
    text = (key.text or b"").decode()
    return (text if key.type == "bare_key" else text[1:-1],)


def _line(node: Node) -> int:
    return node.start_point.row + 1
