"""The pretend pay channel: payment links for the patient's share, refunds, daily settlements.

What patients pay on one day is settled the next morning, and paid out to our bank as one sum.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox.kit import Answer, Call, Fields, Moment, Refused, Service, instant, stamp, yuan

service = Service(
    "pay_channel",
    port=18106,
    about="The pretend pay channel: payment links, refunds, settlements paid out to the bank.",
    schema="""
    create table if not exists script (order_no text primary key, body text);
    create table if not exists link (
      link_no text primary key, key text unique, order_no text, amount integer, status text);
    create table if not exists payment (
      payment_no text primary key, link_no text unique, order_no text, amount integer,
      paid_at text);
    create table if not exists refund (
      refund_no text primary key, key text unique, payment_no text, amount integer, at text);
    create table if not exists movement (
      id integer primary key, payment_no text, kind text, order_no text, amount integer,
      date text, settlement_no text);
    create table if not exists settlement (
      settlement_no text primary key, date text, trace_number text, total integer);
    """,
)

PLAIN_SCRIPT = {"pays_after_days": 2, "settles": True}
ACCOUNT = "BA-01"
SETTLES_AT, PAYS_OUT_AT = timedelta(hours=6), timedelta(hours=9)


@service.seed
def seed(moment: Moment, body: Fields) -> None:
    """Plant {"scripts": {order_no: {"pays_after_days": 2 or null (never), "settles": true}}}."""
    scripts = body.one("scripts") if "scripts" in body else Fields({})
    for order_no in scripts:
        script = scripts.one(order_no)
        if script.get("pays_after_days") is not None:
            script.integer("pays_after_days", least=0)
        if not isinstance(script.get("settles", True), bool):
            raise script.refuse("settles", "must be true or false")
        text = json.dumps({**PLAIN_SCRIPT, **script})
        moment.do("insert or replace into script values (?, ?)", order_no, text)


def _script(moment: Moment, order_no: str) -> dict[str, Any]:
    found = moment.row("select body from script where order_no = ?", order_no)
    return PLAIN_SCRIPT if found is None else json.loads(found["body"])


# Links and payments


@service.post("/payment-links")
def open_link(call: Call) -> Answer:
    key, order_no = call.body.text("key"), call.body.text("order_no")
    amount = call.body.amount("amount", least=1)

    def make() -> dict[str, Any]:
        link_no = f"PL-{call.next_number('link'):06d}"
        call.do("insert into link values (?, ?, ?, ?, 'open')", link_no, key, order_no, amount)
        days = _script(call, order_no)["pays_after_days"]
        if days is not None:
            call.later(call.now + timedelta(days=days), "patient_pays", {"link_no": link_no})
        return {"link_no": link_no, "url": f"{call.request.base_url}pay/{link_no}"}

    return call.once("link", key, make)


@service.get("/payment-links")
def find_link(call: Call) -> Any:
    sql = "select link_no from link where key = ?"
    return [_shown(call, row["link_no"]) for row in call.rows(sql, call.needed("key"))]


@service.get("/payment-links/{link_no}")
def show_link(call: Call) -> Any:
    return _shown(call, call.path("link_no"))


def _shown(moment: Moment, link_no: str) -> dict[str, Any]:
    link = _link(moment, link_no)
    sql = "select payment_no, paid_at, amount from payment where link_no = ?"
    payment = moment.row(sql, link_no)
    if payment is not None:
        payment["amount"] = yuan(payment["amount"])
    shown = {name: link[name] for name in ("link_no", "order_no", "status")}
    return {**shown, "amount": yuan(link["amount"]), "payment": payment}


def _link(moment: Moment, link_no: str) -> dict[str, Any]:
    found = moment.row("select * from link where link_no = ?", link_no)
    if found is None:
        raise Refused(404, "not_found", f"there is no payment link {link_no}", "link_no")
    return found


@service.post("/payment-links/{link_no}/close")
def close_link(call: Call) -> Any:
    link = _link(call, call.path("link_no"))
    if link["status"] == "paid":
        raise Refused(409, "already_paid", f"{link['link_no']} is paid", "link_no")
    call.do("update link set status = 'closed' where link_no = ?", link["link_no"])
    return _shown(call, link["link_no"])


@service.when("patient_pays")
def patient_pays(moment: Moment, payload: dict[str, Any]) -> None:
    if _link(moment, payload["link_no"])["status"] == "open":
        _pay(moment, payload["link_no"])


def _pay(moment: Moment, link_no: str) -> None:
    """Take the money, tell of it, and let the next morning settle it."""
    link = _link(moment, link_no)
    order_no, amount, at = link["order_no"], link["amount"], stamp(moment.now)
    payment_no = f"PAY-{moment.next_number('payment'):06d}"
    moment.do("update link set status = 'paid' where link_no = ?", link_no)
    moment.do("insert into payment values (?,?,?,?,?)", payment_no, link_no, order_no, amount, at)
    _move(moment, payment_no, "payment", order_no, amount)
    subject = {"link_no": link_no, "payment_no": payment_no, "order_no": order_no}
    event_id = f"PE-{moment.next_number('event'):06d}"
    money = {"kind": "paid", "amount": yuan(amount), "at": at}
    moment.webhook("/pay-channel", {"event_id": event_id, **subject, **money})
    moment.happened(f"{order_no}: {payment_no} paid {yuan(amount)}")


@service.get("/pay/{link_no}", public=True)
def show_page(call: Call) -> Response:
    link = _link(call, call.path("link_no"))
    foot = {
        "open": '<form method="post"><button type="submit">付款</button></form>',
        "paid": '<p class="done">已付款，谢谢。</p>',
        "closed": '<p class="done">该付款链接已关闭。</p>',
    }[link["status"]]
    facts = {"link_no": link["link_no"], "order_no": link["order_no"], "foot": foot}
    return HTMLResponse(_PAGE.format(**facts, amount=yuan(link["amount"])))


@service.post("/pay/{link_no}", public=True)
def press_pay(call: Call) -> Response:
    """A visitor presses 付款; pressed twice, it is paid once."""
    link = _link(call, call.path("link_no"))
    if link["status"] == "open":
        _pay(call, link["link_no"])
    return RedirectResponse(f"/pay/{link['link_no']}", status_code=303)


_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>付款 {link_no}</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>
body {{ font: 16px sans-serif; background: #f2f4f5; }}
main {{ max-width: 20rem; margin: 4rem auto; padding: 2rem; background: #fff; }}
.amount {{ font-size: 2.2rem; margin: .5rem 0; }}
button {{ width: 100%; padding: .8rem; font-size: 1.1rem; color: #fff; background: #0a6b3d; }}
.done {{ color: #0a6b3d; }}
</style></head>
<body><main><h1>患者自付部分</h1><p>订单 {order_no}</p><p class="amount">¥ {amount}</p>{foot}
<p><small>仿真环境，不会发生真实付款。</small></p></main></body></html>"""


