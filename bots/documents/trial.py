"""What a layout must show before it goes live: proved samples, and no wrong parse let through."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from bots.documents.findings import Refused
from bots.documents.grid import filled
from bots.documents.launch import look_at
from bots.documents.layout import Layout
from bots.documents.mutating import mutations
from bots.documents.preflight import preflight
from bots.documents.reader import prove_filled, read_remittance, read_statement
from bots.documents.sheet import Sheet
from domain.proof import Problem

SAMPLES_NEEDED = 3
MUTATIONS_NEEDED = 1000
_SEED = 20260105


@dataclass(frozen=True)
class Tried:
    """One sample: `problems` is empty when it was proved."""

    sha256: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Trial:
    """How a layout did. `let_through`: how many wrong parses of each kind were proved."""

    samples: tuple[Tried, ...]
    mutations: int
    let_through: dict[str, int]

    @property
    def is_clean(self) -> bool:
        """Three different samples proved, none refused, and no wrong parse let through."""
        files = {tried.sha256 for tried in self.samples}
        return (
            len(files) >= SAMPLES_NEEDED
            and not any(tried.problems for tried in self.samples)
            and self.mutations >= MUTATIONS_NEEDED
            and not self.let_through
        )


def tried(layout: Layout, samples: Sequence[bytes], *, count: int = MUTATIONS_NEEDED) -> Trial:
    """Read every sample as in real life, then spoil what was read, `count` times over all."""
    results, made = [], 0
    let_through: dict[str, int] = {}
    for number, data in enumerate(samples):
        problems = _problems(layout, data)
        results.append(Tried(hashlib.sha256(data).hexdigest(), problems))
        if problems:
            continue
        # A little more than the share, for kinds that only our books could tell do not count.
        share = -(-count * 5 // (len(samples) * 4))
        for kind, is_through in _spoilt(layout, data, _SEED + number, share):
            made += 1
            if is_through:
                let_through[kind] = let_through.get(kind, 0) + 1
    return Trial(tuple(results), made, let_through)


def _problems(layout: Layout, data: bytes) -> tuple[Problem, ...]:
    read = read_remittance if layout.kind == "remittance" else read_statement
    found = read(data, layout)
    return found.problems if isinstance(found, Refused) else ()


def _spoilt(layout: Layout, data: bytes, seed: int, count: int) -> list[tuple[str, bool]]:
    sheet = [] if preflight(data) else look_at(data)
    if not isinstance(sheet, Sheet):
        return []
    return [
        (
            wrong.kind,
            not isinstance(prove_filled(wrong.found, layout, sha256="0" * 64), Refused),
        )
        for wrong in mutations(filled(layout, sheet), layout, seed=seed, count=count)
        if not wrong.only_our_books_tell
    ]
