"""What payers say they pay, as booked, and the transfers that the bank should show for it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.money import Money
from domain.proof import Proved
from domain.remittance import (
    Adjustment,
    ProviderAdjustment,
    RemittanceAdvice,
    RemittanceLine,
)
from store.proofs import record_proof, remittance_subject
from store.rows import digest_of, insert_all, insert_once
from store.tables_money import ProviderAdjustmentRow, RemittanceLineRow, RemittanceRow


class NoSuchRemittance(LookupError):
    """No remittance of this number was booked."""

    def __init__(self, remittance_no: str) -> None:
        self.remittance_no = remittance_no
        super().__init__(f"There is no remittance {remittance_no}.")


class RemittanceDiffers(ValueError):
    """A remittance of this number is booked with another content."""

    def __init__(self, remittance_no: str) -> None:
        self.remittance_no = remittance_no
        super().__init__(f"Remittance {remittance_no} is booked with another content.")


@dataclass(frozen=True)
class RemittanceView:
    """The head of a booked remittance."""

    remittance_no: str
    payer: str
    paid_on: date
    trace_number: str
    total: Money
    document_sha256: str
    booked_at: datetime


def record_remittance(
    s: Session,
    proved: Proved[RemittanceAdvice],
    *,
    now: datetime,
) -> bool:
    """Record a proved remittance with its proof; False when the same content is already there.

    Raises: RemittanceDiffers, NothingWasProved.
    """
    advice = proved.value
    record_proof(s, proved, subject=remittance_subject(advice.remittance_no), now=now)
    content = digest_of(asdict(advice))
    row = RemittanceRow(
        remittance_no=advice.remittance_no,
        payer=advice.payer,
        paid_on=advice.paid_on,
        trace_number=advice.trace_number,
        currency=advice.total.currency,
        total_minor=advice.total.minor,
        content_hash=content,
        document_sha256=proved.reading.sha256,
        booked_at=now,
    )
    if not insert_once(s, row):
        known = s.get(RemittanceRow, advice.remittance_no)
        if known is None or known.content_hash != content:
            raise RemittanceDiffers(advice.remittance_no)
        return False
    number = advice.remittance_no
    insert_all(s, [_line_row(number, n, line) for n, line in enumerate(advice.lines, 1)])
    taken_back = [
        ProviderAdjustmentRow(
            remittance_no=advice.remittance_no,
            n=n,
            claim_no=taken.claim_no,
            reason=taken.reason,
            minor=taken.amount.minor,
        )
        for n, taken in enumerate(advice.provider_adjustments, 1)
    ]
    insert_all(s, taken_back)
    return True


def remittance_of(s: Session, remittance_no: str) -> RemittanceAdvice:
    """Read a booked remittance back whole. Raises: NoSuchRemittance."""
    row = s.get(RemittanceRow, remittance_no)
    if row is None:
        raise NoSuchRemittance(remittance_no)
    lines = select(RemittanceLineRow).where(RemittanceLineRow.remittance_no == remittance_no)
    taken = select(ProviderAdjustmentRow).where(
        ProviderAdjustmentRow.remittance_no == remittance_no
    )
    return RemittanceAdvice(
        remittance_no=row.remittance_no,
        payer=row.payer,
        paid_on=row.paid_on,
        trace_number=row.trace_number,
        total=Money(row.total_minor, row.currency),
        lines=tuple(
            _line(line, row.currency)
            for line in s.exec(lines.order_by(col(RemittanceLineRow.n))).all()
        ),
        provider_adjustments=tuple(
            _taken(adjustment, row.currency)
            for adjustment in s.exec(taken.order_by(col(ProviderAdjustmentRow.n))).all()
        ),
    )


def claims_named(s: Session, remittance_no: str) -> list[str]:
    """The number of every claim that has a line in a remittance, in its order."""
    statement = select(RemittanceLineRow.claim_no).where(
        RemittanceLineRow.remittance_no == remittance_no
    )
    return list(s.exec(statement.order_by(col(RemittanceLineRow.n))).all())


def paid_between(s: Session, payer: str, first: date, last: date) -> tuple[int, Money]:
    """How many claims a payer's advices of these days pay, both inclusive, and how much in all.

    Each line counts; what an advice takes back or adds outside of its lines does not.
    """
    statement = (
        select(func.count(), func.coalesce(func.sum(RemittanceLineRow.paid_minor), 0))
        .join(RemittanceRow, col(RemittanceRow.remittance_no) == RemittanceLineRow.remittance_no)
        .where(
            RemittanceRow.payer == payer,
            RemittanceRow.paid_on >= first,
            RemittanceRow.paid_on <= last,
        )
    )
    count, minor = s.exec(statement).one()
    return int(count), Money(int(minor))


def remittance_view(s: Session, remittance_no: str) -> RemittanceView:
    """The head of a remittance, with its document. Raises: NoSuchRemittance."""
    row = s.get(RemittanceRow, remittance_no)
    if row is None:
        raise NoSuchRemittance(remittance_no)
    return _view(row)


def list_remittances(s: Session) -> list[RemittanceView]:
    """Every booked remittance by day and number."""
    statement = select(RemittanceRow).order_by(
        col(RemittanceRow.paid_on), RemittanceRow.remittance_no
    )
    return [_view(row) for row in s.exec(statement).all()]


def remittances_of_claim(s: Session, claim_no: str) -> list[tuple[RemittanceView, RemittanceLine]]:
    """What was said about a claim, oldest remittance first."""
    statement = (
        select(RemittanceRow, RemittanceLineRow)
        .where(RemittanceRow.remittance_no == RemittanceLineRow.remittance_no)
        .where(RemittanceLineRow.claim_no == claim_no)
        .order_by(col(RemittanceRow.paid_on), RemittanceRow.remittance_no)
    )
    return [(_view(row), _line(line, row.currency)) for row, line in s.exec(statement).all()]


def provider_adjustments_of_claim(
    s: Session, claim_no: str
) -> list[tuple[RemittanceView, ProviderAdjustment]]:
    """What was taken back (negative) or added for a claim, oldest remittance first."""
    statement = (
        select(RemittanceRow, ProviderAdjustmentRow)
        .where(RemittanceRow.remittance_no == ProviderAdjustmentRow.remittance_no)
        .where(ProviderAdjustmentRow.claim_no == claim_no)
        .order_by(col(RemittanceRow.paid_on), RemittanceRow.remittance_no)
    )
    return [(_view(row), _taken(taken, row.currency)) for row, taken in s.exec(statement).all()]


def _line_row(remittance_no: str, n: int, line: RemittanceLine) -> RemittanceLineRow:
    return RemittanceLineRow(
        remittance_no=remittance_no,
        n=n,
        claim_no=line.claim_no,
        version=line.version,
        billed_minor=line.billed.minor,
        paid_minor=line.paid.minor,
        adjustments=[[a.group, a.reason, a.amount.minor] for a in line.adjustments],
    )


def _line(row: RemittanceLineRow, currency: str) -> RemittanceLine:
    return RemittanceLine(
        row.claim_no,
        row.version,
        Money(row.billed_minor, currency),
        Money(row.paid_minor, currency),
        tuple(
            Adjustment(group, reason, Money(minor, currency))
            for group, reason, minor in row.adjustments
        ),
    )


def _taken(row: ProviderAdjustmentRow, currency: str) -> ProviderAdjustment:
    return ProviderAdjustment(row.claim_no, row.reason, Money(row.minor, currency))


def _view(row: RemittanceRow) -> RemittanceView:
    return RemittanceView(
        row.remittance_no,
        row.payer,
        row.paid_on,
        row.trace_number,
        Money(row.total_minor, row.currency),
        row.document_sha256,
        row.booked_at,
    )