# Refunds and settlements


@service.post("/refunds")
def refund(call: Call) -> Answer:
    key, payment_no = call.body.text("key"), call.body.text("payment_no")
    amount = call.body.amount("amount", least=1)

    def make() -> dict[str, Any]:
        payment = call.row("select * from payment where payment_no = ?", payment_no)
        if payment is None:
            raise Refused(404, "not_found", f"there is no payment {payment_no}", "payment_no")
        sql = "select coalesce(sum(amount), 0) as amount from refund where payment_no = ?"
        left = payment["amount"] - call.rows(sql, payment_no)[0]["amount"]
        if amount > left:
            text = f"{yuan(amount)} is more than the {yuan(left)} left of {payment_no}"
            raise Refused(422, "more_than_paid", text, "amount")
        refund_no = f"RF-{call.next_number('refund'):06d}"
        values = refund_no, key, payment_no, amount, stamp(call.now)
        call.do("insert into refund values (?, ?, ?, ?, ?)", *values)
        _move(call, payment_no, "refund", payment["order_no"], -amount)
        call.happened(f"{payment['order_no']}: {refund_no} refunded {yuan(amount)}")
        return {"refund_no": refund_no, "payment_no": payment_no, "amount": yuan(amount)}

    return call.once("refund", key, make)


@service.get("/refunds")
def find_refund(call: Call) -> Any:
    return call.made("refund", call.needed("key"))


