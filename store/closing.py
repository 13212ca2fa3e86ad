"""Closing a month: everything that must hold before, each with the reasons why it does not.

The list is computed in the very transaction that closes, while nobody can post.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from domain.ledger import bank, is_suspense
from domain.money import Money
from domain.objection import Objection, objection
from store import channel_moves, fund_vouchers, ledger, money
from store.bank import closing_on, last_day
from store.people import PersonView
from store.periods import (
    PeriodView,
    closed_periods,
    lock_periods,
    next_period,
    write_closing,
)
from store.periods import last_day as last_day_of
from store.tables_books import AccountRow, JournalRow, LegRow


class PeriodNotReady(ValueError):
    """Something of the list does not hold; `checks` are those with their reasons."""

    def __init__(self, period: str, checks: Sequence[Check]) -> None:
        self.period, self.checks = period, list(checks)
        names = ", ".join(check.name for check in self.checks)
        super().__init__(f"Period {period} cannot be closed yet: {names}.")


@dataclass(frozen=True)
class ClosingRules:
    """What closing is measured by: our bank accounts, the business day, the amount from which an
    open difference keeps a month open, and everybody who pays out by a bill of each day."""

    accounts: tuple[str, ...]
    today: date
    difference_limit: Money
    channels: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """One line of the list: its name, and everything that speaks against it."""

    name: str
    against: tuple[Objection, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.against


def checklist(s: Session, period: str, rules: ClosingRules) -> list[Check]:
    """Everything that must hold before a month is closed. Raises: NotAPeriod."""
    end = last_day_of(period)
    return [
        Check("period_over", tuple(_not_over(end, rules.today))),
        Check("earlier_closed", tuple(_open_before(s, period))),
        Check("statements_complete", tuple(_missing_statements(s, rules.accounts, end))),
        Check("bills_booked", tuple(_missing_bills(s, rules.channels, end))),
        Check("bank_agrees", tuple(_bank_differs(s, rules.accounts, end))),
        Check("trial_balances", tuple(_unbalanced(s, period))),
        Check("suspense_explained", tuple(suspense_differs(s))),
        Check("differences_small", tuple(_open_differences(s, end, rules.difference_limit))),
        Check("vouchers_with_erp", tuple(_not_handed_over(s, end))),
    ]


def close(
    s: Session, period: str, person: PersonView, rules: ClosingRules, now: datetime
) -> PeriodView:
    """Close a month, if everything of the list holds.

    Raises: NotAPeriod, MayNotClose, PeriodNotInThatState, PeriodNotReady.
    """
    lock_periods(s)
    failed = [check for check in checklist(s, period, rules) if not check.holds]
    if failed:
        raise PeriodNotReady(period, failed)
    return write_closing(s, period, person, closing_figures(s, period), now)


def closing_figures(s: Session, period: str) -> dict[str, str]:
    """What every account holds at the end of a month, as plain amounts by account."""
    return {
        code: (debit - credit).plain()
        for code, debit, credit in trial_balance_of(s, period)
        if debit != credit
    }


def changed_since_closing(s: Session, view: PeriodView) -> list[Objection]:
    """What a closed month holds now and did not when it was closed: nothing, ever."""
    if not view.is_closed:
        return []
    then, today = view.figures, closing_figures(s, view.period)
    return [
        objection(
            "changed_since_closing",
            account=code,
            now=Money.parse(today.get(code, "0.00")),
            then=Money.parse(then.get(code, "0.00")),
        )
        for code in sorted({*then, *today})
        if then.get(code) != today.get(code)
    ]


def trial_balance_of(
    s: Session, period: str, currency: str = "CNY"
) -> list[tuple[str, Money, Money]]:
    """Every account with its debits and credits of all months up to this one, by code."""
    sums: dict[str, list[int]] = {}
    for at, side in enumerate((LegRow.debit_id, LegRow.credit_id)):
        statement = (
            select(AccountRow.code, func.sum(LegRow.minor))
            .join(LegRow, col(side) == col(AccountRow.id))
            .join(JournalRow, col(LegRow.journal_id) == col(JournalRow.id))
            .where(AccountRow.currency == currency, col(JournalRow.period) <= period)
            .group_by(AccountRow.code)
        )
        for code, total in s.exec(statement).all():
            sums.setdefault(code, [0, 0])[at] += int(total)
    return [
        (code, Money(debit, currency), Money(credit, currency))
        for code, (debit, credit) in sorted(sums.items())
    ]


def suspense_differs(s: Session) -> list[Objection]:
    """Unclear money is exactly the open work, owner by owner."""
    held = {
        code: credited - debited
        for code, debited, credited in ledger.trial_balance(s)
        if is_suspense(code)
    }
    open_work: dict[str, Money] = {}
    for found in money.open_differences(s):
        before = open_work.get(found.suspense_account, Money(0))
        open_work[found.suspense_account] = before + found.amount
    return [
        objection(
            "suspense_differs",
            account=code,
            held=held.get(code, Money(0)),
            open=open_work.get(code, Money(0)),
        )
        for code in sorted({*held, *open_work})
        if held.get(code, Money(0)) != open_work.get(code, Money(0))
    ]


def _not_over(end: date, today: date) -> Iterable[Objection]:
    if today <= end:
        yield objection("month_not_over", day=end)


def _open_before(s: Session, period: str) -> Iterable[Objection]:
    closed = closed_periods(s)
    one = s.exec(select(func.min(JournalRow.period))).one() or period
    while one < period:
        if one not in closed:
            yield objection("month_open", month=one)
        one = next_period(one)


def _missing_statements(s: Session, accounts: Iterable[str], end: date) -> Iterable[Objection]:
    """A later statement opens where the last one closed, so it proves that none is missing."""
    for account in accounts:
        known = last_day(s, account)
        if known is None:
            yield objection("no_statement", account=account)
        elif known < end:
            yield objection("statements_end", account=account, day=known)


def _missing_bills(s: Session, channels: Iterable[str], end: date) -> Iterable[Objection]:
    """Money that moved over a channel while no bill told of it, and nobody called it unclear."""
    for channel in channels:
        for day in sorted(channel_moves.untold_days(s, channel, end)):
            yield objection("no_bill", channel=channel, day=day)


def _not_handed_over(s: Session, end: date) -> Iterable[Objection]:
    for day in fund_vouchers.days_waiting(s, end):
        yield objection("no_voucher", day=day)


def _bank_differs(s: Session, accounts: Iterable[str], end: date) -> Iterable[Objection]:
    for account in accounts:
        theirs = closing_on(s, account, end)
        if theirs is None:
            continue
        ours = _balance_on(s, bank(account), end, theirs.currency)
        if ours != theirs:
            yield objection("bank_differs", account=account, books=ours, bank=theirs)


def _balance_on(s: Session, code: str, end: date, currency: str) -> Money:
    """What an account held at the end of a day, by the days of the facts."""
    total = 0
    for side, sign in ((LegRow.debit_id, 1), (LegRow.credit_id, -1)):
        statement = (
            select(func.sum(LegRow.minor))
            .join(AccountRow, col(side) == col(AccountRow.id))
            .join(JournalRow, col(LegRow.journal_id) == col(JournalRow.id))
            .where(AccountRow.code == code, AccountRow.currency == currency)
            .where(col(JournalRow.effective) <= end)
        )
        total += sign * int(s.exec(statement).one() or 0)
    return Money(total, currency)


def _unbalanced(s: Session, period: str) -> Iterable[Objection]:
    rows = trial_balance_of(s, period)
    debits = Money.total(debit for _, debit, _ in rows)
    credited = Money.total(credit for _, _, credit in rows)
    if debits != credited:
        yield objection("unbalanced", debits=debits, credits=credited)


def _open_differences(s: Session, end: date, limit: Money) -> Iterable[Objection]:
    for found in money.open_differences(s):
        if found.opened_on <= end and abs(found.amount.minor) > limit.minor:
            yield objection(
                "difference_open", number=found.no, amount=found.amount, day=found.opened_on
            )
