"""How a payer clears a month: it counts what it paid in it, and holds that against what is applied.

Whoever applies twice has applied twice, and is answered twice.
"""

from datetime import timedelta
from typing import Any

from sandbox.kit import Moment, Service, stamp, yuan
from sandbox.remitting import Payer

SCHEMA = """
create table if not exists clearing (
  clearing_no text primary key, month text not null, count integer not null,
  total integer not null, status text not null, answer text not null default '',
  accepted_at text not null, decided_on text not null default '');
"""
DECIDES_AFTER_DAYS = 2


def serve(service: Service) -> None:
    """Let the service answer applications."""

    @service.when("clearing_decided")
    def decided(moment: Moment, payload: dict[str, Any]) -> None:
        _decide(moment, payload["clearing_no"])


def accept(moment: Moment, payer: Payer, month: str, count: int, total: int) -> str:
    """Take an application in and return its number; `total` in fen."""
    day = f"{moment.now:%Y%m%d}"
    clearing_no = f"{payer.letter}Q{day}{moment.next_number(f'clearing {day}'):05d}"
    sql = "insert into clearing values (?, ?, ?, ?, 'accepted', '', ?, '')"
    moment.do(sql, clearing_no, month, count, total, stamp(moment.now))
    due = moment.now + timedelta(days=DECIDES_AFTER_DAYS)
    moment.later(due, "clearing_decided", {"clearing_no": clearing_no})
    moment.happened(f"{clearing_no} accepted: {month}, {count} claims, {yuan(total)}")
    return clearing_no


def clearing_of(moment: Moment, clearing_no: str) -> dict[str, Any] | None:
    """Return the application, or None."""
    return moment.row("select * from clearing where clearing_no = ?", clearing_no)


def listed(moment: Moment, *, until: str, month: str) -> list[dict[str, Any]]:
    """Return the applications accepted by then, of one month or of all (""), the newest first."""
    sql = (
        "select * from clearing where accepted_at <= ? and (? = '' or month = ?)"
        " order by clearing_no desc"
    )
    return moment.rows(sql, until, month, month)


def paid_in(moment: Moment, month: str) -> tuple[int, int]:
    """Return how many claims the advices of a month pay, and how much in fen; take-backs apart."""
    sql = (
        "select count(*) as n, coalesce(sum(claim.paid), 0) as total from claim"
        " join remittance on remittance.remittance_no = claim.remittance_no"
        " where remittance.date like ?"
    )
    row = moment.row(sql, f"{month}-%") or {"n": 0, "total": 0}
    return int(row["n"]), int(row["total"])


def _decide(moment: Moment, clearing_no: str) -> None:
    clearing = clearing_of(moment, clearing_no)
    if clearing is None or clearing["status"] != "accepted":
        return
    count, total = paid_in(moment, clearing["month"])
    agrees = (count, total) == (clearing["count"], clearing["total"])
    answer = "" if agrees else f"核定{count}笔 {yuan(total)}元"
    sql = "update clearing set status = ?, answer = ?, decided_on = ? where clearing_no = ?"
    status = "cleared" if agrees else "differs"
    moment.do(sql, status, answer, moment.now.date().isoformat(), clearing_no)
    moment.happened(f"{clearing_no} {status}")


def books(moment: Moment) -> list[dict[str, Any]]:
    """Return every application, its amount in yuan."""
    rows = moment.rows("select * from clearing order by clearing_no")
    return [row | {"total": yuan(row["total"])} for row in rows]
