"""A payer that offers an API: claims go in, and decisions and remittances come out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connectors.http import AnswerUnreadable, Caller, ContentDiffers, Refused
from connectors.wire import Fields, read, read_all, read_sole, segment
from domain.money import Money
from domain.order import Problem
from domain.reference import payment_reference
from domain.remittance import Adjustment, ProviderAdjustment, RemittanceAdvice, RemittanceLine


@dataclass(frozen=True)
class ClaimedLine:
    """One line of a claim: the insurer's code, and what is billed for it."""

    line_no: int
    insurer_code: str
    quantity: int
    amount: Money


@dataclass(frozen=True)
class ClaimSubmission:
    """What is handed to the payer. `replaces` is the payer's number of the version before."""

    claim_no: str
    version: int
    replaces: str | None
    order_no: str
    invoice_no: str
    member_no: str = field(repr=False)
    patient_name: str = field(repr=False)
    service_date: date
    lines: tuple[ClaimedLine, ...]
    total: Money


@dataclass(frozen=True)
class PayerClaim:
    """A claim as the payer sees it.

    Status is accepted, in_review, approved, denied, paid or reversed; `paid` is zero until decided.
    """

    payer_claim_no: str
    claim_no: str
    version: int
    status: str
    denial_code: str
    denial_text: str
    decided_on: date | None
    billed: Money
    paid: Money


@dataclass(frozen=True)
class RemittanceNotice:
    """One remittance in the payer's list."""

    remittance_no: str
    paid_on: date
    total: Money


class AlreadyPaid(Refused):
    """The payer has paid this claim, so it can no longer be reversed."""

    def __init__(self, refusal: Refused, payer_claim_no: str) -> None:
        self.payer_claim_no = payer_claim_no
        super().__init__(
            refusal.counterparty,
            refusal.call,
            status=refusal.status,
            error=refusal.error,
            field=refusal.field,
            text=refusal.text,
        )


class PayerApi:
    """Each method may raise any `CallFailed`; only what goes beyond is named."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def submit(self, claim: ClaimSubmission) -> PayerClaim:
        """Hand in one version of a claim, once; a second time returns what is there.

        Raises: Refused (the front door says no), ContentDiffers.
        """
        call, key = "POST /claims", f"{claim.claim_no}/{claim.version}"

        def send() -> PayerClaim:
            answer = self._caller.tell("POST", "/claims", _claim_body(claim))
            payer_claim_no, status = read(
                self._caller, answer, lambda row: (row.text("payer_claim_no"), row.text("status"))
            )
            return _as_submitted(claim, payer_claim_no, status)

        def look() -> PayerClaim | None:
            return self.find(claim.claim_no, claim.version)

        try:
            found = self._caller.once(call, key, send, look)
        except Refused as refusal:
            if refusal.error != "duplicate_claim":
                raise
            found = self.status(str(refusal.details.get("payer_claim_no", "")))
        theirs = (found.claim_no, found.version, found.billed)
        if theirs != (claim.claim_no, claim.version, claim.total):
            raise ContentDiffers(
                self._caller.counterparty, call, key=key, theirs=found.payer_claim_no
            )
        return found

    def find(self, claim_no: str, version: int) -> PayerClaim | None:
        """What the payer holds of this version of a claim."""
        query = {"claim_no": claim_no, "version": str(version)}
        return read_sole(self._caller, self._caller.ask("/claims", query), _claim)

    def status(self, payer_claim_no: str) -> PayerClaim:
        """Where a claim stands, by the payer's own number."""
        answer = self._caller.ask(f"/claims/{segment(payer_claim_no)}")
        return read(self._caller, answer, _claim)

    def reverse(self, key: str, payer_claim_no: str) -> PayerClaim:
        """Take a claim back; twice is the same as once. Raises: AlreadyPaid."""
        path = f"/claims/{segment(payer_claim_no)}/reverse"

        def send() -> PayerClaim:
            self._caller.tell("POST", path, {"key": key})
            return self.status(payer_claim_no)

        def look() -> PayerClaim | None:
            found = self.status(payer_claim_no)
            return found if found.status == "reversed" else None

        try:
            return self._caller.once(f"POST {path}", key, send, look)
        except Refused as refusal:
            if refusal.error == "already_paid":
                raise AlreadyPaid(refusal, payer_claim_no) from refusal
            raise

    def remittances(self, since: date) -> list[RemittanceNotice]:
        """The remittances dated `since` or later."""
        answer = self._caller.ask("/remittances", {"since": since.isoformat()})
        return read_all(
            self._caller,
            answer,
            lambda row: RemittanceNotice(
                row.text("remittance_no"), row.day("date"), row.amount("total")
            ),
        )

    def remittance_document(self, remittance_no: str) -> bytes:
        """The remittance as it was sent, to be kept as evidence; `read_remittance` reads it."""
        return self._caller.fetch(f"/remittances/{segment(remittance_no)}")

    def remittance(self, remittance_no: str) -> RemittanceAdvice:
        """The remittance, read but not proved. Raises: AnswerUnreadable."""
        return read_remittance(
            self.remittance_document(remittance_no), source=self._caller.counterparty
        )


