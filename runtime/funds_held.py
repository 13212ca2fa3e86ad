"""Whether the ERP holds our bank money: asked of the ERP's vouchers and of the bank's statements.

Apart from `runtime/invariants.py`, because it compares three parties: ERP, bank, and ourselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from domain.ledger import bank
from domain.money import Money
from runtime.wiring import Parts
from store import bank as statements
from store import fund_vouchers

_OURS = "funds:"
"""How the key of a voucher of bank money begins."""


def funds_differ(parts: Parts, erp_vouchers: Sequence[Mapping[str, Any]]) -> list[str]:
    """What speaks against "bank money of every day before this one is with the ERP, once".

    `erp_vouchers` are the ERP's own rows, of whatever key.
    """
    yesterday = parts.clock.today() - timedelta(days=1)
    accounts = [profile.code for profile in parts.counterparties.banks()]
    held = [row for row in erp_vouchers if row["key"].startswith(_OURS)]
    with parts.database.reading() as s:
        waiting = fund_vouchers.days_waiting(s, yesterday)
        ours = {one.key: one.voucher_no for one in fund_vouchers.every_voucher(s)}
        theirs = {one: statements.closing_on(s, one, yesterday) for one in accounts}
    found = [f"{day}: not with the ERP" for day in waiting]
    found += [
        f"{row['key']}: the ERP has {row['voucher_no']}, we know {ours.get(row['key']) or 'none'}"
        for row in held
        if ours.get(row["key"]) != row["voucher_no"]
    ]
    missing = sorted(ours.keys() - {row["key"] for row in held})
    found += [f"{key}: the ERP has none" for key in missing]
    found += _sums_differ(_until(yesterday, held), theirs)
    return found if held else [*found, "the ERP has no bank money at all"]


def _until(day: date, rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["date"] <= day.isoformat()]


def _sums_differ(
    held: Iterable[Mapping[str, Any]], theirs: Mapping[str, Money | None]
) -> Iterable[str]:
    """Each account in the ERP's vouchers against what the bank's last statement closed with."""
    sums = {bank(code): Money(0) for code in theirs}
    for row in held:
        for line in row["lines"]:
            if line["account"] in sums:
                sums[line["account"]] += Money.parse(line["debit"]) - Money.parse(line["credit"])
    for code, closing in theirs.items():
        if sums[bank(code)] != (closing or Money(0)):
            yield f"{code}: ERP {sums[bank(code)]}, bank {closing or Money(0)}"
