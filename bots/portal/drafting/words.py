"""Words by which portals call what we hand in: guesses for a first definition, to be looked at."""

from __future__ import annotations

import re

FIELD_WORDS: dict[str, str] = {
    "claim_no": "申报单号|申请单号|报销单号|claim (no|number)|patient account",
    "version": "版本|version",
    "replaces": "原受理号|原申报|original (claim|receipt)",
    "order_no": "订单号|order (no|number)",
    "invoice_no": "发票号|invoice (no|number)",
    "member_no": "参保号|医保号|保险号|member (no|number|id)",
    "patient_name": "姓名|patient name|^name$",
    "service_date": "服务日期|就诊日期|date of service|service date",
    "total": "申报金额|合计|总金额|total",
    "insurer_code": "医保编码|项目编码|procedure|hcpcs",
    "quantity": "数量|quantity|units",
    "amount": "^金额$|^amount$",
    "username": "用户名|账号|帐号|user ?name|login",
    "password": "密码|password",
    "code": "验证码|动态码|one-time code",
    "file": "附件|上传|attach",
}
TOLD_WORDS: dict[str, str] = {
    "receipt": "^(受理号|回执号|receipt( no| number)?)$",
    "received_at": "受理时间|received at",
    "received_on": "受理日期|received on",
    "claim_no": FIELD_WORDS["claim_no"],
    "version": FIELD_WORDS["version"],
    "billed": "申报金额|billed|amount claimed",
    "status": "状态|status",
    "denial": "拒付原因|denial",
}


def guessed(text: str, words: dict[str, str], taken: set[str]) -> str:
    """Our key for what a portal calls so; "" when no word fits, or its key is taken."""
    for key, pattern in words.items():
        if key not in taken and re.search(pattern, text.strip(), re.IGNORECASE):
            return key
    return ""


def plain_key(text: str, taken: set[str]) -> str:
    """A key made of the portal's own name, for what we have no word for."""
    bare = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "field"
    bare = bare if bare[0].isalpha() else f"field_{bare}"
    number, free = 1, bare
    while free in taken:
        number += 1
        free = f"{bare}_{number}"
    return free
