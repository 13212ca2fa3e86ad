"""Appeals in the kill matrix: the claim is denied at the portal before its appeal is handed in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from activities.appealing import letter_fact, open_appeal
from domain.lifecycle import ClaimStatus
from domain.review import Question, ReviewKind
from store import case_facts, claims
from store.database import Database
from tests.activities.facts import decided
from tests.faults.portals.portals import OnePagePortal, SandboxPortal
from tests.faults.portals.stock import world_at
from tests.store.samples import XorSealer

_LETTER = b"PK\x03\x04 pretend letter"
_DENIED_AFTER_S = 7200
_DENIES = {
    "decision": "deny",
    "decide_after_days": 0.05,
    "denial": {"code": "D01", "text": "缺少送货签收单"},
    # Nobody answers it: what counts is how often it is there.
    "appeal": {"decision": "silence"},
}


class _Appealed(SandboxPortal):
    """What is counted in its books are appeals."""

    def denied(self, claim_no: str) -> str:
        """See `Portal.denied`: it came in on paper, and two hours later it is denied."""
        order_no = f"SO-{claim_no[3:12]}"
        self._tell("seed", {"scripts": {order_no: {"versions": {"1": _DENIES}}}})
        day = f"{self.now:%Y-%m-%d}"
        paper = {"claim_no": claim_no, "order_no": order_no, "service_date": day}
        receipt: str = self._tell("claims", paper)["payer_claim_no"]
        self.move(_DENIED_AFTER_S)
        return receipt

    def _tell(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._behind.client.post(f"/_sandbox/{what}", json=body)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def claims(self, claim_no: str) -> list[str]:
        """See `Portal.claims`: every appeal for this claim."""
        held = self._behind.client.get("/_sandbox/books").json()
        ours = {one["payer_claim_no"] for one in held["claims"] if one["claim_no"] == claim_no}
        return [one["appeal_no"] for one in held["appeals"] if one["payer_claim_no"] in ours]


class AppealPortal(_Appealed):
    """A portal whose pages come from its server, for its appeals."""


class OnePageAppealPortal(_Appealed, OnePagePortal):
    """A portal that a script builds, for its appeals: those have tickets too."""


def decided_on(folder: Path, clock: Path, payer: str, claim_no: str, receipt: str) -> None:
    """Make the folder's store that of a denied claim whose appeal finance has decided on."""
    database = Database(f"sqlite:///{folder / 'store.sqlite'}", XorSealer())
    world = world_at(database, folder / "evidence", clock, payer)
    with world.writing() as s:
        for status, more in (
            (ClaimStatus.SUBMITTED, {"payer_claim_no": receipt}),
            (ClaimStatus.DENIED, {"denial_code": "D01", "decided_on": world.today()}),
        ):
            claims.move_claim(s, claim_no, status, key=f"{status}:1", now=world.now(), **more)
        claim = claims.claim_of(s, claim_no)
    case_no, billed = claim.case_no, claim.billed
    asked = Question("denied", ReviewKind.DENIAL, case_no, claim_no, "?", "?", billed)
    open_appeal(world, decided(world, asked, "appeal"))
    with world.writing() as s:
        letter = world.evidence.put(
            s,
            _LETTER,
            kind="appeal_letter",
            source="own",
            name=f"{claim_no}-1-appeal.docx",
            case_no=claim.case_no,
            now=world.now(),
        )
        case_facts.keep_fact(s, claim.case_no, letter_fact(claim), letter)
    database.dispose()
