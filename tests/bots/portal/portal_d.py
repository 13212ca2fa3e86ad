"""A bot at portal D, a person with the telephone, and a claim that its form takes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from bots.portal.bot import PortalBot
from bots.portal.browser import PortalBrowser
from bots.portal.definition import Column, Field, PortalDefinition, load
from bots.portal.handed_in import PortalSubmission
from bots.portal.values import Credentials
from tests.bots.portal.samples import PASSWORD, claim
from tests.sandbox.running import Running

FILE = Path(__file__).parents[3] / "counterparties" / "PD" / "portal.toml"
RECEIPT = "D20260105000001"
SUBMIT = "POST /api/claimSubmit"
LEFT = ["searched", "filled", "armed", "sending"]


class Telephone:
    """A person who reads the code and says it; counts how often."""

    def __init__(self, there: Running, said: str = "") -> None:
        self.there, self.said = there, said
        self.asked = 0

    async def code(self) -> str:
        self.asked += 1
        return self.said or str(self.there.get("/_sandbox/code")["code"])


def definition_at(there: Running, **changes: Any) -> PortalDefinition:
    """The shipped definition with patient waits; `changes` are of its parts."""
    waits = {"page_wait_s": 30.0, "answer_wait_s": 30.0, **changes}
    return load(FILE, url=str(there.client.base_url)).model_copy(update=waits)


def bot(there: Running, browser: PortalBrowser, **changes: Any) -> PortalBot:
    """A bot whose codes are read out by a person at once."""
    codes = changes.pop("codes", None) or Telephone(there)
    credentials = Credentials("hk-bot", changes.pop("password", PASSWORD))
    echoes = changes.pop("echoes", True)
    definition = definition_at(there, **changes)
    known = definition if echoes else without_reference(definition)
    return PortalBot(known, credentials, browser, codes)


def claim_d(**changes: Any) -> PortalSubmission:
    """A claim of two lines over 1,360.50, for a day of the month before."""
    values: dict[str, Any] = {"service_date": date(2025, 12, 31), "member_no": "M-TEST-0101"}
    return claim(**{**values, **changes})


def strike(there: Running, how: str, match: str = "", times: int | None = None) -> None:
    """Switch one fault on."""
    there.put("faults", [{"match": match, "times": times, "how": how}])


def without_reference(whole: PortalDefinition) -> PortalDefinition:
    """The same portal as it is defined where it shows no number of ours: found by what it is."""
    pages = dict(whole.pages)
    claims, one = pages["claims"], pages["claim"]
    assert claims.table is not None
    assert one.pairs is not None
    columns = {
        "receipt": Column(heading="受理编号"),
        "member": Column(heading="被保险人"),
        "service_date": Column(heading="服务日期"),
        "billed": Column(heading="申报金额"),
        "status": Column(heading="状态"),
    }
    day = Field(type="date", anchors={"label": "服务日期", "name": "serviceDate"})
    pages["claims"] = claims.model_copy(
        update={
            "fields": {"service_date": day},
            "table": claims.table.model_copy(update={"columns": columns, "ignored": ()}),
        }
    )
    told = {k: v for k, v in one.pairs.values.items() if k not in ("claim_no", "version")}
    pages["claim"] = one.model_copy(update={"pairs": one.pairs.model_copy(update={"values": told})})
    listing = whole.listing.model_copy(
        update={
            "fields": ("service_date",),
            "echoes_reference": False,
            "match": {
                "member": "{member_no|3***4}",
                "service_date": "{service_date}",
                "billed": "{total}",
            },
        }
    )
    return _without_their_reference(whole.model_copy(update={"pages": pages, "listing": listing}))


def _without_their_reference(whole: PortalDefinition) -> PortalDefinition:
    """Tickets of which nobody could tell whose they are, but for their number."""
    assert whole.progress is not None
    progress = whole.pages["progress"]
    assert progress.table is not None
    columns = {key: one for key, one in progress.table.columns.items() if key != "claim_no"}
    table = progress.table.model_copy(update={"columns": columns})
    pages = {**whole.pages, "progress": progress.model_copy(update={"table": table})}
    followed = whole.progress.model_copy(update={"match": {}})
    return whole.model_copy(update={"pages": pages, "progress": followed})
