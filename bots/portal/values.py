"""What goes into a portal and what comes out of it, outcomes and failures included."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, Protocol, TypeVar

from domain.money import Money

T = TypeVar("T")


@dataclass(frozen=True)
class Credentials:
    """The portal account; the password is in no repr."""

    username: str
    password: str = field(repr=False)


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


@dataclass(frozen=True)
class PortalClaim:
    """A claim as the portal shows it; what the page at hand does not tell is None.

    Status is accepted, in_review, approved, denied, paid or reversed.
    """

    receipt: str
    claim_no: str
    version: int
    billed: Money
    status: str
    denial_code: str
    denial_text: str
    received_on: date
    decided_on: date | None = None
    contract_adjustment: Money | None = None
    patient_share: Money | None = None
    paid: Money | None = None


@dataclass(frozen=True)
class PortalRemittance:
    """One remittance in the portal's list, to be downloaded as PDF."""

    remittance_no: str
    paid_on: date
    total: Money


@dataclass(frozen=True)
class Picture:
    """A masked screenshot; `label` says what it shows and holds no data."""

    label: str
    png: bytes = field(repr=False)


@dataclass(frozen=True)
class Seen(Generic[T]):
    """A result, and the pictures that show it."""

    value: T
    evidence: tuple[Picture, ...]


@dataclass(frozen=True)
class Submitted:
    """The portal took the claim and gave a receipt."""

    receipt: str
    received_at: datetime


@dataclass(frozen=True)
class AlreadyThere:
    """The look before submitting found this version of the claim; nothing was sent."""

    claim: PortalClaim


@dataclass(frozen=True)
class Rejected:
    """The portal's own checks said no; nothing was taken. Personal data is cut from the texts."""

    messages: tuple[str, ...]


@dataclass(frozen=True)
class Unknown:
    """The claim may be there or not. Look again after the settling time, never click again."""

    detail: str


@dataclass(frozen=True)
class LayoutChanged:
    """A page is not what the definition says; nothing was sent."""

    page: str
    detail: str


SubmitOutcome = Submitted | AlreadyThere | Rejected | Unknown | LayoutChanged


class Journal(Protocol):
    """Whoever asks for a submission keeps its journal; each note must be committed on return."""

    async def note(self, step: str, detail: str = "") -> None:
        """Steps are "filled" (again after a new sign-in), "armed" (once, directly before the
        click; raise to forbid it), and "confirmed" (detail: the receipt)."""


class PortalDown(Exception):
    """The portal does not answer, or says that it is being maintained. Nothing was sent."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"The portal is down: {why}.")


class LoginRefused(Exception):
    """The portal does not take our password; trying again could lock the account."""

    def __init__(self, portal: str, username: str) -> None:
        self.portal, self.username = portal, username
        super().__init__(f"{portal} refused to sign {username} in.")


class PortalLayoutChanged(Exception):
    """A page is not what the definition says, seen while reading."""

    def __init__(self, page: str, detail: str, evidence: tuple[Picture, ...] = ()) -> None:
        self.page, self.detail, self.evidence = page, detail, evidence
        super().__init__(f"Page {page!r} of the portal changed: {detail}.")


class DuplicateClaims(Exception):
    """The portal holds one version of a claim more than once; a person must void all but one."""

    def __init__(self, claim_no: str, version: int, receipts: tuple[str, ...]) -> None:
        self.claim_no, self.version, self.receipts = claim_no, version, receipts
        super().__init__(f"Claim {claim_no} version {version} stands as {', '.join(receipts)}.")


class NoSuchReceipt(Exception):
    """The portal knows no claim with this receipt number."""

    def __init__(self, receipt: str) -> None:
        self.receipt = receipt
        super().__init__(f"The portal has no claim {receipt}.")


class VoidRefused(Exception):
    """The portal does not void this claim, for instance because it is paid."""

    def __init__(self, receipt: str, status: str) -> None:
        self.receipt, self.status = receipt, status
        super().__init__(f"Claim {receipt} cannot be voided, it is {status}.")


class NoSuchRemittance(Exception):
    """The portal lists no remittance with this number."""

    def __init__(self, remittance_no: str) -> None:
        self.remittance_no = remittance_no
        super().__init__(f"The portal has no remittance {remittance_no}.")
