"""Appealing against a denial: the form as data, the formalities, a ticket, and what became of it.

As with claims the answer to the commit is a ticket and no receipt, and the mutation id is no key:
who sends twice has appealed twice.
"""

import secrets
import time
from datetime import timedelta
from typing import Any

from sandbox import adjudication, appeals
from sandbox.appeals import FiledAppeal
from sandbox.kit import Call, Moment, Service, instant, stamp
from sandbox.onepage.desk import TICKET_STATES, cut, lag_of, told_time
from sandbox.onepage.filing import PAYER, digest_of, ready_at
from sandbox.onepage.form import Field
from sandbox.onepage.layouts import is_on
from sandbox.onepage.signing_in import Visit, first, signed_in, typed, variables

SCHEMA = """
create table if not exists appeal_ticket (
  ticket text primary key, user text not null, mutation_id text not null,
  submitted_at text not null, ready_at real, claim_no text not null, payer_claim_no text not null,
  reason text not null, statement text not null, digest text not null,
  state text not null default 'waiting', refused text not null default '',
  appeal_no text not null default '');
"""
LONGEST_STATEMENT = 800
_PART = "申诉信息"
_REASONS = (
    ("added", "补充资料"),
    ("wrong", "核定有误"),
    ("covered", "属于保险责任"),
    ("other", "其他原因"),
)
FIELDS = (
    Field("receipt", "receiptNo", "受理编号", _PART, told="aria"),
    Field("claim_no", "claimNo", "申报单号", _PART),
    Field("version", "versionNo", "版本", _PART, told="near"),
    Field("reason", "appealReason", "申诉类别", _PART, "select", "near", options=_REASONS),
    Field("statement", "statement", "申诉说明", _PART, "area", hint="不超过800字"),
    Field("attachment", "attachment", "附件", _PART, "file", "near", hint="pdf或docx，不超过5MB"),
)
STATES = {
    "accepted": "已收件",
    "in_review": "复核中",
    "granted": "申诉成立",
    "dismissed": "维持原核定",
}
_VERBS = {"select": "请选择", "file": "请上传"}


def serve(service: Service) -> None:
    """Declare the operations, and what happens to a ticket later."""
    for operation, handler in (
        ("appealForm", _tell_form),
        ("appealCheck", _check),
        ("appealSubmit", _submit),
        ("appealTickets", _tickets),
        ("appealList", _list),
    ):
        service.post(f"/api/{operation}", public=True)(
            signed_in(first(take_in_what_is_ready, handler))
        )

    @service.when("take_appeal_in")
    def take_appeal_in(moment: Moment, payload: dict[str, Any]) -> None:
        _take_in(moment, payload["ticket"])


def _tell_form(call: Call, _visit: Visit) -> dict[str, Any]:
    flags = {"asksTwice": is_on(call, "unknown_dialog"), "sendsTwice": is_on(call, "double_send")}
    return {"fields": [field.shown() for field in FIELDS], **flags}


def _check(call: Call, visit: Visit) -> dict[str, Any]:
    """Tell what is wrong with the formalities. Writes nothing."""
    errors = _problems(call, visit, _read(call))
    return {"errors": [{"field": name, "text": text} for name, text in errors.items()]}


def _read(call: Call) -> dict[str, str]:
    given = variables(call).get("appeal")
    values = given if isinstance(given, dict) else {}
    return {field.key: typed(values, field.name) for field in FIELDS}


def _problems(call: Call, visit: Visit, sent: dict[str, str]) -> dict[str, str]:
    errors = {}
    for field in FIELDS:
        value = sent[field.key]
        if not value:
            errors[field.name] = f"{_VERBS.get(field.widget, '请填写')}{field.label}"
        elif field.options and value not in dict(field.options):
            errors[field.name] = f"{field.label}选项无效"
    if len(sent["statement"]) > LONGEST_STATEMENT:
        errors["statement"] = f"申诉说明不能超过{LONGEST_STATEMENT}字"
    if sent["attachment"] and not digest_of(call, visit, sent["attachment"]):
        errors["attachment"] = "附件已失效，请重新上传"
    return errors


