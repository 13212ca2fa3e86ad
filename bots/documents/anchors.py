"""Tables without rulings: their printed headings are the anchors under which every text must stand.

Nothing is guessed: a text under no heading, under two, or in a block that is not one row refuses
the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bots.documents.sheet import Box, Cell, Page, Row, Segment, squeezed

# Lines of one row stand closer than this many character heights; rows stand further apart.
_GAP_BETWEEN_ROWS = 0.45
_GAP_BETWEEN_WORDS = 1.5


class NotUnderItsHeadings(ValueError):
    """What stands below the headings is no table that these anchors can tell apart."""


@dataclass(frozen=True)
class Lane:
    """One column: its printed heading, and from where to where its texts reach."""

    heading: str
    left: float
    right: float


@dataclass(frozen=True)
class Word:
    """A text without a blank; `second` is what the other reader saw there."""

    text: str
    second: str
    box: Box


_Line = list[Word]
_Placed = list[tuple[int, Word]]


def anchored(
    page: Page, headings: Sequence[str], *, row_start: str, end: tuple[str, str], mark: str
) -> tuple[tuple[Lane, ...], tuple[Row, ...]] | None:
    """The lanes and rows below these headings; None when the page does not print them.

    `row_start`: the heading under which each row has its one first text. `end`: the heading and the
    word of the last row; what stands below it is no part of the table. `mark`: the start of a line
    that ends the table on a page. Raises: NotUnderItsHeadings.
    """
    lines = list(printed_lines(page.segments))
    at = next((n for n, line in enumerate(lines) if _is_heading(line, headings)), None)
    if at is None:
        return None
    order = [squeezed(word.text) for word in lines[at]]
    anchors = [word.box for word in lines[at]]
    blocks = []
    for block in _blocks(line for line in lines[at + 1 :] if not _is_mark(line, mark)):
        placed = [_placed(line, anchors) for line in block]
        blocks.append(placed)
        if _column(placed, order.index(end[0])) == end[1]:
            break
        if sum(1 for line in placed if any(n == order.index(row_start) for n, _ in line)) != 1:
            raise NotUnderItsHeadings(f"{len(block)} lines are not one row")
    lanes = tuple(_lane(heading, n, anchors[n], blocks) for n, heading in enumerate(order))
    return lanes, tuple(_row(placed, lanes) for placed in blocks)


def printed_lines(segments: Sequence[Segment]) -> Iterator[_Line]:
    """The words of each printed line, from left to right."""
    lines: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: s.box[1] + s.box[3]):
        if lines and _is_level(segment.box, lines[-1][0].box):
            lines[-1].append(segment)
        else:
            lines.append([segment])
    for line in lines:
        words = [word for segment in line for word in _words(segment)]
        yield sorted(words, key=lambda word: word.box[0])


def _is_level(box: Box, other: Box) -> bool:
    return abs(box[1] + box[3] - other[1] - other[3]) / 2 < max(1.0, (other[3] - other[1]) / 4)


def _words(segment: Segment) -> Iterator[Word]:
    """Part a segment at its blanks; a word of one that two readers read differently says so."""
    agrees = squeezed(segment.text) == squeezed(segment.second)
    start = 0
    for end in [n for n, c in enumerate(segment.text) if c == " "] + [len(segment.text)]:
        if end > start:
            text, edges = segment.text[start:end], segment.edges[start:end]
            box = (edges[0][0], segment.box[1], edges[-1][1], segment.box[3])
            yield Word(text, text if agrees else segment.second, box)
        start = end + 1


def _is_heading(line: _Line, headings: Sequence[str]) -> bool:
    return sorted(squeezed(word.text) for word in line) == sorted(headings)


def _is_mark(line: _Line, mark: str) -> bool:
    return bool(mark) and squeezed("".join(word.text for word in line)).startswith(mark)


def _blocks(lines: Iterator[_Line]) -> Iterator[list[_Line]]:
    """Lines that stand close together: the wrapped lines of one row."""
    block: list[_Line] = []
    bottom = 0.0
    for line in lines:
        top, height = min(w.box[1] for w in line), line[0].box[3] - line[0].box[1]
        if block and top - bottom > _GAP_BETWEEN_ROWS * height:
            yield block
            block, bottom = [], 0.0
        block.append(line)
        bottom = max(bottom, *(w.box[3] for w in line))
    if block:
        yield block


def _placed(line: _Line, anchors: Sequence[Box]) -> _Placed:
    """Each word with the number of its column."""
    placed: _Placed = []
    for word in line:
        under = [n for n, box in enumerate(anchors) if overlap(word.box, box)]
        if not under and placed and _is_near(placed[-1][1], word):
            # A further word of a text that is wider than its heading.
            under = [placed[-1][0]]
        if len(under) != 1:
            raise NotUnderItsHeadings(f"a text stands under {len(under)} headings")
        placed.append((under[0], word))
    return placed


def overlap(box: Box, other: Box) -> bool:
    """Whether one stands above the other, in part at least."""
    return box[0] < other[2] and other[0] < box[2]


def _is_near(before: Word, word: Word) -> bool:
    height = word.box[3] - word.box[1]
    return word.box[0] - before.box[2] < _GAP_BETWEEN_WORDS * height


def _column(placed: Sequence[_Placed], number: int) -> str:
    return squeezed("".join(w.text for line in placed for n, w in line if n == number))


def _lane(heading: str, number: int, anchor: Box, blocks: Sequence[Sequence[_Placed]]) -> Lane:
    boxes = [w.box for placed in blocks for line in placed for n, w in line if n == number]
    return Lane(heading, min(b[0] for b in (anchor, *boxes)), max(b[2] for b in (anchor, *boxes)))


def _row(placed: Sequence[_Placed], lanes: Sequence[Lane]) -> Row:
    words = [word for line in placed for _, word in line]
    top, bottom = min(w.box[1] for w in words), max(w.box[3] for w in words)
    return Row(
        tuple(
            _cell([[w for n, w in line if n == number] for line in placed], lane, top, bottom)
            for number, lane in enumerate(lanes)
        )
    )


def _cell(lines: Sequence[Sequence[Word]], lane: Lane, top: float, bottom: float) -> Cell:
    """Words of a line keep a blank between them; lines join without one, as in a ruled cell."""
    text = "".join(" ".join(word.text for word in line) for line in lines)
    second = "".join(" ".join(word.second for word in line) for line in lines)
    return Cell(text, second, (lane.left, top, lane.right, bottom))
