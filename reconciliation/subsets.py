"""In how many ways claims add up to a transfer: none, one, or many, exactly and within a bound.

Even the only way is no proof: from about twenty claims on a wrong subset fits as a rule. So the
answer is shown to a person, and never booked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

MANY = 2


@dataclass(frozen=True)
class Fits:
    """`ways` is 0, 1, or 2 for many; `places` are those of the claims when there is one way."""

    ways: int
    places: tuple[int, ...] = ()


def subsets_that_fit(amounts: Sequence[int], target: int, *, most_cells: int) -> Fits | None:
    """Count the subsets of `amounts` whose sum is `target`, all in fen and above zero.

    None when the table would have more than `most_cells` cells. Two bits for each sum, held in
    two whole numbers: reached, and reached again.
    """
    total = sum(amounts)
    if target <= 0 or target > total or not amounts:
        return Fits(0)
    step = gcd(*amounts)
    if target % step:
        return Fits(0)
    # What is left out adds up as well, and is often the smaller sum.
    turned = target * 2 > total
    wanted = (total - target if turned else target) // step
    if wanted * len(amounts) > most_cells:
        return None
    steps = [amount // step for amount in amounts]
    reached = _reached(steps, wanted)
    once, again = reached[-1]
    if not once >> wanted & 1:
        return Fits(0)
    if again >> wanted & 1:
        return Fits(MANY)
    chosen = _walk_back(steps, reached, wanted)
    return Fits(1, tuple(n for n in range(len(amounts)) if (n in chosen) != turned))


def _reached(steps: Sequence[int], wanted: int) -> list[tuple[int, int]]:
    """Which sums the first n amounts reach, and which in more than one way, for each n."""
    mask = (1 << wanted + 1) - 1
    once, again = 1, 0
    found = [(once, again)]
    for step in steps:
        shifted = once << step & mask
        again |= (again << step & mask) | (once & shifted)
        once |= shifted
        found.append((once, again))
    return found


def _walk_back(steps: Sequence[int], reached: Sequence[tuple[int, int]], wanted: int) -> set[int]:
    chosen = set()
    for n in range(len(steps) - 1, -1, -1):
        if not reached[n][0] >> wanted & 1:
            chosen.add(n)
            wanted -= steps[n]
    return chosen
