"""What makes a hand-in safe: which request is the commit, what proves it, where it is found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Protocol
from urllib.parse import urlsplit

from pydantic import BeforeValidator
from pydantic import Field as Say

from bots.portal.definition.parts import Part, Pattern
from bots.portal.definition.steps import Step


class Written(Protocol):
    """A request that changes something, as far as a rule looks at it (see `bots.portal.guard`)."""

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def fields(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def text(self) -> str: ...


def _alternatives(value: object) -> object:
    return (value,) if isinstance(value, dict) else value


class RequestRule(Part):
    """Tells one kind of request from all others, by its method, its path and its body.

    `path` fits the whole path; `fields` are patterns that fit a whole form field each, and a list
    of such tables tells the ways in which one thing may be sent; `text` is found somewhere in a
    body that is no form. Portals that read and write through one address differ in the body only.
    """

    method: str = "POST"
    path: Pattern
    fields: Annotated[tuple[dict[str, Pattern], ...], BeforeValidator(_alternatives)] = ({},)
    without: tuple[str, ...] = ()
    text: Pattern = ""

    def fits(self, request: Written) -> bool:
        """Whether the request is of this kind."""
        if request.method != self.method or not re.fullmatch(self.path, urlsplit(request.url).path):
            return False
        given = dict(request.fields)
        return (
            any(_holds(given, fields) for fields in self.fields)
            and not any(name in given for name in self.without)
            and (not self.text or re.search(self.text, request.text) is not None)
        )


def _holds(given: Mapping[str, str], fields: Mapping[str, str]) -> bool:
    return all(
        name in given and re.fullmatch(pattern, given[name], re.DOTALL)
        for name, pattern in fields.items()
    )


class Commit(Part):
    """The one step that cannot be taken back.

    `dialogs` are patterns for the questions that the page may ask on the way; they may hold {keys}
    of what is handed in. With `asynchronous` acceptance an answer proves nothing: the listing does.
    `asks_first`: the page sends nothing before its question is answered, so the question is heard
    once, and answered with no, before anything is armed.
    """

    page: str
    button: str
    request: RequestRule
    acceptance: Literal["synchronous", "asynchronous"] = "synchronous"
    dialogs: tuple[str, ...] = ()
    asks_first: bool = False


class Receipt(Part):
    """The page that proves that the claim was taken, and which of its values must be ours.

    The page's pairs must tell `receipt`; the portal's own time of receipt is optional.
    """

    page: str
    match: dict[str, str] = Say(default_factory=dict)
    time_format: str = "%Y-%m-%d %H:%M:%S"


class Progress(Part):
    """Where a portal that takes claims in later says what became of each ticket.

    The page's table tells ticket, state and reason, and the receipt if it has one; its path may
    hold {ticket}, empty for every ticket. A `refused` ticket was not taken, with its reason; one
    that is `waiting` is looked at for `wait_s` after the commit, and worked on for `longest_hours`
    at most; in any other state the listing is the proof. `match` says which columns must hold what
    for a ticket to be ours: by it one is found whose number nobody was told.
    """

    page: str
    waiting: tuple[str, ...]
    refused: tuple[str, ...] = Say(min_length=1)
    wait_s: float = Say(0.0, ge=0)
    longest_hours: int = Say(48, gt=0)
    match: dict[str, str] = Say(default_factory=dict)


class Listing(Part):
    """Where claims that were handed in are found again.

    `match` says which columns must hold what for a row to be ours. A portal that shows no
    reference of ours (`echoes_reference` false) is counted before and after. After `lag_minutes`
    a claim that is not listed was not sent, if the list is `authoritative`. One that shows nothing
    before it is searched (`needs_search`) is searched for everything by its button alone.
    """

    page: str
    button: str = "search"
    fields: tuple[str, ...] = ()
    reach: tuple[Step, ...] = ()
    match: dict[str, str] = Say(min_length=1)
    lag_minutes: int = Say(ge=0)
    authoritative: bool = True
    echoes_reference: bool = True
    needs_search: bool = False
    day_format: str = "%Y-%m-%d"
