"""The claims of the seeded set that are paid in lumps: half the batches whole, others less some."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from bench.matching_set import Ledger


@dataclass
class Lumps:
    """Lines, the list of each transfer, and our batch of each claim."""

    lines: list[tuple[object, ...]] = field(default_factory=list)
    parts: list[tuple[object, ...]] = field(default_factory=list)
    batch_of: dict[int, str] = field(default_factory=dict)


def lump_rows(chance: np.random.Generator, book: Ledger) -> Lumps:
    """Batches of 5 to 60 claims: 50 % whole, 30 % less one to three denied, 20 % in two parts."""
    made = Lumps()
    by_payer: dict[int, list[int]] = {}
    for n in book.places("lump"):
        by_payer.setdefault(int(book.payer[n]), []).append(n)
    for payer, places in sorted(by_payer.items()):
        start = 0
        while start < len(places):
            size = int(chance.integers(5, 61))
            _batch(chance, book, made, payer, places[start : start + size])
            start += size
    return made


def _batch(
    chance: np.random.Generator, book: Ledger, made: Lumps, payer: int, claims: list[int]
) -> None:
    for n in claims:
        made.batch_of[n] = f"SB{payer:02d}-{claims[0]:08d}"
    lot = chance.random()
    if lot < 0.5 or len(claims) < 5:
        _transfer(chance, book, made, payer, claims)
        return
    mixed = [int(n) for n in chance.permutation(claims)]
    if lot < 0.8:
        _transfer(chance, book, made, payer, mixed[int(chance.integers(1, 4)) :])
        return
    deferred = max(1, len(mixed) // 4)
    _transfer(chance, book, made, payer, mixed[deferred:])
    _transfer(chance, book, made, payer, mixed[:deferred])


def _transfer(
    chance: np.random.Generator, book: Ledger, made: Lumps, payer: int, claims: list[int]
) -> None:
    number = f"T{len(made.lines):07d}"
    total = sum(int(book.minor[n]) for n in claims)
    day = int(max(book.day[n] for n in claims)) + int(chance.integers(0, 20))
    made.lines.append((payer, f"TR{number}", "批量付款", total, day, number))
    made.parts += [(number, n, int(book.minor[n]), total, payer, day) for n in claims]
