"""Handing a claim in: suggestions, the attachment, the formalities, and the commit.

The commit is answered at once with a ticket, which is no receipt: the claim is written, or refused
with a reason, `accept_after_s` real seconds later (setting, 2) or `accept_after_minutes` simulated
ones (setting, which then counts alone); with the fault `slow_ticket` five simulated hours later.
The portal never looks whether the same claim came before: the mutation id that the script makes up
at every click is kept and is no key.
"""

import hashlib
import json
import secrets
import time
from datetime import timedelta
from typing import Any

from starlette.datastructures import UploadFile

from sandbox import adjudication
from sandbox.kit import Call, Moment, Service, instant, stamp
from sandbox.onepage import checks
from sandbox.onepage.form import Form, form_of
from sandbox.onepage.layouts import is_on, layouts_now
from sandbox.onepage.signing_in import Visit, signed_in, typed, variables
from sandbox.remitting import Payer

PAYER = Payer(
    code="PD",
    letter="D",
    name="测试安和商业健康保险股份有限公司",
    account="BA-01",
    transfer_text="理赔付款",
)
SCHEMA = """
create table if not exists attachment (
  attachment_no text primary key, user text not null, digest text not null);
create table if not exists ticket (
  ticket text primary key, user text not null, mutation_id text not null,
  submitted_at text not null, ready_at real, sent text not null, digest text not null,
  state text not null default 'waiting', reason text not null default '',
  payer_claim_no text not null default '');
"""
ACCEPT_AFTER_S = "2"
SLOW_TICKET_MINUTES = "300"
LONGEST_ATTACHMENT = 5 * 1024 * 1024
# A .docx file is a zip archive, hence its first bytes.
FIRST_BYTES = {".pdf": b"%PDF-", ".docx": b"PK\x03\x04"}
UNKNOWN_OPERATION = {"error": "UNKNOWN_OPERATION", "text": "不支持的操作"}


def serve(service: Service) -> None:
    """Declare the operations of the form, and what happens to a ticket later."""
    service.post("/api/claimForm", public=True)(signed_in(_tell_form))
    service.post("/api/memberSuggest", public=True)(signed_in(_suggest))
    service.post("/api/attachmentUpload", public=True)(signed_in(_take_attachment))
    service.post("/api/claimCheck", public=True)(signed_in(_check))
    for operation in ("claimSubmit", "claimSubmitV2"):
        service.post(f"/api/{operation}", public=True)(signed_in(_submit))

    @service.when("take_in")
    def take_in(moment: Moment, payload: dict[str, Any]) -> None:
        _take_in(moment, payload["ticket"])


def _tell_form(call: Call, _visit: Visit) -> dict[str, Any]:
    shown = form_of(layouts_now(call)).shown()
    flags = {"asksTwice": is_on(call, "unknown_dialog"), "sendsTwice": is_on(call, "double_send")}
    return {**shown, **flags, "today": call.now.date().isoformat()}


def _suggest(call: Call, _visit: Visit) -> dict[str, Any]:
    """Offer the typed number between its neighbours, so that the first one is never the right one.

    The insurer knows every member of the pretend world, whose numbers end in digits.
    """
    text = typed(variables(call), "text").upper()
    stem = text.rstrip("0123456789")
    digits = text[len(stem) :]
    if not checks.MEMBER_NO.fullmatch(text) or len(digits) < 2:
        return {"members": []}
    numbers = [max(int(digits) + step, 0) for step in (-1, 0, 1)]
    found = dict.fromkeys(f"{stem}{number:0{len(digits)}d}" for number in numbers)
    return {"members": [{"value": no, "text": f"{no} 团体医疗保障计划"} for no in found]}


def _take_attachment(call: Call, visit: Visit) -> dict[str, Any]:
    upload = call.form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return {"error": "NO_FILE", "text": "请上传附件"}
    content = upload.file.read(LONGEST_ATTACHMENT + 1)
    if len(content) > LONGEST_ATTACHMENT:
        return {"error": "TOO_LONG", "text": "附件过大"}
    name = upload.filename.lower()
    if not any(name.endswith(end) and content.startswith(b) for end, b in FIRST_BYTES.items()):
        return {"error": "WRONG_KIND", "text": "附件格式不正确，仅支持docx或pdf"}
    attachment_no = f"F{secrets.token_hex(8)}"
    digest = hashlib.sha256(content).hexdigest()
    call.do("insert into attachment values (?, ?, ?)", attachment_no, visit.user, digest)
    return {"attachmentId": attachment_no, "size": len(content)}


