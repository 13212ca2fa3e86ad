"""What goes into a portal: a claim, an appeal against a denial, a month's clearing application."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from bots.portal.definition import FormKind
from bots.portal.payload import Attachment, Payload
from domain.money import Money


@dataclass(frozen=True)
class PortalLine:
    """One line of a claim; `line_no` is its number at the portal, too."""

    line_no: int
    insurer_code: str
    quantity: int
    amount: Money


@dataclass(frozen=True)
class PortalSubmission:
    """What is typed into the portal. `replaces` is the receipt of the version before, or ""."""

    claim_no: str
    version: int
    replaces: str
    order_no: str
    invoice_no: str
    member_no: str = field(repr=False)
    patient_name: str = field(repr=False)
    service_date: date
    lines: tuple[PortalLine, ...]
    total: Money
    attachment: Attachment | None = None

    @property
    def form(self) -> FormKind:
        """Which of the portal's forms it goes into."""
        return "claim"

    @property
    def reference(self) -> str:
        """Our own name for this version, short enough for every portal's field."""
        return f"{self.claim_no}-{self.version}"

    def payload(self) -> Payload:
        """The same by the keys that definitions use."""
        return Payload(
            values={
                "claim_no": self.claim_no,
                "version": self.version,
                "replaces": self.replaces,
                "kind": "original" if self.version == 1 else "replacement",
                "reference": self.reference,
                "order_no": self.order_no,
                "invoice_no": self.invoice_no,
                "member_no": self.member_no,
                "patient_name": self.patient_name,
                "service_date": self.service_date,
                "total": self.total,
                "attachment_name": self.attachment.name if self.attachment else "",
                "attachment_size": len(self.attachment.content) if self.attachment else 0,
            },
            lines=tuple(
                {
                    "line_no": line.line_no,
                    "insurer_code": line.insurer_code,
                    "quantity": line.quantity,
                    "amount": line.amount,
                }
                for line in sorted(self.lines, key=lambda line: line.line_no)
            ),
            attachment=self.attachment,
            secrets=(self.member_no, self.patient_name),
        )


@dataclass(frozen=True)
class PortalAppeal:
    """What is typed against a denial: the claim as the payer has it, our reasons, one file.

    `reason` is one of the words of `domain.appeal`; `statement` is what the person wrote.
    """

    claim_no: str
    version: int
    claim_receipt: str
    denied_on: date
    denial_code: str
    reason: str
    statement: str = field(repr=False)
    total: Money
    attachment: Attachment | None = None

    @property
    def form(self) -> FormKind:
        """Which of the portal's forms it goes into."""
        return "appeal"

    def payload(self) -> Payload:
        """The same by the keys that definitions use."""
        return Payload(
            values={
                "claim_no": self.claim_no,
                "version": self.version,
                "reference": f"{self.claim_no}-{self.version}",
                "claim_receipt": self.claim_receipt,
                "denied_on": self.denied_on,
                "denial_code": self.denial_code,
                "reason": self.reason,
                "statement": self.statement,
                "total": self.total,
                "attachment_name": self.attachment.name if self.attachment else "",
                "attachment_size": len(self.attachment.content) if self.attachment else 0,
            },
            attachment=self.attachment,
            secrets=(self.statement,),
        )


@dataclass(frozen=True)
class PortalClearing:
    """What is typed to have a month cleared: how many claims the payer paid in it, and how much.

    `month` is YYYY-MM. `claim_no` is our own name of the application; it names no claim.
    """

    claim_no: str
    month: str
    count: int
    total: Money
    version: int = 1

    @property
    def form(self) -> FormKind:
        """Which of the portal's forms it goes into."""
        return "clearing"

    def payload(self) -> Payload:
        """The same by the keys that definitions use."""
        return Payload(
            values={
                "reference": self.claim_no,
                "month": self.month,
                "count": self.count,
                "total": self.total,
            }
        )


HandedIn = PortalSubmission | PortalAppeal | PortalClearing
