"""From the typed values of a document to the domain's remittance advice or bank statement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bots.documents.equations import Period
from bots.documents.grid import Filled
from bots.documents.layout import Layout
from bots.documents.values import Printed
from domain.money import Money
from domain.proof import Problem
from domain.remittance import (
    Adjustment,
    ProviderAdjustment,
    RemittanceAdvice,
    RemittanceLine,
)
from domain.statement import BankStatement, StatementLine

_Row = Mapping[str, Printed]


class CannotBeBuilt(ValueError):
    """The typed values do not fit together, for example an amount cut without a reason."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def remittance(found: Filled, layout: Layout) -> RemittanceAdvice:
    """Raises: CannotBeBuilt."""
    claims = next(table for table in layout.tables if table.name == "claims")
    groups = {field.name: field.group for field in claims.columns.values() if field.group}
    return RemittanceAdvice(
        remittance_no=_text(found.header, "remittance_no"),
        payer=layout.issuer,
        paid_on=_day(found.header, "paid_on"),
        trace_number=_text(found.header, "trace_number"),
        total=_money(found.header, "net_total", layout),
        lines=tuple(
            _claim(row, groups, line, layout)
            for line, row in enumerate(found.rows["claims"], start=1)
        ),
        provider_adjustments=tuple(
            _take_back(row, line, layout)
            for line, row in enumerate(found.rows.get("take_backs", []), start=1)
        ),
    )


def statement(found: Filled, layout: Layout) -> BankStatement:
    """Raises: CannotBeBuilt."""
    movements = next(table for table in layout.tables if table.name == "movements")
    rule = next(field for field in movements.columns.values() if field.name == "line_ref")
    period = _period(found.header)
    return BankStatement(
        statement_no=_text(found.header, "statement_no"),
        account=_text(found.header, "account"),
        from_day=period.first_day,
        to_day=period.last_day,
        opening=_money(found.header, "opening", layout),
        closing=_money(found.header, "closing", layout),
        lines=tuple(_movement(row, layout, rule.own_prefix) for row in found.rows["movements"]),
    )


def _claim(row: _Row, groups: Mapping[str, str], line: int, layout: Layout) -> RemittanceLine:
    codes = _reasons(row)
    adjustments = []
    for name, group in groups.items():
        amount = _money(row, name, layout)
        of_group = [code for found_group, code in codes if found_group == group]
        if len(of_group) != (1 if amount else 0):
            reason = f"{len(of_group)} reasons of group {group} for {amount.grouped()}"
            raise CannotBeBuilt(Problem(reason, line=line, field="claims.reasons"))
        if amount:
            adjustments.append(Adjustment(group, of_group[0], amount))
    if unknown := [group for group, _ in codes if group not in groups.values()]:
        reason = f"group {unknown[0]} has no column of its own"
        raise CannotBeBuilt(Problem(reason, line=line, field="claims.reasons"))
    return RemittanceLine(
        claim_no=_text(row, "claim_no"),
        version=_whole(row, "version"),
        billed=_money(row, "billed", layout),
        paid=_money(row, "paid", layout),
        adjustments=tuple(adjustments),
    )


def _take_back(row: _Row, line: int, layout: Layout) -> ProviderAdjustment:
    codes = _reasons(row)
    amount = _money(row, "amount", layout)
    if len(codes) != 1 or not amount > Money(0, layout.currency):
        reason = f"{len(codes)} reasons for {amount.grouped()} taken back"
        raise CannotBeBuilt(Problem(reason, line=line, field="take_backs.reasons"))
    return ProviderAdjustment(_text(row, "claim_no"), "-".join(filter(None, codes[0])), -amount)


def _movement(row: _Row, layout: Layout, own_prefix: str) -> StatementLine:
    reference = _text(row, "line_ref")
    is_banks_own = bool(own_prefix) and reference.startswith(own_prefix)
    return StatementLine(
        line_id=reference,
        booked_on=_day(row, "booked_on"),
        amount=_money(row, "paid_in", layout) - _money(row, "paid_out", layout),
        trace_number="" if is_banks_own else reference,
        text=_text(row, "text"),
        counterparty=_text(row, "counterparty"),
    )


def _money(row: _Row, name: str, layout: Layout) -> Money:
    value = row.get(name)
    if value is None:
        return Money(0, layout.currency)
    if not isinstance(value, int):
        raise _misdeclared(name, "money")
    return Money(value, layout.currency)


def _whole(row: _Row, name: str) -> int:
    value = row.get(name)
    if not isinstance(value, int):
        raise _misdeclared(name, "int")
    return value


def _text(row: _Row, name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise _misdeclared(name, "text or ref")
    return value


def _day(row: _Row, name: str) -> date:
    value = row.get(name)
    if not isinstance(value, date):
        raise _misdeclared(name, "date")
    return value


def _period(row: _Row) -> Period:
    value = row.get("period")
    if not isinstance(value, Period):
        raise _misdeclared("period", "period")
    return value


def _reasons(row: _Row) -> tuple[tuple[str, str], ...]:
    value = row.get("reasons")
    if not isinstance(value, tuple):
        raise _misdeclared("reasons", "reasons")
    return tuple((str(group), str(code)) for group, code in value)


def _misdeclared(name: str, kind: str) -> CannotBeBuilt:
    return CannotBeBuilt(Problem(f"the layout does not declare it as {kind}", field=name))
