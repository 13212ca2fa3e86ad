"""What a dossier says, and the letter of an appeal: facts and papers, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from domain.money import Money
from domain.reference import grouped, payment_reference


@dataclass(frozen=True)
class DossierLine:
    """One line of the claim; `amount` includes tax."""

    line_no: int
    insurer_code: str
    name: str
    quantity: int
    amount: Money


@dataclass(frozen=True)
class DossierEvidence:
    """A sealed file behind the claim. PDF and PNG are printed, others are listed only.

    `sha256` is that of `data`, in hex. `captured_at` has a time zone.
    """

    title: str
    media_type: str
    sha256: str
    captured_at: datetime
    data: bytes


@dataclass(frozen=True)
class DossierAppeal:
    """What a claim is appealed for: the payer's number and denial, and what a person wrote."""

    receipt: str
    denied_on: date
    denial: str
    statement: str


@dataclass(frozen=True)
class DossierFacts:
    """All that a dossier says. `service_date` is the date of delivery.

    `replaces` is the payer's number of the claim that this version corrects, "" for the first.
    With an `appeal` it is the letter of that.
    """

    case_no: str
    claim_no: str
    version: int
    replaces: str
    order_no: str
    invoice_no: str
    tracking_no: str
    payer_name: str
    provider_name: str
    hospital_name: str
    patient_name: str
    member_no: str
    service_date: date
    prepared_on: date
    prepared_by: str
    total: Money
    lines: tuple[DossierLine, ...]
    evidence: tuple[DossierEvidence, ...]
    appeal: DossierAppeal | None = None

    @property
    def reference(self) -> str:
        """Our number for the payer to quote, as it is printed: check digits tell a slip."""
        return grouped(payment_reference(self.claim_no))

    @property
    def title(self) -> str:
        """What stands on its cover."""
        return "申报材料" if self.appeal is None else "拒付申诉书"
