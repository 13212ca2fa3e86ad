"""The claim form. Every page of it posts to one address, and only the name of the control that sent
it tells a step from a new row, and both from the claim itself.

Nothing is remembered here: the same form sent twice makes two claims.
"""

import hashlib
from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import Response

from sandbox import adjudication
from sandbox.kit import Call, Service, yuan
from sandbox.printing import printed
from sandbox.webforms.form import (
    DECOY,
    GRID,
    PLEDGE,
    TOTAL,
    ClaimForm,
    amount_of,
    check_insured,
    check_lines,
    filed,
    row_name,
    take_typed,
)
from sandbox.webforms.layout import PREFIX, layout_now
from sandbox.webforms.members import members
from sandbox.webforms.pages import PAYER, form_page, go_to, was_typed
from sandbox.webforms.viewstate import BadEvent, opened
from sandbox.webforms.visits import Visit, signed_in

PATH = "/sb/ClaimEdit.aspx"
LONGEST_ATTACHMENT = 5 * 1024 * 1024
# A .docx file is a zip archive, hence its first bytes.
FIRST_BYTES = {".pdf": b"%PDF-", ".docx": b"PK\x03\x04"}
CONTROLS = {
    "insured": ("btnNext", "ddlXz", "btnCx"),
    "pledge": ("btnPrev", "btnNext"),
    "lines": ("btnPrev", "btnNext", "lbtnAdd", "gvMx"),
    "attachment": ("btnPrev", "btnUpload", "btnSubmit"),
}
POLICIES = {"310": "职工门诊特殊药品政策", "390": "居民门诊慢特病政策"}


def serve(service: Service) -> None:
    """Declare the form, under both its addresses."""
    service.get(PATH, public=True)(signed_in(_begin))
    for path in (PATH, "/sb/ClaimSave.aspx"):
        service.post(path, public=True)(signed_in(_take))


def _begin(call: Call, visit: Visit) -> Response:
    return _show(call, visit, ClaimForm([]), [])


def _take(call: Call, visit: Visit) -> Response:
    back = opened(call, visit.session_no, PATH)
    form = ClaimForm(**back.state)
    event = back.event.removeprefix(PREFIX)
    if event not in CONTROLS[form.step]:
        raise BadEvent
    take_typed(call, form)
    if event == "btnSubmit":
        return _submit(call, visit, form)
    errors = {
        "insured": _on_insured,
        "pledge": _on_pledge,
        "lines": _on_lines,
        "attachment": _on_attachment,
    }[form.step](call, form, event, back.argument)
    return _show(call, visit, form, errors)


def _on_insured(call: Call, form: ClaimForm, event: str, _argument: str) -> list[str]:
    if event == "btnCx":
        return ["未查到相同单号的在途申报"]
    errors = check_insured(call, form) if event == "btnNext" else []
    if event == "btnNext" and not errors:
        form.step = "pledge" if form.layout.has("step_inserted") else "lines"
    return errors


def _on_pledge(call: Call, form: ClaimForm, event: str, _argument: str) -> list[str]:
    if event == "btnPrev":
        form.step = "insured"
        return []
    if not was_typed(call, PLEDGE):
        return ["请阅读并同意承诺书"]
    form.step = "lines"
    return []


def _on_lines(_call: Call, form: ClaimForm, event: str, argument: str) -> list[str]:
    if event == "lbtnAdd":
        form.rows.append({"code": "", "quantity": "", "amount": ""})
    elif event == "gvMx":
        position = argument.removeprefix("Delete$")
        if position.isascii() and position.isdigit():
            del form.rows[int(position) : int(position) + 1]
    elif event == "btnPrev":
        form.step = "insured"
    elif errors := check_lines(form):
        return errors
    else:
        form.step = "attachment"
    return []


def _on_attachment(call: Call, form: ClaimForm, event: str, _argument: str) -> list[str]:
    if event == "btnPrev":
        form.step = "lines"
        return []
    file, error = uploaded(call)
    form.file = file
    return [error] if error else []


def _submit(call: Call, visit: Visit, form: ClaimForm) -> Response:
    """Take the claim in, as often as it is sent."""
    if not form.file:
        return _show(call, visit, form, ["请先上传附件"])
    payer_claim_no = adjudication.accept(call, PAYER, filed(call, form))
    return go_to(f"/sb/Receipt.aspx?slh={payer_claim_no}")


def uploaded(call: Call) -> tuple[dict[str, str], str]:
    """Return name, size and digest of the file that came with the form, or what is wrong."""
    upload = call.form.get(PREFIX + "fuFj")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return {}, "请选择要上传的附件"
    content = upload.file.read(LONGEST_ATTACHMENT + 1)
    if len(content) > LONGEST_ATTACHMENT:
        return {}, "附件不能超过5MB"
    for ending, first_bytes in FIRST_BYTES.items():
        if upload.filename.lower().endswith(ending) and content.startswith(first_bytes):
            digest = hashlib.sha256(content).hexdigest()
            return {"name": upload.filename, "size": str(len(content)), "digest": digest}, ""
    return {}, "附件类型不允许，只能上传docx或pdf文件"


def _show(call: Call, visit: Visit, form: ClaimForm, errors: list[str]) -> Response:
    layout = layout_now(call)
    form = form.shown_in(layout)
    if form.step == "lines" and not form.rows:
        form.rows = [{"code": "", "quantity": "", "amount": ""}]
    return form_page(
        call,
        visit.session_no,
        f"{form.step}.html",
        path=PATH,
        action=layout.action,
        events=tuple(PREFIX + control for control in CONTROLS[form.step]),
        state=form.remembered(),
        layout=layout,
        form=form,
        errors=errors,
        **_extras(call, form),
    )


def _extras(call: Call, form: ClaimForm) -> dict[str, Any]:
    """Return what only one of the steps shows."""
    if form.step == "insured":
        policy = POLICIES.get(form.values.get("xz", ""), "")
        return {"policy": policy, "members": members(call), "decoy": DECOY}
    if form.step == "pledge":
        return {"pledge": PLEDGE}
    show = printed if form.layout.has("amount_with_thousands") else yuan
    rows = [row | {"amount": _again(row["amount"], show)} for row in form.rows]
    total = _again(form.total, show)
    if form.step == "lines":
        return {"rows": rows, "total": total, "grid": GRID, "total_name": TOTAL, "named": row_name}
    question = form.layout.question(form.values["sbdh"], form.values["bb"])
    return {"rows": rows, "total": total, "question": question}


def _again(typed: str, show: Any) -> str:
    """Return an amount as the page writes it; what is none stays as it was typed."""
    minor = amount_of(typed)
    return typed if minor is None else str(show(minor))
