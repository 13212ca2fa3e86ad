"""What is said of one unclear line or claim, in Chinese and in English, before what may be done."""

from __future__ import annotations

from sqlmodel import Session

from domain.statement import StatementLine
from store import matches
from store.money import DifferenceView


def unexplained(difference: DifferenceView, line: StatementLine | None) -> tuple[str, str]:
    """How much of which line or claim nothing explains."""
    where = f"流水 {line.line_id}" if line else difference.claim_no or difference.no
    place = f"Bank line {line.line_id}" if line else f"Claim {difference.claim_no}"
    amount = difference.amount
    return (
        f"{where} 的 {amount.grouped()} 元没有对应单据",
        f"{place}: {amount} that nothing explains",
    )


def with_taken_back(
    session: Session, line: StatementLine, said: tuple[str, str]
) -> tuple[str, str]:
    """What is said of a line, and what it takes back, when it does: that may come anew."""
    found = matches.finding_of(session, line.line_id)
    if found is None or found.why != "taken_back":
        return said
    return (
        f"{said[0]}，{found.item_no} 的到账被收回，重新到账后自动相抵",
        f"{said[1]}; what came for {found.item_no} was taken back, and when it comes again, both"
        " cancel out",
    )
