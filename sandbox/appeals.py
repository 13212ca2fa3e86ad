"""How a payer hears appeals: a denied claim is looked at once more, and granted or dismissed.

Whoever files twice has filed twice: nothing here asks whether the same appeal came before.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sandbox import adjudication
from sandbox.kit import Moment, Service, stamp
from sandbox.remitting import Payer
from sandbox.scripts import Verdict, script_of

SCHEMA = """
create table if not exists appeal (
  appeal_no text primary key, payer_claim_no text not null, reason text not null,
  statement text not null, attachment text not null, status text not null,
  answer text not null default '', accepted_at text not null, decided_on text not null default '');
create index if not exists appeal_by_claim on appeal (payer_claim_no);
"""
# The pretend rules of the city scheme 2025, article 21: counted from the day of the denial.
WITHIN_DAYS = 30
DISMISSED = Verdict(decision="deny", denial_text="维持原决定")


@dataclass(frozen=True)
class FiledAppeal:
    """An appeal as it came in; `attachment` is the digest of its file."""

    payer_claim_no: str
    reason: str
    statement: str
    attachment: str


def serve(service: Service) -> None:
    """Let the service look at appeals and decide them."""

    @service.when("appeal_in_review")
    def in_review(moment: Moment, payload: dict[str, Any]) -> None:
        sql = "update appeal set status = 'in_review' where appeal_no = ? and status = 'accepted'"
        moment.do(sql, payload["appeal_no"])

    @service.when("appeal_decided")
    def decided(moment: Moment, payload: dict[str, Any]) -> None:
        _decide(moment, payload["appeal_no"])


def problem_of(moment: Moment, payer_claim_no: str) -> str:
    """Why nobody can appeal for this claim today, in the portal's words; "" when one can."""
    claim = adjudication.claim_of(moment, payer_claim_no)
    if claim is None:
        return "受理号不存在"
    if claim["status"] != "denied":
        return "该申报未被拒付，不能申诉"
    last_day = date.fromisoformat(claim["decided_on"]) + timedelta(days=WITHIN_DAYS)
    return "已超过申诉期限" if moment.now.date() > last_day else ""


def accept(moment: Moment, payer: Payer, filed: FiledAppeal) -> str:
    """Take an appeal in and return its number; what follows is on the script of its order."""
    day = f"{moment.now:%Y%m%d}"
    appeal_no = f"{payer.letter}S{day}{moment.next_number(f'appeal {day}'):05d}"
    moment.do(
        "insert into appeal (appeal_no, payer_claim_no, reason, statement, attachment, status,"
        " accepted_at) values (?, ?, ?, ?, ?, 'accepted', ?)",
        appeal_no,
        filed.payer_claim_no,
        filed.reason,
        filed.statement,
        filed.attachment,
        stamp(moment.now),
    )
    verdict = _verdict(moment, filed.payer_claim_no)
    wait = timedelta(days=verdict.decide_after_days)
    moment.later(moment.now + wait / 2, "appeal_in_review", {"appeal_no": appeal_no})
    if verdict.decision != "silence":
        moment.later(moment.now + wait, "appeal_decided", {"appeal_no": appeal_no})
    moment.happened(f"{appeal_no} accepted: an appeal for {filed.payer_claim_no}")
    return appeal_no


def appeal_of(moment: Moment, appeal_no: str) -> dict[str, Any] | None:
    """Return the appeal with the number and version of its claim, or None."""
    return moment.row(f"{_WITH_CLAIM} where appeal_no = ?", appeal_no)


def listed(moment: Moment, *, until: str, claim_no: str) -> list[dict[str, Any]]:
    """Return the appeals accepted by then, of one claim or of all (""), the newest first."""
    where = "where appeal.accepted_at <= ? and (? = '' or claim_no = ?) order by appeal_no desc"
    return moment.rows(f"{_WITH_CLAIM} {where}", until, claim_no, claim_no)


_WITH_CLAIM = (
    "select appeal.*, claim.claim_no, claim.version from appeal"
    " join claim on claim.payer_claim_no = appeal.payer_claim_no"
)


def _decide(moment: Moment, appeal_no: str) -> None:
    appeal = appeal_of(moment, appeal_no)
    claim = adjudication.claim_of(moment, appeal["payer_claim_no"]) if appeal else None
    if claim is None or appeal is None or appeal["status"] not in ("accepted", "in_review"):
        return
    verdict = _verdict(moment, claim["payer_claim_no"])
    # A claim that was taken back, or that an earlier appeal won already, is not paid by this one.
    is_granted = verdict.decision == "pay" and claim["status"] == "denied"
    status, answer = ("granted", "") if is_granted else ("dismissed", verdict.denial_text)
    sql = "update appeal set status = ?, answer = ?, decided_on = ? where appeal_no = ?"
    moment.do(sql, status, answer, moment.now.date().isoformat(), appeal_no)
    moment.happened(f"{appeal_no} {status}")
    if is_granted:
        adjudication.approve(moment, claim, verdict)


def _verdict(moment: Moment, payer_claim_no: str) -> Verdict:
    claim = adjudication.claim_of(moment, payer_claim_no)
    if claim is None:
        return DISMISSED
    return script_of(moment, claim["order_no"]).verdict(claim["version"]).appeal or DISMISSED


def books(moment: Moment) -> list[dict[str, Any]]:
    """Return every appeal without what was written in it."""
    sql = (
        "select appeal_no, payer_claim_no, reason, attachment, status, accepted_at, decided_on"
        " from appeal order by appeal_no"
    )
    return moment.rows(sql)
