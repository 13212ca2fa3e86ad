"""Appeals against a denial: until which day, how often, and for which reasons."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal, get_args

AppealReason = Literal["papers_added", "mistaken", "is_covered", "other"]
APPEAL_REASONS: tuple[AppealReason, ...] = get_args(AppealReason)
"""What a portal's form is told to choose; each definition says in which words."""


def reason_of(code: str) -> AppealReason:
    """The reason that a decision gives; what nobody foresaw is told in the statement alone."""
    return next((reason for reason in APPEAL_REASONS if reason == code), "other")


@dataclass(frozen=True)
class AppealRule:
    """How many calendar days a payer gives, counted from the day of the denial, inclusive.

    Source: the payer's profile, which dates it.
    """

    days: int
    source: str

    def last_day(self, denied_on: date) -> date:
        """The last day on which an appeal is taken."""
        return denied_on + timedelta(days=self.days)

    def days_left(self, denied_on: date, today: date) -> int:
        """Days from today to the last one: 0 on that day itself, below zero when it is over."""
        return (self.last_day(denied_on) - today).days


@dataclass(frozen=True)
class AppealTextRule:
    """How many characters a payer's website takes of what is written for an appeal.

    Source: the payer's profile, which dates it.
    """

    characters: int
    source: str

    def length(self, text: str) -> int:
        """How long a text is as a browser sends it: a new line is two characters, and so is a
        character beyond the first 65,536."""
        sent = re.sub(r"\r\n|\r|\n", "\r\n", text.strip())
        return len(sent.encode("utf-16-le")) // 2

    def takes(self, text: str) -> bool:
        """Whether the website would not refuse the text for its length."""
        return self.length(text) <= self.characters


class NoAppeal(StrEnum):
    """Why nobody can appeal against a denial any more."""

    TOO_LATE = "too_late"
    DISMISSED = "dismissed"
    REFUSED = "refused"


@dataclass(frozen=True)
class AppealChance:
    """Whether a denial may still be appealed against, until and including which day.

    `closed` says why not; `told` is what the payer answered, if it did.
    """

    until: date
    days_left: int
    closed: NoAppeal | None = None
    told: str = ""
