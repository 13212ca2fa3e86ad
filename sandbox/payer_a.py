"""Payer A, the national platform: claims and remittances over an API, money into BA-01."""

import re
from typing import Any

from sandbox import adjudication, counter_payouts, remitting, settling, settling_totals
from sandbox.adjudication import FiledClaim, FiledLine
from sandbox.kit import Answer, Call, Fields, Moment, Refused, Service, yuan
from sandbox.scripts import plant_scripts

PAYER = remitting.Payer(
    code="PA",
    letter="A",
    name="测试商业医疗保险甲",
    account="BA-01",
    transfer_text="医保赔款",
)
CLAIM_NO = re.compile(r"[A-Z0-9-]{1,20}")
# National insurer codes: C and 19 digits for consumables, X and 22 characters for drugs.
INSURER_CODE = re.compile(r"C\d{19}|X[A-Z0-9]{22}")
INVOICE_NO = re.compile(r"\d{20}")

service = Service(
    "payer_a",
    port=18104,
    schema=adjudication.SCHEMA + settling.SCHEMA + counter_payouts.SCHEMA,
    about="Payer A of the pretend outside: claims and remittances over an API.",
    event_faults=("wrong_sums",),
)
adjudication.serve(service, PAYER)
settling.serve(service)
settling_totals.serve(service)
counter_payouts.serve(service)


@service.seed
def seed(moment: Moment, body: Fields) -> None:
    """Plant scripts of orders, and terms of paying out what is settled at the counter."""
    counter_payouts.plant(moment, body)
    if "scripts" in body or "counter" not in body:
        plant_scripts(moment, body)


@service.books
def books(moment: Moment) -> dict[str, Any]:
    told = {**adjudication.books(moment), **settling.books(moment)}
    return {**told, **counter_payouts.books(moment)}


@service.post("/claims")
def submit(call: Call) -> Answer:
    filed = _read_claim(call)
    already = _find(call, filed.claim_no, filed.version)
    if already:
        raise Refused(
            409,
            "duplicate_claim",
            f"claim {filed.claim_no} version {filed.version} is here already",
            "claim_no",
            payer_claim_no=already[0]["payer_claim_no"],
        )
    _check_replaced(call, filed)
    payer_claim_no = adjudication.accept(call, PAYER, filed)
    return Answer(201, {"payer_claim_no": payer_claim_no, "status": "accepted"})


@service.get("/claims")
def search(call: Call) -> list[dict[str, Any]]:
    version = call.needed("version")
    if not version.isdigit():
        raise Refused(400, "invalid", "version must be a whole number", "version")
    return [_told(claim) for claim in _find(call, call.needed("claim_no"), int(version))]


@service.get("/claims/{payer_claim_no}")
def show(call: Call) -> dict[str, Any]:
    return _told(_claim(call))


@service.post("/claims/{payer_claim_no}/reverse")
def reverse(call: Call) -> dict[str, Any]:
    call.body.text("key")
    claim = _claim(call)
    if not adjudication.reverse(call, claim["payer_claim_no"]):
        text = f"claim {claim['payer_claim_no']} is paid and cannot be reversed"
        raise Refused(409, "already_paid", text)
    return _told(_claim(call))


@service.get("/remittances")
def list_remittances(call: Call) -> list[dict[str, Any]]:
    sql = "select * from remittance where date >= ? order by remittance_no"
    return [
        {
            "remittance_no": row["remittance_no"],
            "date": row["date"],
            "total": yuan(row["total"] + remitting.printed_error(call, row)),
        }
        for row in call.rows(sql, call.query("since") or "")
    ]


@service.get("/remittances/{remittance_no}")
def show_remittance(call: Call) -> dict[str, Any]:
    remittance_no = call.path("remittance_no")
    row = call.row("select * from remittance where remittance_no = ?", remittance_no)
    if row is None:
        raise Refused(404, "not_found", f"there is no remittance {remittance_no}")
    taken_back = remitting.take_backs_of(call, remittance_no)
    return {
        "remittance_no": remittance_no,
        "payer": PAYER.code,
        "date": row["date"],
        "trace_number": row["trace_number"],
        "currency": "CNY",
        "total": yuan(row["total"] + remitting.printed_error(call, row)),
        "lines": [_remitted(claim) for claim in remitting.claims_of(call, remittance_no)],
        "provider_adjustments": [
            {"claim_no": one["claim_no"], "reason": "WO", "amount": yuan(-one["amount"])}
            for one in taken_back
        ],
    }