def _check(call: Call, visit: Visit) -> dict[str, Any]:
    """Tell what is wrong with the formalities. Writes nothing."""
    form, sent = _read(call)
    return {"errors": _shown(checks.problems(call, form, sent) | _unknown_file(call, visit, sent))}


def _read(call: Call) -> tuple[Form, checks.Sent]:
    form = form_of(layouts_now(call))
    return form, checks.read(form, variables(call))


def _shown(errors: dict[str, str]) -> list[dict[str, str]]:
    return [{"field": name, "text": text} for name, text in errors.items()]


def _unknown_file(call: Call, visit: Visit, sent: checks.Sent) -> dict[str, str]:
    is_wrong = sent["attachment"] and not digest_of(call, visit, sent["attachment"])
    return {"attachment": "附件已失效，请重新上传"} if is_wrong else {}


def digest_of(call: Call, visit: Visit, attachment_no: str) -> str:
    """The digest of a file that this clerk has uploaded; "" when there is none."""
    sql = "select digest from attachment where attachment_no = ? and user = ?"
    row = call.row(sql, attachment_no, visit.user)
    return "" if row is None else str(row["digest"])


def _submit(call: Call, visit: Visit) -> Any:
    form, sent = _read(call)
    if call.body["operation"] != form.operation:
        return UNKNOWN_OPERATION
    errors = checks.problems(call, form, sent) | _unknown_file(call, visit, sent)
    if not errors:
        day = checks.day_of(form, sent["service_date"])
        sent = checks.Sent(sent.values | {"service_date": str(day)}, sent.lines)
    ticket = f"T{call.now:%Y%m%d}-{secrets.token_hex(4).upper()}"
    call.do(
        "insert into ticket (ticket, user, mutation_id, submitted_at, ready_at, sent, digest,"
        " reason) values (?, ?, ?, ?, ?, ?, ?, ?)",
        ticket,
        visit.user,
        typed(variables(call), "mutationId"),
        stamp(call.now),
        ready_at(call, "take_in", ticket),
        json.dumps(sent.kept(), ensure_ascii=False),
        digest_of(call, visit, sent["attachment"]),
        "；".join(errors.values()),
    )
    return {"accepted": True, "ticket": ticket}


def ready_at(call: Call, event: str, ticket: str) -> float | None:
    """Plan when the ticket is looked at. Returns real seconds, None when the clock decides."""
    slow = SLOW_TICKET_MINUTES if call.take_fault("slow_ticket") else ""
    minutes = slow or call.setting("accept_after_minutes")
    is_instant = call.kept("instant", False)
    if not minutes and not is_instant:
        return time.time() + float(call.setting("accept_after_s") or ACCEPT_AFTER_S)
    wait = timedelta(minutes=0 if is_instant else float(minutes))
    call.later(call.now + wait, event, {"ticket": ticket})
    return None


def take_in_what_is_ready(moment: Moment) -> None:
    """Look at every ticket whose real seconds are over, in the order they came."""
    sql = (
        "select ticket, submitted_at from ticket where state = 'waiting' and ready_at <= ?"
        " order by ready_at, rowid"
    )
    for row in moment.rows(sql, time.time()):
        # The clock may have gone on for days in these seconds: it was taken in before that.
        then = Moment(moment.world, min(instant(row["submitted_at"]), moment.now), moment.texts)
        _take_in(then, row["ticket"])


def _take_in(moment: Moment, ticket: str) -> None:
    row = moment.row("select * from ticket where ticket = ? and state = 'waiting'", ticket)
    if row is None:
        return
    sent = checks.Sent.of_kept(json.loads(row["sent"]))
    reason = row["reason"] or checks.objection(moment, sent)
    if moment.take_fault("refuse_later"):
        reason = reason or "保单已失效，未予受理"
    if reason:
        sql = "update ticket set state = 'refused', reason = ? where ticket = ?"
        moment.do(sql, reason, ticket)
        moment.happened(f"{ticket} refused")
        return
    payer_claim_no = adjudication.accept(moment, PAYER, checks.filed(sent, row["digest"]))
    sql = "update ticket set state = 'accepted', payer_claim_no = ? where ticket = ?"
    moment.do(sql, payer_claim_no, ticket)
