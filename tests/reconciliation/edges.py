"""Many small cases matched at once: a snapshot costs as much for one case as for a hundred.

Each case has a payer of its own, so that none sees another's rows, and tells everything that the
engine found for it. Names stand for themselves: `{A}` in a line is the reference of claim A,
`{A::12}` its first twelve signs, `{Z}` a reference of ours that nobody owes, `{t}` begins a number
of others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import duckdb

from domain.reference import payment_reference
from reconciliation.engine import Outcome, decide, outcome
from reconciliation.tables import FeeRule, Item, Line, Part, fill
from tests.reconciliation.snapshots import DUE, RULES, TODAY

OWN = "own"
"""Stands for the payer of the case."""


@dataclass(frozen=True)
class Case:
    """What is owed, what the bank shows, and everything that is told of it, in any order."""

    items: Sequence[Item]
    lines: Sequence[Line]
    told: set[str]
    parts: Sequence[Part] = ()
    fee: FeeRule | None = None


class _Reference(str):
    def __format__(self, spec: str) -> str:
        start, _, end = spec.partition(":")
        return self[int(start or 0) : int(end) if end else None] if spec else str(self)


def item(
    name: str,
    minor: int,
    reference: str = "",
    *,
    kind: str = "claim",
    due: date = DUE,
    batch: str | None = None,
    state: str = "open",
) -> Item:
    """A claim with its reference; anything else has the number of others that is written."""
    ours = kind == "claim" and not reference
    return Item(name, kind, OWN, reference, ours, minor, "CNY", due, batch, state)


def line(
    name: str,
    minor: int,
    reference: str = "",
    *,
    text: str = "",
    payer: str = OWN,
    booked: date = DUE,
    currency: str = "CNY",
) -> Line:
    """What the bank shows, by default from the payer of the case."""
    return Line(name, payer, reference, text, minor, currency, booked)


def batch(amounts: tuple[int, ...], name: str) -> list[Item]:
    """Claims handed in together, numbered from 0."""
    return [item(f"{name}{n}", minor, batch=name) for n, minor in enumerate(amounts)]


def all_wait(items: list[Item]) -> set[str]:
    """What is told of items that nobody paid."""
    return {f"{one.item_id} waits bank_missing" for one in items}


FIRST = (100003, 87311, 45207, 221109, 31417)
SECOND = (710021, 387313, 945227, 61129, 1231439)
TOTAL = 485047
TWO = [*batch(FIRST, "F"), *batch(SECOND, "S")]
"""Two batches handed in together; `TOTAL` is that of the first."""


def run_at_once(cases: dict[str, Case], *, turned: bool = False) -> dict[str, set[str]]:
    """Match all cases in one snapshot; `turned` puts every row in the opposite order."""
    items: list[Item] = []
    lines: list[Line] = []
    parts: list[Part] = []
    fees: list[FeeRule] = []
    for n, case in enumerate(cases.values()):
        _add(f"{n:03d}", case, items, lines, parts, fees)
    if turned:
        for rows in (items, lines, parts):
            rows.reverse()
    with duckdb.connect() as c:
        fill(c, items=items, lines=lines, parts=parts, fee_rules=fees)
        decide(c, RULES, today=TODAY)
        found = outcome(c)
    told = _told(found)
    return {name: told.get(f"{n:03d}", set()) for n, name in enumerate(cases)}


def _add(
    no: str,
    case: Case,
    items: list[Item],
    lines: list[Line],
    parts: list[Part],
    fees: list[FeeRule],
) -> None:
    payer = f"P{no}"
    named = {"t": f"T{no}-", "Z": payment_reference("nobody's")}
    named |= {i.item_id: _Reference(payment_reference(f"{no}.{i.item_id}")) for i in case.items}
    for i in case.items:
        reference = named[i.item_id] if i.checked else i.reference.format(**named)
        batch = f"{no}.{i.batch}" if i.batch else None
        whole = replace(i, item_id=f"{no}.{i.item_id}", reference=str(reference), batch=batch)
        items.append(replace(whole, payer=payer))
    for shown in case.lines:
        by = payer if shown.payer == OWN else shown.payer
        reference, text = shown.reference.format(**named), shown.text.format(**named)
        made = replace(shown, line_id=f"{no}.{shown.line_id}", payer=by)
        lines.append(replace(made, reference=reference, text=text))
    parts += [Part(f"{no}.{p.transfer_id}", f"{no}.{p.item_id}", p.minor) for p in case.parts]
    if case.fee:
        fees.append(replace(case.fee, payer=payer))


def _told(found: Outcome) -> dict[str, set[str]]:
    """Every finding of a case as a short sentence, by the number of the case."""
    told: dict[str, set[str]] = {}

    def tell(whose: str, *words: object) -> None:
        no = whose.partition(".")[0]
        sentence = " ".join(str(word) for word in words if word not in ("", None))
        told.setdefault(no, set()).add(sentence.replace(f"{no}.", ""))

    for e in found.explained:
        off = f"off {e.off_minor}" if e.off_minor else ""
        of = f"of {e.alternatives}" if e.alternatives != 1 else ""
        chance = f"chance {e.lambda_ppb}" if e.lambda_ppb is not None else ""
        tell(e.line_id, f"{e.line_id} = {e.item_id}", e.rule.value, e.read, off, of, chance)
    for f in found.findings:
        what = f.item_id or "nothing"
        tell(f.line_id, f"{f.line_id} ? {what}", f.difference.value, f.why, f.alternatives)
    for s in found.suggestions:
        tell(s.line_id, f"{s.line_id} ~ {s.item_id}", s.why, s.score, s.fits)
    for item_id, difference in found.waiting.items():
        tell(item_id, f"{item_id} waits", difference.value)
    return told