def _move(moment: Moment, payment_no: str, kind: str, order_no: str, amount: int) -> None:
    """Note money that moved today, and have the day settled tomorrow at six."""
    if not _script(moment, order_no)["settles"]:
        return
    sql = "insert into movement (payment_no, kind, order_no, amount, date) values (?, ?, ?, ?, ?)"
    day = moment.now.date().isoformat()
    moment.do(sql, payment_no, kind, order_no, amount, day)
    moment.later(_morning_after(moment.now) + SETTLES_AT, "settle", {"date": day})


def _morning_after(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


@service.when("settle")
def settle(moment: Moment, payload: dict[str, Any]) -> None:
    """Make one settlement of all that moved on a day; nothing, when that was done before."""
    date = payload["date"]
    open_ones = "date = ? and settlement_no is null"
    lines = moment.rows(f"select amount from movement where {open_ones}", date)
    if not lines:
        return
    total = sum(line["amount"] for line in lines)
    number = moment.next_number("settlement")
    settlement_no = f"ST-{date.replace('-', '')}-{number:04d}"
    trace_number = f"PC{date.replace('-', '')}{number:06d}"
    moment.do(f"update movement set settlement_no = ? where {open_ones}", settlement_no, date)
    values = settlement_no, date, trace_number, total
    moment.do("insert into settlement values (?, ?, ?, ?)", *values)
    moment.happened(f"settlement {settlement_no} of {yuan(total)}")
    if total:
        at = instant(f"{date}T00:00:00+08:00") + timedelta(days=1) + PAYS_OUT_AT
        moment.later(at, "pay_out", {"settlement_no": settlement_no})


@service.when("pay_out")
def pay_out(moment: Moment, payload: dict[str, Any]) -> None:
    """Send the settled sum to our bank; more refunds than payments are drawn from there."""
    settlement = _settlement(moment, payload["settlement_no"])
    text = f"代收结算款 {settlement['settlement_no']}"
    money = {"account": ACCOUNT, "amount": settlement["total"], "text": text}
    trace = {"trace_number": settlement["trace_number"], "counterparty": "演示支付服务有限公司"}
    moment.transfer({"key": settlement["settlement_no"], **money, **trace})
    moment.happened(f"{settlement['settlement_no']} paid out to {ACCOUNT}")


@service.get("/settlements")
def list_settlements(call: Call) -> Any:
    """List settlements by the day whose money they hold, that day included."""
    since = Fields({"since": call.query("since") or "0001-01-01"}).day("since").isoformat()
    sql = "select settlement_no from settlement where date >= ? order by settlement_no"
    found = [_settlement(call, row["settlement_no"]) for row in call.rows(sql, since)]
    return [{name: one[name] for name in ("settlement_no", "date", "total")} for one in found]


@service.get("/settlements/{settlement_no}")
def show_settlement(call: Call) -> Any:
    settlement = _settlement(call, call.path("settlement_no"))
    sql = """select payment_no, kind, order_no, amount from movement where settlement_no = ?
             order by id"""
    lines = call.rows(sql, settlement["settlement_no"])
    return {**settlement, "lines": [{**line, "amount": yuan(line["amount"])} for line in lines]}


def _settlement(moment: Moment, number: str) -> dict[str, Any]:
    found = moment.row("select * from settlement where settlement_no = ?", number)
    if found is None:
        raise Refused(404, "not_found", f"there is no settlement {number}", "settlement_no")
    return {**found, "total": yuan(found["total"])}


@service.books
def books(moment: Moment) -> dict[str, Any]:
    def all_of(table: str, order: str) -> list[dict[str, Any]]:
        return [
            {
                name: yuan(value) if name in ("amount", "total") else value
                for name, value in row.items()
            }
            for row in moment.rows(f"select * from {table} order by {order}")
        ]

    return {
        "payment_links": all_of("link", "link_no"),
        "payments": all_of("payment", "payment_no"),
        "refunds": all_of("refund", "refund_no"),
        "movements": all_of("movement", "id"),
        "settlements": all_of("settlement", "settlement_no"),
    }


if __name__ == "__main__":
    service.run()
