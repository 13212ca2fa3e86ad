"""What a payer says it pays: the remittance advice, and the proof that it adds up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.money import Money
from domain.proof import Equation, ProofKind


@dataclass(frozen=True)
class Adjustment:
    """Why a payer pays less than billed; `group` is who bears it (X12 CAS01).

    CO: the contract, so we do. PR: the patient or the next payer. OA: other. PI: the payer's wish.
    """

    group: str
    reason: str
    amount: Money


@dataclass(frozen=True)
class RemittanceLine:
    """One claim in a remittance: billed minus adjustments is paid."""

    claim_no: str
    version: int
    billed: Money
    paid: Money
    adjustments: tuple[Adjustment, ...]

    def adjusted(self, *groups: str) -> Money:
        """Sum of the adjustments of these groups."""
        return Money.total(
            (item.amount for item in self.adjustments if item.group in groups),
            self.billed.currency,
        )

    def shifted(self) -> Money:
        """What moves to the next payer or the patient."""
        return self.adjusted("PR")

    def borne_by_us(self) -> Money:
        """What we bear by contract or otherwise."""
        return self.adjusted("CO", "OA", "PI")


@dataclass(frozen=True)
class ProviderAdjustment:
    """Money outside any claim of this remittance; negative when the payer takes money back."""

    claim_no: str
    reason: str
    amount: Money


@dataclass(frozen=True)
class RemittanceAdvice:
    """A payer's notice of one transfer; `total` is what arrives in the bank."""

    remittance_no: str
    payer: str
    paid_on: date
    trace_number: str
    total: Money
    lines: tuple[RemittanceLine, ...]
    provider_adjustments: tuple[ProviderAdjustment, ...] = ()

    def equations(self) -> list[Equation]:
        """What must hold. Raises: RemittanceDoesNotAddUp, at the first that does not.

        An empty remittance proves nothing and is refused: an equation over no rows always holds.
        """
        if not self.lines and not self.provider_adjustments:
            raise RemittanceDoesNotAddUp(
                self.remittance_no, "no line at all, lines", Money(0), self.total
            )
        proved = []
        for line in self.lines:
            adjusted = Money.total((a.amount for a in line.adjustments), line.billed.currency)
            due = line.billed - adjusted
            if line.paid != due:
                raise RemittanceDoesNotAddUp(
                    self.remittance_no, f"claim {line.claim_no} paid", line.paid, due
                )
            name = f"{line.claim_no} billed - adjusted = paid"
            proved.append(Equation(name, due.minor, line.paid.minor, ProofKind.ROW))
        added = Money.total((line.paid for line in self.lines), self.total.currency)
        added += Money.total((p.amount for p in self.provider_adjustments), self.total.currency)
        if added != self.total:
            raise RemittanceDoesNotAddUp(self.remittance_no, "lines", added, self.total)
        proved.append(Equation("sum of lines = total", added.minor, self.total.minor))
        return proved


class RemittanceDoesNotAddUp(ValueError):
    """Lines and totals of a remittance disagree; nothing of it may be booked."""

    def __init__(self, remittance_no: str, what: str, left: Money, right: Money) -> None:
        self.remittance_no, self.what, self.left, self.right = remittance_no, what, left, right
        missing = right - left
        super().__init__(
            f"Remittance {remittance_no}: {what} {left.grouped()}, should be "
            f"{right.grouped()} {right.currency}, {missing.grouped()} missing."
        )
