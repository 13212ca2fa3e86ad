"""What else than a claim a portal may take, an appeal or a clearing, in the same words."""

from __future__ import annotations

from typing import Literal

from pydantic import Field as Say

from bots.portal.definition.parts import Part
from bots.portal.definition.protocol import Commit, Listing, Progress, Receipt
from bots.portal.definition.steps import Step

FormKind = Literal["claim", "appeal", "clearing"]
"""What is handed in: the claim's own form, an appeal against a denial, a month's clearing."""


class Form(Part):
    """One more form: how it is walked, sent, proved and found again. Its pages are the portal's.

    `statuses` are the portal's words in this form's list, and ours for them: an appeal is approved
    when it was granted and denied when it was dismissed, a clearing when it was or was not agreed.
    """

    submit: tuple[Step, ...] = Say(min_length=1)
    commit: Commit
    receipt: Receipt
    listing: Listing
    progress: Progress | None = None
    statuses: dict[str, str] = Say(min_length=1)
