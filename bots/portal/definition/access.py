"""How one gets in, what a portal shows instead of a page, and how politely it is used."""

from __future__ import annotations

import re
from datetime import time
from typing import Literal, Self

from pydantic import Field as Say
from pydantic import field_validator, model_validator

from bots.portal.definition.parts import Part, Pattern

_HOURS = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d|24:00)")


class Mark(Part):
    """A sign that a page carries: an element, an element with this text, or a text anywhere."""

    css: str = ""
    text: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.css or self.text):
            raise ValueError("say css, text or both")
        return self


class Marks(Part):
    """What any page may turn out to be. `busy` stands while a script is still at work."""

    login: tuple[Mark, ...] = Say(min_length=1)
    maintenance: tuple[Mark, ...] = ()
    captcha: tuple[Mark, ...] = ()
    code: tuple[Mark, ...] = ()
    notice: tuple[Mark, ...] = ()
    password_expired: tuple[Mark, ...] = ()
    locked: tuple[Mark, ...] = ()
    elsewhere: tuple[Mark, ...] = ()
    busy: tuple[Mark, ...] = ()


class Login(Part):
    """Signing in: the page with username and password, what it says to a wrong one, and the code.

    `refused` and `code_used` are patterns that are found somewhere on the page: the first one says
    that no other try would help, the second one that the next code will do.

    `page` has the fields username and password and the button `button`. When the portal asks for
    a one-time code, `code_page` has the field code and the button `code_button`; it is computed
    (totp) or given by a person, who has `code_minutes` for it. `remember` is a checkbox of the
    code page that spares us the next code: it is ticked, and what the portal left in the browser
    is kept when the session ends.
    `notice` is a button on `notice_page` that closes a forced notice.
    """

    page: str
    button: str = "login"
    refused: Pattern
    home: str
    mfa: Literal["none", "totp", "person"] = "none"
    code_page: str = ""
    code_button: str = "confirm"
    code_used: Pattern = ""
    code_minutes: int = Say(10, gt=0)
    remember: str = ""
    notice_page: str = ""
    notice: str = ""

    @model_validator(mode="after")
    def _code_has_a_page(self) -> Self:
        if (self.mfa != "none") != bool(self.code_page):
            raise ValueError("mfa totp or person, and only they, have a code_page")
        return self


class Politeness(Part):
    """How much of a portal's time we take. Hours are those of Shanghai; a captcha means a pause.

    What is done by schedule begins up to `jitter_minutes` later, another time each day.
    """

    runs_per_minute: int = Say(60, gt=0)
    hours: str = "00:00-24:00"
    most_sessions: int = Say(1, gt=0)
    jitter_minutes: int = Say(15, ge=0)
    cool_down_minutes: int = Say(120, gt=0)

    @field_validator("hours")
    @classmethod
    def _are_hours(cls, value: str) -> str:
        found = _HOURS.fullmatch(value)
        if found is None:
            raise ValueError("must look like 07:00-22:00")
        start, end = (part.replace("24:00", "23:59") for part in found.groups())
        if time.fromisoformat(start) >= time.fromisoformat(end):
            raise ValueError("must begin before they end")
        return value

    def is_open(self, at: time) -> bool:
        """Whether the portal may be used at this time of day in Shanghai."""
        start, _, end = self.hours.partition("-")
        return start <= at.strftime("%H:%M") < end


class EvidenceRule(Part):
    """What pictures may show; every other input and cell is covered.

    `names` are names of inputs (a star at the end stands for anything), `labels` are texts of
    labels and headings whose values may be seen, `shown` selects elements such as menus.

    `trace` says of which runs the browser writes down all that it does, to be kept when they fail:
    of every one, or of canaries and those that come after a failure, since it costs a fifth.
    """

    labels: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    shown: str = ""
    trace: Literal["never", "after_failure", "always"] = "after_failure"

    def shows(self, name: str) -> bool:
        """Whether the value of an input of this name may be seen."""
        return any(
            name.startswith(known[:-1]) if known.endswith("*") else name == known
            for known in self.names
        )
