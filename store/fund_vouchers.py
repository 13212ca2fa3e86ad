"""Vouchers of bank money, and of money at pay channels, for the ERP: frozen, then sent, so that a
crash sends the same again.

A journal stands in one voucher only; what is booked for a day after its voucher goes into the next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, func, select

from domain.ledger import PREPAYMENTS, Leg, clearing
from domain.money import Money
from store import ledger
from store.rows import FactDiffers, insert_once, locked
from store.tables_books import AccountRow, JournalRow, LegRow
from store.tables_funds import FundVoucherJournalRow, FundVoucherRow

FUND_SOURCES = (
    "statement",
    "match",
    "unclear",
    "difference",
    "channel_bill",
    "refund",
    "repayment",
)
"""What is about bank money: the lines, how they were matched, what insurers pay or take back beside
open claims, what persons decided of the rest, what pay channels keep of what they send, what they
gave back, and what insurers get back with it.
Receivables are handed over by their case, when it closes."""
_REVIEW, _PAYMENT = "review", "payment"


@dataclass(frozen=True)
class FundVoucher:
    """One voucher; `voucher_no` is the ERP's, "" while it has not answered."""

    key: str
    day: date
    legs: tuple[Leg, ...]
    voucher_no: str
    frozen_at: datetime

    @property
    def is_sent(self) -> bool:
        """Whether the ERP has answered with its number."""
        return bool(self.voucher_no)

    @property
    def total(self) -> Money:
        """The sum of its debits, which is that of its credits."""
        return Money.total(leg.amount for leg in self.legs)


def freeze(s: Session, day: date, *, now: datetime) -> FundVoucher | None:
    """The day's voucher that is not sent yet; else a new one of what stands in none.

    None when every journal of the day was handed over.
    """
    waiting = locked(
        s,
        select(FundVoucherRow).where(
            FundVoucherRow.day == day, col(FundVoucherRow.voucher_no).is_(None)
        ),
    )
    if waiting is not None:
        return _view(waiting)
    journals = s.exec(
        select(JournalRow)
        .where(JournalRow.effective == day, *_waiting())
        .order_by(col(JournalRow.id))
    ).all()
    legs = _added(leg for one in ledger.journals_of(s, journals) for leg in one.legs)
    if not journals or not legs:
        return None
    before = s.exec(
        select(func.count()).select_from(FundVoucherRow).where(FundVoucherRow.day == day)
    ).one()
    key = f"funds:{day}:{before + 1}"
    kept = [[leg.debit, leg.credit, leg.amount.minor, leg.amount.currency] for leg in legs]
    row = FundVoucherRow(key=key, day=day, legs=kept, frozen_at=now)
    if not insert_once(s, row):
        raise FactDiffers(f"Voucher {key}", "its journals")
    for journal in journals:
        assert journal.id is not None
        if not insert_once(s, FundVoucherJournalRow(journal_id=journal.id, key=key)):
            raise FactDiffers(f"Journal {journal.idem_key}", "its voucher")
    return FundVoucher(key, day, tuple(legs), "", now)


def days_waiting(s: Session, until: date) -> list[date]:
    """The days up to this one of which something is not with the ERP, oldest first."""
    booked = select(col(JournalRow.effective)).where(
        col(JournalRow.effective) <= until, *_waiting()
    )
    frozen = select(col(FundVoucherRow.day)).where(
        col(FundVoucherRow.day) <= until, col(FundVoucherRow.voucher_no).is_(None)
    )
    return sorted({*s.exec(booked.distinct()).all(), *s.exec(frozen).all()})


def _waiting() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Journals of bank money that stand in no voucher.

    Announced money that a person gave up is among them, and what a channel took: neither is a
    receivable, so that no case hands it over. A share that is settled out of it is one.
    """
    handed_over = select(FundVoucherJournalRow.journal_id)
    about_funds = or_(
        col(JournalRow.source_type).in_(FUND_SOURCES),
        _crediting(_REVIEW, col(AccountRow.code).startswith(clearing(""))),
        _crediting(_PAYMENT, col(AccountRow.code) == PREPAYMENTS),
    )
    return about_funds, col(JournalRow.id).not_in(handed_over)


def _crediting(source: str, account: ColumnElement[bool]) -> ColumnElement[bool]:
    """Journals of a source of which a leg credits such an account."""
    credited = select(LegRow.journal_id).join(
        AccountRow, col(LegRow.credit_id) == col(AccountRow.id)
    )
    return and_(
        col(JournalRow.source_type) == source, col(JournalRow.id).in_(credited.where(account))
    )


def note_sent(s: Session, key: str, voucher_no: str) -> None:
    """Keep the ERP's number, once. Raises: FactDiffers, when it answered another one before."""
    row = s.get_one(FundVoucherRow, key)
    if row.voucher_no not in (None, voucher_no):
        raise FactDiffers(f"Voucher {key}", "voucher_no")
    row.voucher_no = voucher_no
    s.flush()


def vouchers_of(s: Session, day: date) -> list[FundVoucher]:
    """Every voucher of a day, in turn."""
    statement = select(FundVoucherRow).where(FundVoucherRow.day == day)
    return [_view(row) for row in s.exec(statement.order_by(FundVoucherRow.key)).all()]


def every_voucher(s: Session) -> list[FundVoucher]:
    """All of them, by key."""
    return [_view(row) for row in s.exec(select(FundVoucherRow).order_by(FundVoucherRow.key)).all()]


def _added(legs: Iterable[Leg]) -> list[Leg]:
    """One leg for each pair of accounts."""
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for leg in legs:
        sums[leg.debit, leg.credit, leg.amount.currency] += leg.amount.minor
    return [
        Leg(debit, credit, Money(minor, currency), "")
        for (debit, credit, currency), minor in sorted(sums.items())
    ]


def _view(row: FundVoucherRow) -> FundVoucher:
    legs = tuple(
        Leg(debit, credit, Money(minor, currency), "")
        for debit, credit, minor, currency in row.legs
    )
    return FundVoucher(row.key, row.day, legs, row.voucher_no or "", row.frozen_at)
