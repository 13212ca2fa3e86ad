"""What a rehearsal types on its way to an unsent form, and its journal, which forbids it all."""

from __future__ import annotations

from datetime import date

from bots.portal.definition import PortalDefinition
from bots.portal.handed_in import (
    HandedIn,
    PortalAppeal,
    PortalClearing,
    PortalLine,
    PortalSubmission,
)
from bots.portal.payload import Attachment
from bots.portal.values import Note
from domain.money import Money

_PDF = Attachment("rehearsal.pdf", "application/pdf", b"%PDF-1.4 a rehearsal, never sent\n%%EOF\n")


def made_up_claim(definition: PortalDefinition, day: date) -> PortalSubmission:
    """A small claim of one line, of that day; `rehearsal` in the definition may say it otherwise.

    A portal that knows its members and codes on every page needs some of its own there.
    """
    said = definition.rehearsal
    return PortalSubmission(
        claim_no=said.get("claim_no", "CL-0000-0000-1"),
        version=1,
        replaces="",
        order_no=said.get("order_no", "SO-0000-0000"),
        invoice_no=said.get("invoice_no", "00000000000000000000"),
        member_no=said.get("member_no", "M-TEST-0000"),
        patient_name=said.get("patient_name", "测试甲 000"),
        service_date=day,
        lines=(PortalLine(1, said.get("insurer_code", "C1401010010000100001"), 1, Money(100)),),
        total=Money(100),
        attachment=_PDF,
    )


def made_up(definition: PortalDefinition, day: date) -> tuple[HandedIn, ...]:
    """One small thing for each form that the portal has, the claim first."""
    claim = made_up_claim(definition, day)
    others: dict[str, HandedIn] = {
        "appeal": PortalAppeal(
            claim_no=claim.claim_no,
            version=1,
            claim_receipt="0",
            denied_on=day,
            denial_code="0",
            reason="other",
            statement="a rehearsal, never sent",
            total=Money(100),
            attachment=_PDF,
        ),
        "clearing": PortalClearing("CLR-0000-00", f"{day:%Y-%m}", 1, Money(100)),
    }
    return (claim, *(others[kind] for kind in definition.forms))


class NoJournal:
    """For a rehearsal: nothing may be sent, so nothing is written down."""

    async def note(self, note: Note) -> None:
        """Forbid it. Raises: PermissionError, always."""
        raise PermissionError(note.state)

    async def release(self, sha256: str) -> None:
        """Forbid it. Raises: PermissionError, always."""
        raise PermissionError(sha256)

    def holds(self) -> bool:
        """Nothing may leave."""
        return False
