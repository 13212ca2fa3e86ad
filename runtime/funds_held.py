"""Whether the ERP holds our bank money: asked of the ERP's vouchers, of the bank's statements, and
of what was taken and given back under each number of ours.

Apart from `runtime/invariants.py`, because it compares three parties: ERP, bank, and ourselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from domain.bill_comparison import Moved
from domain.channel_bill import BillKind
from domain.ledger import PATIENT_REFUNDS, PREPAYMENTS, bank, is_suspense
from domain.money import Money
from runtime.wiring import Parts
from store import bank as statements
from store import channel_moves, fund_vouchers, ledger

OURS = "funds:"
"""How the key of a voucher of bank money begins."""
_GOES_BACK = (PREPAYMENTS, PATIENT_REFUNDS)
"""Out of which account a channel gives back."""


def funds_differ(parts: Parts, erp_vouchers: Sequence[Mapping[str, Any]]) -> list[str]:
    """What speaks against "bank money of every day before this one is with the ERP, once".

    `erp_vouchers` are the ERP's own rows, of whatever key.
    """
    yesterday = parts.clock.today() - timedelta(days=1)
    accounts = [profile.code for profile in parts.counterparties.banks()]
    held = [row for row in erp_vouchers if row["key"].startswith(OURS)]
    with parts.database.reading() as s:
        waiting = fund_vouchers.days_waiting(s, yesterday)
        ours = {one.key: one.voucher_no for one in fund_vouchers.every_voucher(s)}
        theirs = {one: statements.closing_on(s, one, yesterday) for one in accounts}
        moved = channel_moves.moved_over_all(s, yesterday)
        unclear = {
            code: debit - credit
            for code, debit, credit in ledger.trial_balance(s, until=yesterday)
            if is_suspense(code)
        }
    found = [f"{day}: not with the ERP" for day in waiting]
    found += [
        f"{row['key']}: the ERP has {row['voucher_no']}, we know {ours.get(row['key']) or 'none'}"
        for row in held
        if ours.get(row["key"]) != row["voucher_no"]
    ]
    missing = sorted(ours.keys() - {row["key"] for row in held})
    found += [f"{key}: the ERP has none" for key in missing]
    lines = _lines_until(yesterday, held)
    banks = {bank(code): closing or Money(0) for code, closing in theirs.items()}
    found += _sums_differ(lines, banks, "bank")
    found += [*_sums_differ(lines, unclear, "books"), *_moves_differ(lines, moved)]
    return found if held else [*found, "the ERP has no bank money at all"]


def _lines_until(day: date, rows: Iterable[Mapping[str, Any]]) -> list[tuple[str, Money, Money]]:
    """Account, debit and credit of each line up to a day."""
    return [
        (line["account"], Money.parse(line["debit"]), Money.parse(line["credit"]))
        for row in rows
        if row["date"] <= day.isoformat()
        for line in row["lines"]
    ]


def _sums_differ(
    lines: Iterable[tuple[str, Money, Money]], held: Mapping[str, Money], whose: str
) -> Iterable[str]:
    """Each account in the ERP's vouchers against what it holds: a bank account by the bank's last
    statement, unclear money by our books, for no case hands that over."""
    sums = dict.fromkeys(held, Money(0))
    for account, debit, credit in lines:
        if account in sums:
            sums[account] += debit - credit
    for account, amount in held.items():
        if sums[account] != amount:
            yield f"{account}: ERP {sums[account]}, {whose} {amount}"


def _moves_differ(
    lines: Sequence[tuple[str, Money, Money]], moved: Sequence[Moved]
) -> Iterable[str]:
    """What pay channels took and gave back: in the ERP's vouchers, and under our numbers."""
    taken = Money.total(credit for account, _, credit in lines if account == PREPAYMENTS)
    # What an insurer cancelled whole and settled anew left the refunds again.
    anew = Money.total(credit for account, _, credit in lines if account == PATIENT_REFUNDS)
    back = Money.total(debit for account, debit, _ in lines if account in _GOES_BACK) - anew
    ours = Money.total(one.amount for one in moved if one.kind is BillKind.PAYMENT)
    undone = -Money.total(one.amount for one in moved if one.kind is BillKind.REFUND)
    if taken != ours:
        yield f"taken: ERP {taken}, channels {ours}"
    if back != undone:
        yield f"given back: ERP {back}, channels {undone}"