def _read_claim(call: Call) -> FiledClaim:
    """Check a claim at the front door. Raises: Refused (422), naming the field."""
    body = call.body
    lines = tuple(_read_line(row) for row in body.rows("lines"))
    filed = FiledClaim(
        claim_no=_matching(body, "claim_no", CLAIM_NO),
        version=body.integer("version"),
        replaces=None if body.get("replaces") is None else body.text("replaces"),
        order_no=body.text("order_no"),
        invoice_no=_matching(body, "invoice_no", INVOICE_NO),
        member_no=body.text("member_no"),
        patient_name=body.text("patient_name"),
        service_date=body.day("service_date").isoformat(),
        lines=lines,
    )
    total = body.amount("total", least=1)
    if total != filed.billed:
        text = f"the lines are {yuan(filed.billed)}, total says {yuan(total)}"
        raise Refused(422, "sum_wrong", text, "total")
    if filed.service_date > call.now.date().isoformat():
        raise Refused(422, "service_in_future", "service_date has not come yet", "service_date")
    return filed


def _read_line(row: Fields) -> FiledLine:
    code = _matching(row, "insurer_code", INSURER_CODE)
    number, quantity = row.integer("line_no"), row.integer("quantity")
    return FiledLine(number, code, quantity, row.amount("amount", least=0))


def _matching(fields: Fields, name: str, pattern: re.Pattern[str]) -> str:
    value = fields.text(name)
    if not pattern.fullmatch(value):
        raise fields.refuse(name, "has not the form it should have")
    return value


def _check_replaced(call: Call, filed: FiledClaim) -> None:
    if filed.version == 1:
        if filed.replaces is not None:
            raise Refused(422, "invalid", "version 1 replaces nothing", "replaces")
        return
    replaced = adjudication.claim_of(call, filed.replaces or "")
    if replaced is None or replaced["claim_no"] != filed.claim_no:
        text = f"version {filed.version} must replace a claim with the number {filed.claim_no}"
        raise Refused(422, "invalid", text, "replaces")


def _find(call: Call, claim_no: str, version: int) -> list[dict[str, Any]]:
    sql = "select * from claim where claim_no = ? and version = ?"
    return call.rows(sql, claim_no, version)


def _claim(call: Call) -> dict[str, Any]:
    payer_claim_no = call.path("payer_claim_no")
    claim = adjudication.claim_of(call, payer_claim_no)
    if claim is None:
        raise Refused(404, "not_found", f"there is no claim {payer_claim_no}")
    return claim


def _told(claim: dict[str, Any]) -> dict[str, Any]:
    denial = {"code": claim["denial_code"], "text": claim["denial_text"]}
    return {
        "payer_claim_no": claim["payer_claim_no"],
        "claim_no": claim["claim_no"],
        "version": claim["version"],
        "status": claim["status"],
        "denial": denial if claim["denial_code"] else None,
        "decided_on": claim["decided_on"] or None,
        "billed": yuan(claim["billed"]),
        "paid": yuan(claim["paid"]),
    }


def _remitted(claim: dict[str, Any]) -> dict[str, Any]:
    named = (("CO", "45", claim["contract"]), ("PR", "2", claim["patient"]))
    return {
        "claim_no": claim["claim_no"],
        "version": claim["version"],
        "payer_claim_no": claim["payer_claim_no"],
        "billed": yuan(claim["billed"]),
        "paid": yuan(claim["paid"]),
        "adjustments": [
            {"group": group, "reason": reason, "amount": yuan(amount)}
            for group, reason, amount in named
            if amount
        ],
    }


if __name__ == "__main__":
    service.run()
