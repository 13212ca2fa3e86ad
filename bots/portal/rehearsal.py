"""A claim that nobody ever had: what a rehearsal types on its way to the unsent form."""

from __future__ import annotations

from datetime import date

from bots.portal.definition import PortalDefinition
from bots.portal.payload import Attachment
from bots.portal.values import PortalLine, PortalSubmission
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