def read_remittance(document: bytes, *, source: str) -> RemittanceAdvice:
    """Read a payer's JSON remittance; proving it is `domain.proof.prove`.

    Raises: AnswerUnreadable, naming every faulty field.
    """
    call = "GET /remittances"
    try:
        body = json.loads(document)
    except ValueError as not_json:
        raise AnswerUnreadable(source, call, [Problem("body", "is not JSON")]) from not_json
    fields = Fields(body)
    advice = _advice(fields)
    if fields.problems:
        raise AnswerUnreadable(source, call, fields.problems)
    return advice


def _claim_body(claim: ClaimSubmission) -> dict[str, Any]:
    return {
        "claim_no": claim.claim_no,
        "payment_reference": payment_reference(claim.claim_no),
        "version": claim.version,
        "replaces": claim.replaces,
        "order_no": claim.order_no,
        "invoice_no": claim.invoice_no,
        "member_no": claim.member_no,
        "patient_name": claim.patient_name,
        "service_date": claim.service_date.isoformat(),
        "lines": [
            {
                "line_no": line.line_no,
                "insurer_code": line.insurer_code,
                "quantity": line.quantity,
                "amount": line.amount.plain(),
            }
            for line in claim.lines
        ],
        "total": claim.total.plain(),
    }


def _as_submitted(claim: ClaimSubmission, payer_claim_no: str, status: str) -> PayerClaim:
    return PayerClaim(
        payer_claim_no=payer_claim_no,
        claim_no=claim.claim_no,
        version=claim.version,
        status=status,
        denial_code="",
        denial_text="",
        decided_on=None,
        billed=claim.total,
        paid=Money(0, claim.total.currency),
    )


def _claim(fields: Fields) -> PayerClaim:
    denial = fields.one_or_none("denial")
    return PayerClaim(
        payer_claim_no=fields.text("payer_claim_no"),
        claim_no=fields.text("claim_no"),
        version=fields.integer("version"),
        status=fields.text("status"),
        denial_code="" if denial is None else denial.text("code"),
        denial_text="" if denial is None else denial.text("text"),
        decided_on=fields.day_or_none("decided_on"),
        billed=fields.amount("billed"),
        paid=fields.amount("paid"),
    )


def _advice(fields: Fields) -> RemittanceAdvice:
    currency = fields.text("currency") or "CNY"
    return RemittanceAdvice(
        remittance_no=fields.text("remittance_no"),
        payer=fields.text("payer"),
        paid_on=fields.day("date"),
        trace_number=fields.text("trace_number"),
        total=fields.amount("total", currency),
        lines=tuple(_line(row, currency) for row in fields.rows("lines")),
        provider_adjustments=tuple(
            ProviderAdjustment(
                row.text("claim_no"), row.text("reason"), row.amount("amount", currency)
            )
            for row in fields.rows("provider_adjustments")
        ),
    )


def _line(row: Fields, currency: str) -> RemittanceLine:
    return RemittanceLine(
        claim_no=row.text("claim_no"),
        version=row.integer("version"),
        billed=row.amount("billed", currency),
        paid=row.amount("paid", currency),
        adjustments=tuple(
            Adjustment(item.text("group"), item.text("reason"), item.amount("amount", currency))
            for item in row.rows("adjustments")
        ),
    )
