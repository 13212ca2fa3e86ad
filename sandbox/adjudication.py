"""How the two payers think: a claim comes in, is decided by the script of its order, remitted and
paid. What differs between them (an API here, a portal there) lives in payer_a and payer_b."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sandbox import remitting
from sandbox.kit import Call, Fields, Moment, Service, stamp
from sandbox.remitting import Payer
from sandbox.scripts import Script, Verdict, plant_scripts, script_of

SCHEMA = (
    """
create table if not exists script (order_no text primary key, batch text, body text not null);
create table if not exists claim (
  payer_claim_no text primary key, claim_no text not null, version integer not null,
  replaces text, order_no text not null, invoice_no text not null, member_no text not null,
  patient_name text not null, service_date text not null, billed integer not null,
  contract integer not null default 0, patient integer not null default 0,
  paid integer not null default 0, status text not null, denial_code text not null default '',
  denial_text text not null default '', accepted_at text not null,
  decided_on text not null default '', attachment text not null default '', remittance_no text);
create index if not exists claim_by_number on claim (claim_no, version);
create index if not exists claim_by_order on claim (order_no);
create table if not exists claim_line (
  payer_claim_no text not null, line_no integer not null, insurer_code text not null,
  quantity integer not null, amount integer not null, primary key (payer_claim_no, line_no));
"""
    + remitting.SCHEMA
)


@dataclass(frozen=True)
class FiledLine:
    """One line of a claim; `amount` in fen."""

    line_no: int
    insurer_code: str
    quantity: int
    amount: int


@dataclass(frozen=True)
class FiledClaim:
    """A claim that passed the front door; its lines add up to what is billed."""

    claim_no: str
    version: int
    replaces: str | None
    order_no: str
    invoice_no: str
    member_no: str
    patient_name: str
    service_date: str
    lines: tuple[FiledLine, ...]
    attachment: str = ""

    @property
    def billed(self) -> int:
        """The whole claim in fen."""
        return sum(line.amount for line in self.lines)


def serve(service: Service, payer: Payer) -> None:
    """Let the service decide, remit and pay in the payer's name."""

    @service.seed
    def seed(moment: Moment, body: Fields) -> None:
        plant_scripts(moment, body)

    @service.when("in_review")
    def in_review(moment: Moment, payload: dict[str, Any]) -> None:
        sql = "update claim set status = 'in_review' where payer_claim_no = ? and status = ?"
        moment.do(sql, payload["payer_claim_no"], "accepted")

    @service.when("decided")
    def decided(moment: Moment, payload: dict[str, Any]) -> None:
        _decide(moment, payload["payer_claim_no"])

    service.post("/_sandbox/claims", public=True)(lambda call: _at_the_counter(call, payer))
    remitting.serve(service, payer)


def _at_the_counter(call: Call, payer: Payer) -> dict[str, str]:
    """Take a claim over 360.00 in as if it had come on paper: no form of a portal is asked."""
    told = {name: str(call.body[name]) for name in ("claim_no", "order_no", "service_date")}
    filed = FiledClaim(
        **told,
        version=1,
        replaces=None,
        invoice_no="26000000000000000001",
        member_no="M-TEST-0101",
        patient_name="测试甲 101",
        lines=(FiledLine(1, "C1401010010000100001", 3, 36000),),
    )
    return {"payer_claim_no": accept(call, payer, filed)}


def accept(moment: Moment, payer: Payer, filed: FiledClaim) -> str:
    """Take the claim in and return the payer's number for it; what follows is on its script."""
    day = f"{moment.now:%Y%m%d}"
    number = moment.next_number(f"claim {day}")
    payer_claim_no = f"{payer.letter}{day}{number:06d}"
    moment.do(
        "insert into claim (payer_claim_no, claim_no, version, replaces, order_no, invoice_no,"
        " member_no, patient_name, service_date, billed, status, accepted_at, attachment)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'accepted', ?, ?)",
        payer_claim_no,
        filed.claim_no,
        filed.version,
        filed.replaces,
        filed.order_no,
        filed.invoice_no,
        filed.member_no,
        filed.patient_name,
        filed.service_date,
        filed.billed,
        stamp(moment.now),
        filed.attachment,
    )
    for line in filed.lines:
        sql = "insert into claim_line values (?, ?, ?, ?, ?)"
        values = (line.line_no, line.insurer_code, line.quantity, line.amount)
        moment.do(sql, payer_claim_no, *values)
    _plan(moment, payer_claim_no, script_of(moment, filed.order_no).verdict(filed.version))
    moment.happened(f"{payer_claim_no} accepted: {filed.claim_no} version {filed.version}")
    return payer_claim_no


