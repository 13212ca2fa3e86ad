"""Filing a claim in three steps: who is insured, what was delivered, the attachment and 提交.

The portal looks at each step by itself, and never whether the same claim was filed before: filing
twice makes two claims. That is how the old portals are.
"""

import hashlib
import json
from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import Response

from sandbox import adjudication
from sandbox.adjudication import FiledClaim, FiledLine
from sandbox.kit import Call, Service
from sandbox.portal import forms
from sandbox.portal.desk import PAYER
from sandbox.portal.pages import go_to, no_such_record, page, was_typed
from sandbox.portal.visits import Visit, signed_in

SCHEMA = """
create table if not exists draft (
  draft_no text primary key, session_no text not null, insured text not null,
  lines text not null default '[]', payer_claim_no text not null default '');
"""
LONGEST_ATTACHMENT = 5 * 1024 * 1024
# A .docx file is a zip archive, hence its first bytes.
FIRST_BYTES = {".pdf": b"%PDF-", ".docx": b"PK\x03\x04"}


def serve(service: Service) -> None:
    """Declare the three steps. They must come before `/claims/{payer_claim_no}`."""
    service.get("/claims/new", public=True)(signed_in(_show_insured))
    service.post("/claims/new", public=True)(signed_in(_take_insured))
    service.get("/claims/new/lines", public=True)(signed_in(_show_lines))
    service.post("/claims/new/lines", public=True)(signed_in(_take_lines))
    service.get("/claims/new/attachment", public=True)(signed_in(_show_attachment))
    service.post("/claims/new/submit", public=True)(signed_in(_submit))


def _show_insured(call: Call, visit: Visit) -> Response:
    return _insured_page(visit, forms.InsuredForm({}), {})


def _take_insured(call: Call, visit: Visit) -> Response:
    form = forms.read_insured(call.form)
    errors = forms.check_insured(call, form)
    if errors:
        return _insured_page(visit, form, errors)
    draft_no = f"D{call.next_number('draft'):06d}"
    sql = "insert into draft (draft_no, session_no, insured) values (?, ?, ?)"
    insured = json.dumps(form.values, ensure_ascii=False)
    call.do(sql, draft_no, visit.session_no, insured)
    return go_to(f"/claims/new/lines?draft={draft_no}")


def _insured_page(visit: Visit, form: forms.InsuredForm, errors: dict[str, str]) -> Response:
    return page(
        "insured.html",
        "新增申报 第一步 参保信息",
        token=visit.token,
        is_changed=visit.is_changed,
        form=form,
        errors=errors,
    )


def _show_lines(call: Call, visit: Visit) -> Response:
    draft = _draft(call, visit, call.query("draft") or "")
    if draft is None:
        return no_such_record()
    kept = [forms.TypedLine.of(line) for line in draft["lines"]]
    total = forms.plain(sum(line["amount"] for line in draft["lines"])) if kept else ""
    return _lines_page(visit, draft, forms.LinesForm(tuple(kept), total), {})


def _take_lines(call: Call, visit: Visit) -> Response:
    draft = _draft(call, visit, was_typed(call.form, "draft"))
    if draft is None:
        return no_such_record()
    form = forms.read_lines(call.form)
    lines, errors = forms.check_lines(form)
    if errors:
        return _lines_page(visit, draft, form, errors)
    sql = "update draft set lines = ? where draft_no = ?"
    call.do(sql, json.dumps(lines), draft["draft_no"])
    return go_to(f"/claims/new/attachment?draft={draft['draft_no']}")


def _lines_page(
    visit: Visit, draft: dict[str, Any], form: forms.LinesForm, errors: dict[str, str]
) -> Response:
    return page(
        "lines.html",
        "新增申报 第二步 费用明细",
        token=visit.token,
        is_changed=visit.is_changed,
        draft_no=draft["draft_no"],
        rows=form.filled_up_to(5),
        total=form.total,
        errors=errors,
    )


def _show_attachment(call: Call, visit: Visit) -> Response:
    draft = _draft(call, visit, call.query("draft") or "")
    if draft is None or not draft["lines"]:
        return no_such_record()
    return _attachment_page(visit, draft, {})


def _attachment_page(visit: Visit, draft: dict[str, Any], errors: dict[str, str]) -> Response:
    insured = draft["insured"]
    question = f"确认提交申报单 {insured['sbdh']}（版本 {insured['bb']}）吗？提交后不可修改。"
    return page(
        "attachment.html",
        "新增申报 第三步 附件与提交",
        token=visit.token,
        is_changed=visit.is_changed,
        draft_no=draft["draft_no"],
        insured=insured,
        lines=draft["lines"],
        total=sum(line["amount"] for line in draft["lines"]),
        question=question,
        errors=errors,
    )


def _submit(call: Call, visit: Visit) -> Response:
    """Take the claim in. Only this one draft is protected from being sent twice."""
    draft = _draft(call, visit, was_typed(call.form, "draft"))
    if draft is None or not draft["lines"]:
        return no_such_record()
    if draft["payer_claim_no"]:
        return go_to(f"/claims/{draft['payer_claim_no']}/receipt")
    content, error = attachment_of(call)
    if error:
        return _attachment_page(visit, draft, {"fj": error})
    digest = hashlib.sha256(content).hexdigest()
    payer_claim_no = adjudication.accept(call, PAYER, _filed(draft, digest))
    sql = "update draft set payer_claim_no = ? where draft_no = ?"
    call.do(sql, payer_claim_no, draft["draft_no"])
    return go_to(f"/claims/{payer_claim_no}/receipt")


def attachment_of(call: Call) -> tuple[bytes, str]:
    """Return the file that came with the form, or what is wrong with it."""
    upload = call.form.get("fj")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return b"", "请上传附件"
    content = upload.file.read(LONGEST_ATTACHMENT + 1)
    if len(content) > LONGEST_ATTACHMENT:
        return b"", "附件过大"
    name = upload.filename.lower()
    for ending, first_bytes in FIRST_BYTES.items():
        if name.endswith(ending) and content.startswith(first_bytes):
            return content, ""
    return b"", "附件格式不正确，仅支持docx或pdf"


def _filed(draft: dict[str, Any], attachment: str) -> FiledClaim:
    insured = draft["insured"]
    return FiledClaim(
        claim_no=insured["sbdh"],
        version=int(insured["bb"]),
        replaces=insured["yslh"] or None,
        order_no=insured["ddh"],
        invoice_no=insured["fphm"],
        member_no=insured["cbh"],
        patient_name=insured["xm"],
        service_date=insured["fwrq"],
        lines=tuple(FiledLine(**line) for line in draft["lines"]),
        attachment=attachment,
    )


def _draft(call: Call, visit: Visit, draft_no: str) -> dict[str, Any] | None:
    """Return the draft if this session began it."""
    sql = "select * from draft where draft_no = ? and session_no = ?"
    row = call.row(sql, draft_no, visit.session_no)
    if row is None:
        return None
    return row | {"insured": json.loads(row["insured"]), "lines": json.loads(row["lines"])}
