"""Our journal against the portal's list, both ways; pure, so that every case can be told in a test.

What is found is either a fact (a claim that may have arrived is there) or a question to a person:
nothing is ever handed in, voided or forgotten because of a list alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bots.portal.definition import Listing
from bots.portal.values import PortalClaim
from domain.intent import MAY_HAVE_ARRIVED
from store.intents import IntentView

What = Literal["missing", "stranger", "double", "other_number", "ended"]
_VOIDED = "reversed"
# A sending that the list once proved absent may still turn up: later than the portal promised.
_MAY_TURN_UP = MAY_HAVE_ARRIVED | {"not_sent"}
LOOK_BACK_DAYS = 62
"""How old a claim may be to be asked about: portals put old ones away, and so do we."""


@dataclass(frozen=True)
class Finding:
    """One thing on which journal and list do not agree.

    `intent` is ours, None for a stranger; `rows` are the portal's, none for a missing one.
    """

    what: What
    intent: IntentView | None
    rows: tuple[PortalClaim, ...]


@dataclass(frozen=True)
class Comparison:
    """What came of comparing: sendings that are there after all, with their row; and findings."""

    arrived: tuple[tuple[IntentView, PortalClaim], ...]
    findings: tuple[Finding, ...]


def compare(
    intents: Sequence[IntentView],
    listed: Sequence[PortalClaim],
    listing: Listing,
    *,
    began_at: datetime,
    is_taken_back: Callable[[str], bool],
) -> Comparison:
    """Compare all intents of a portal with all that it lists.

    `began_at` is when the list was asked for: what was confirmed within the list's lag before it
    cannot be missed yet. The intents must have been read after the list, so that nothing on it was
    handed in behind our back. `is_taken_back` tells whether we reversed a claim: it may be gone.
    """
    rows = [row for row in listed if row.status != _VOIDED]
    oldest = began_at - timedelta(days=LOOK_BACK_DAYS)
    owned = {id(row): _owners(row, intents) for row in rows}
    arrived: list[tuple[IntentView, PortalClaim]] = []
    findings: list[Finding] = []
    for intent in intents:
        ours = [row for row in rows if intent in owned[id(row)]]
        if len(ours) > 1:
            findings.append(Finding("double", intent, tuple(ours)))
        elif ours and intent.state in _MAY_TURN_UP:
            arrived.append((intent, ours[0]))
        elif ours and intent.state == "rejected":
            findings.append(Finding("ended", intent, (ours[0],)))
        elif intent.state == "confirmed":
            findings += _confirmed(intent, ours, listed, listing, began_at, is_taken_back)
    unowned = [row for row in rows if not owned[id(row)]]
    findings += [Finding("stranger", None, (row,)) for row in _strangers(unowned, intents, oldest)]
    return Comparison(tuple(arrived), tuple(findings))


def _strangers(
    unowned: Iterable[PortalClaim], intents: Iterable[IntentView], oldest: datetime
) -> Iterable[PortalClaim]:
    """Rows that nobody here handed in. One without our reference may still be an open sending's."""
    is_any_open = any(intent.state in MAY_HAVE_ARRIVED for intent in intents)
    for row in unowned:
        is_recent = row.received_on is None or row.received_on >= oldest.date()
        if is_recent and (row.claim_no or not is_any_open):
            yield row


def _confirmed(
    intent: IntentView,
    ours: Sequence[PortalClaim],
    listed: Iterable[PortalClaim],
    listing: Listing,
    began_at: datetime,
    is_taken_back: Callable[[str], bool],
) -> Iterable[Finding]:
    """Nothing, when the portal lists a confirmed one under its number, or need not yet."""
    if any(row.receipt == intent.receipt for row in listed):
        return
    if ours:
        yield Finding("other_number", intent, (ours[0],))
        return
    shows_from = intent.changed_at + timedelta(minutes=listing.lag_minutes)
    is_old = intent.changed_at < began_at - timedelta(days=LOOK_BACK_DAYS)
    if shows_from <= began_at and not is_old and not is_taken_back(intent.claim_no):
        yield Finding("missing", intent, ())


def _owners(row: PortalClaim, intents: Iterable[IntentView]) -> list[IntentView]:
    """The intents whose row this is: by receipt if one has it, else by our reference if shown."""
    by_receipt = [one for one in intents if one.receipt and one.receipt == row.receipt]
    if by_receipt:
        return by_receipt
    return [
        one
        for one in intents
        if row.claim_no
        and one.claim_no == row.claim_no
        and row.version in (None, one.version)
        and one.kind != "void"
    ]