def _plan(moment: Moment, payer_claim_no: str, verdict: Verdict) -> None:
    payload = {"payer_claim_no": payer_claim_no}
    wait = timedelta(days=verdict.decide_after_days)
    moment.later(moment.now + wait / 2, "in_review", payload)
    if verdict.decision != "silence":
        moment.later(moment.now + wait, "decided", payload)


def reverse(moment: Moment, payer_claim_no: str) -> bool:
    """Take a claim out of the run. Returns False, and does nothing, when it is paid already."""
    claim = claim_of(moment, payer_claim_no)
    if claim is None or claim["status"] == "paid":
        return False
    if claim["status"] != "reversed":
        sql = "update claim set status = 'reversed', paid = 0 where payer_claim_no = ?"
        moment.do(sql, payer_claim_no)
        moment.happened(f"{payer_claim_no} reversed")
    return True


def claim_of(moment: Moment, payer_claim_no: str) -> dict[str, Any] | None:
    """Return the claim's row, or None."""
    return moment.row("select * from claim where payer_claim_no = ?", payer_claim_no)


def lines_of(moment: Moment, payer_claim_no: str) -> list[dict[str, Any]]:
    """Return the claim's lines in the order of their numbers."""
    sql = "select * from claim_line where payer_claim_no = ? order by line_no"
    return moment.rows(sql, payer_claim_no)


def _decide(moment: Moment, payer_claim_no: str) -> None:
    claim = claim_of(moment, payer_claim_no)
    if claim is None or claim["status"] not in ("accepted", "in_review"):
        return
    verdict = script_of(moment, claim["order_no"]).verdict(claim["version"])
    today = moment.now.date().isoformat()
    if verdict.decision == "deny":
        moment.do(
            "update claim set status = 'denied', denial_code = ?, denial_text = ?, decided_on = ?"
            " where payer_claim_no = ?",
            verdict.denial_code,
            verdict.denial_text,
            today,
            payer_claim_no,
        )
        moment.happened(f"{payer_claim_no} denied: {verdict.denial_code}")
        return
    approve(moment, claim, verdict)


def approve(moment: Moment, claim: dict[str, Any], verdict: Verdict) -> None:
    """Let a claim be paid as the verdict splits it, today; its advice and its money follow."""
    payer_claim_no = claim["payer_claim_no"]
    script, today = script_of(moment, claim["order_no"]), moment.now.date().isoformat()
    contract, patient, paid = _split(claim["billed"], verdict)
    moment.do(
        "update claim set status = 'approved', contract = ?, patient = ?, paid = ?, decided_on = ?,"
        " denial_code = '', denial_text = '' where payer_claim_no = ?",
        contract,
        patient,
        paid,
        today,
        payer_claim_no,
    )
    moment.happened(f"{payer_claim_no} approved")
    _send_to_remittance(moment, payer_claim_no, script, verdict)


def _split(billed: int, verdict: Verdict) -> tuple[int, int, int]:
    """Return contract adjustment, patient's share and payment; none below zero, all from billed."""
    contract = min(verdict.contract_adjustment, billed)
    patient = min(verdict.patient_share, billed - contract)
    return contract, patient, billed - contract - patient


def _send_to_remittance(
    moment: Moment, payer_claim_no: str, script: Script, verdict: Verdict
) -> None:
    claims = [payer_claim_no]
    if script.batch:
        claims = _complete_batch(moment, script.batch)
    if not claims:
        return
    remitted_at = moment.now + timedelta(days=verdict.remit_after_days)
    payload = {"claims": claims, "bank_after_days": verdict.bank_after_days}
    moment.later(remitted_at, "remit", payload)


def _complete_batch(moment: Moment, batch: str) -> list[str]:
    """Return the approved claims of the batch, or nothing while one order of it is undecided."""
    orders = [row["order_no"] for row in moment.rows("select * from script where batch = ?", batch)]
    found = []
    for order_no in orders:
        sql = "select payer_claim_no from claim where order_no = ? and status = 'approved'"
        approved = moment.row(sql, order_no)
        if approved is None:
            return []
        found.append(str(approved["payer_claim_no"]))
    return found


def books(moment: Moment) -> dict[str, Any]:
    """Return claims, remittances and take-backs with amounts in yuan, and no patient."""
    claims = moment.rows(
        "select payer_claim_no, claim_no, version, replaces, order_no, invoice_no, billed,"
        " contract, patient, paid, status, denial_code, accepted_at, decided_on, remittance_no,"
        " attachment from claim order by payer_claim_no"
    )
    told = [remitting.in_yuan(claim, "billed", "contract", "patient", "paid") for claim in claims]
    return {"claims": told, "claim_count": len(told), **remitting.books(moment)}
