"""When a list may be believed that it lacks a claim: not while anything may still be under way.

Apart from the other checks because what they miss costs a click, and what these miss a duplicate.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.portal.definition import steps
from bots.portal.definition.portal import PortalDefinition
from engine.toml_places import Place


def too_hasty(definition: PortalDefinition) -> Iterator[tuple[Place, str]]:
    """A list must not be believed while the answer to the click may still be under way."""
    listing, progress = definition.listing, definition.progress
    wait_s = definition.answer_wait_s + (progress.wait_s if progress else 0)
    if listing.lag_minutes * 60 < wait_s:
        told = f"{listing.lag_minutes * 60} s are less than the {wait_s:g} s of one answer"
        yield ("listing", "lag_minutes"), f"{told}: absent would be believed too early"
    typed = [step for step in listing.reach if isinstance(step, steps.Fill | steps.Choose)]
    if listing.needs_search and not (listing.fields or typed):
        yield ("listing", "needs_search"), "it shows nothing without a search, and fields say none"


def doubts_about_tickets(definition: PortalDefinition) -> Iterator[tuple[Place, str]]:
    """A ticket may be worked on for longer than the list lags; who cannot see it must ask."""
    if definition.commit.acceptance == "synchronous":
        return
    if definition.progress is None:
        yield ("commit", "acceptance"), "no [progress]: every lost answer will need a person"
    elif not definition.progress.match:
        yield ("progress",), "no match: a ticket whose number was lost will need a person"
