"""Appeals in the kill matrix: the claim is denied at the portal before its appeal is handed in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from activities.appealing import letter_fact, open_appeal
from domain.lifecycle import ClaimStatus
from domain.review import Question, ReviewKind
from store import case_facts, claims
from store.database import Database
from tests.activities.facts import decided
from tests.faults.portals.portals import SandboxPortal
from tests.faults.portals.stock import world_at
from tests.sandbox.clerk import Clerk, Paper
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


class AppealPortal(SandboxPortal):
    """Portal B, once more: what is counted in its books are appeals."""

    def denied(self, claim_no: str) -> str:
        """See `Portal.denied`: a clerk has filed it, and two hours later it is denied."""
        order_no = f"SO-{claim_no[3:12]}"
        seed = {"scripts": {order_no: {"versions": {"1": _DENIES}}}}
        answer = self._behind.client.post("/_sandbox/seed", json=seed)
        assert answer.status_code == 200, answer.text
        with Clerk(self._behind.url) as clerk:
            clerk.sign_in()
            receipt = clerk.file(self._paper(claim_no, order_no))
        self.move(_DENIED_AFTER_S)
        return receipt

    def _paper(self, claim_no: str, order_no: str) -> Paper:
        day = f"{self.now:%Y-%m-%d}"
        return replace(Paper(), claim_no=claim_no, order_no=order_no, service_date=day)

    def claims(self, claim_no: str) -> list[str]:
        """See `Portal.claims`: every appeal for this claim."""
        held = self._behind.client.get("/_sandbox/books").json()
        ours = {one["payer_claim_no"] for one in held["claims"] if one["claim_no"] == claim_no}
        return [one["appeal_no"] for one in held["appeals"] if one["payer_claim_no"] in ours]


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