def _submit(call: Call, visit: Visit) -> Any:
    sent = _read(call)
    ticket = f"T{call.now:%Y%m%d}-{secrets.token_hex(4).upper()}"
    call.do(
        "insert into appeal_ticket (ticket, user, mutation_id, submitted_at, ready_at, claim_no,"
        " payer_claim_no, reason, statement, digest, refused)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ticket,
        visit.user,
        typed(variables(call), "mutationId"),
        stamp(call.now),
        ready_at(call, "take_appeal_in", ticket),
        sent["claim_no"],
        sent["receipt"],
        dict(_REASONS).get(sent["reason"], ""),
        sent["statement"],
        digest_of(call, visit, sent["attachment"]),
        "；".join(_problems(call, visit, sent).values()) or _mismatch(call, sent),
    )
    return {"accepted": True, "ticket": ticket}


def _mismatch(call: Call, sent: dict[str, str]) -> str:
    claim = adjudication.claim_of(call, sent["receipt"])
    if claim is None or (claim["claim_no"], str(claim["version"])) == (
        sent["claim_no"],
        sent["version"],
    ):
        return ""
    return "受理编号与申报单号、版本不符"


def take_in_what_is_ready(moment: Moment) -> None:
    """Look at every ticket whose real seconds are over, in the order they came."""
    sql = (
        "select ticket, submitted_at from appeal_ticket"
        " where state = 'waiting' and ready_at <= ? order by ready_at, rowid"
    )
    for row in moment.rows(sql, time.time()):
        # The clock may have gone on for days in these seconds: it was taken in before that.
        then = Moment(moment.world, min(instant(row["submitted_at"]), moment.now), moment.texts)
        _take_in(then, row["ticket"])


def _take_in(moment: Moment, ticket: str) -> None:
    sql = "select * from appeal_ticket where ticket = ? and state = 'waiting'"
    row = moment.row(sql, ticket)
    if row is None:
        return
    reason = row["refused"] or appeals.problem_of(moment, row["payer_claim_no"])
    if moment.take_fault("refuse_later"):
        reason = reason or "保单已失效，未予受理"
    if reason:
        sql = "update appeal_ticket set state = 'refused', refused = ? where ticket = ?"
        moment.do(sql, reason, ticket)
        moment.happened(f"{ticket} refused")
        return
    filed = FiledAppeal(row["payer_claim_no"], row["reason"], row["statement"], row["digest"])
    appeal_no = appeals.accept(moment, PAYER, filed)
    sql = "update appeal_ticket set state = 'accepted', appeal_no = ? where ticket = ?"
    moment.do(sql, appeal_no, ticket)


def _tickets(call: Call, visit: Visit) -> dict[str, Any]:
    sql = (
        "select * from appeal_ticket where user = ? and (? = '' or ticket = ?)"
        " and (? = '' or claim_no = ?) order by submitted_at desc, rowid desc"
    )
    ticket, claim_no = (typed(variables(call), name) for name in ("ticket", "claimNo"))
    rows, pager = cut(call, call.rows(sql, visit.user, ticket, ticket, claim_no, claim_no))
    told = [
        {
            "ticket": row["ticket"],
            "claimNo": row["claim_no"],
            "submittedAt": told_time(row["submitted_at"]),
            "state": TICKET_STATES[row["state"]],
            "receipt": row["appeal_no"],
            "reason": row["refused"] if row["state"] == "refused" else "",
        }
        for row in rows
    ]
    return {"tickets": told, **pager, "echoes": True}


def _list(call: Call, _visit: Visit) -> dict[str, Any]:
    until = stamp(call.now - timedelta(minutes=lag_of(call)))
    claim_no = typed(variables(call), "claimNo")
    rows, pager = cut(call, appeals.listed(call, until=until, claim_no=claim_no))
    told = [
        {
            "number": row["appeal_no"],
            "receipt": row["payer_claim_no"],
            "claimNo": row["claim_no"],
            "version": row["version"],
            "state": STATES[row["status"]],
            "answer": row["answer"],
            "receivedOn": row["accepted_at"][:10],
            "decidedOn": row["decided_on"],
        }
        for row in rows
    ]
    return {"appeals": told, **pager}


def tickets_held(moment: Moment) -> list[dict[str, Any]]:
    """What became of each ticket, for the books."""
    take_in_what_is_ready(moment)
    return moment.rows(
        "select ticket, mutation_id, ready_at, state, refused as reason, appeal_no"
        " from appeal_ticket order by rowid"
    )
