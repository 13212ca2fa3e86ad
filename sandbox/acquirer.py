"""The pretend acquirer: one book of payments behind doors of several manners.

It takes payments, tells of them by signed notices, sends money back, makes daily bills, and pays
out what is left to the merchants it has terms for.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox.acquiring import (
    books,
    card_errors,
    card_file,
    card_host,
    form_door,
    json_door,
    payouts,
    xml_door,
)
from sandbox.acquiring.books import No
from sandbox.kit import Call, Fields, Moment, Refused, Service, yuan

service = Service(
    "acquirer",
    port=18108,
    about="The pretend acquirer: payments, refunds and bills, over messages of several families.",
    schema=books.SCHEMA + payouts.SCHEMA + card_errors.SCHEMA,
    request_faults=("forged_answer", "unsigned_answer", "wrong_bill"),
)
service.beside = card_host.beside
for door in (json_door, form_door, xml_door):
    door.declare(service)


@service.seed
def plant(moment: Moment, body: Fields) -> None:
    """Plant scripts (books.plant), terms of paying out (payouts.plant), what the card network does
    to payments after their day (card_errors.plant) and days without anything (card_file.plant)."""
    books.plant(moment, body)
    payouts.plant(moment, body)
    card_errors.plant(moment, body)
    card_file.plant(moment, body)


@service.books
def everything(moment: Moment) -> dict[str, Any]:
    return {**books.everything(moment), **payouts.everything(moment)}


DOORS = {json_door.DOOR: json_door, form_door.DOOR: form_door, xml_door.DOOR: xml_door}


@service.get("/_sandbox/card-port", public=True)
def card_port(call: Call) -> dict[str, int]:
    """Tell where the card host listens."""
    return {"port": call.kept("card_port", 0)}


@service.when("money_moved")
def money_moved(moment: Moment, payload: dict[str, Any]) -> None:
    payouts.expect(moment, payload)
    card_file.expect(moment, payload)


@service.when("payer_pays")
def payer_pays(moment: Moment, payload: dict[str, Any]) -> None:
    if books.payment_of(moment, **payload)["state"] == "open":
        _tell(moment, books.take_money(moment, **payload))


service.when("card_file")(card_file.place)
service.when("pay_out")(payouts.pay_out)


@service.when("payer_fails")
def payer_fails(moment: Moment, payload: dict[str, Any]) -> None:
    books.fail_payment(moment, **payload)


@service.when("tell_refund")
def tell_refund(moment: Moment, payload: dict[str, Any]) -> None:
    row = books.refund_of(moment, **payload)
    paid = books.payment_of(moment, row["merchant"], row["pay_no"])
    if paid["notify_url"] and paid["door"] in DOORS:
        DOORS[paid["door"]].tell_refund(moment, paid["notify_url"], row)


def _tell(moment: Moment, row: dict[str, Any]) -> None:
    if row["notify_url"] and row["door"] in DOORS:
        DOORS[row["door"]].tell_payment(moment, row)


@service.get("/cashier/{merchant}/{pay_no}", public=True)
def show_page(call: Call) -> Response:
    row = _payment(call)
    foot = {
        "open": '<form method="post"><button type="submit">付款</button></form>',
        "paid": "<p>已付款，谢谢。</p>",
    }.get(row["state"], "<p>该订单已关闭。</p>")
    return HTMLResponse(_PAGE.format(pay_no=row["pay_no"], amount=yuan(row["amount"]), foot=foot))


@service.post("/cashier/{merchant}/{pay_no}", public=True)
def press_pay(call: Call) -> Response:
    """A visitor presses 付款; pressed twice, it is paid once."""
    row = _payment(call)
    if row["state"] == "open":
        _tell(call, books.take_money(call, row["merchant"], row["pay_no"]))
    return RedirectResponse(call.request.url.path, status_code=303)


def _payment(call: Call) -> dict[str, Any]:
    try:
        return books.payment_of(call, call.path("merchant"), call.path("pay_no"))
    except No as no:
        raise Refused(404, "not_found", "there is no such payment", "pay_no") from no


_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>付款 {pay_no}</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"></head>
<body><main><h1>付款</h1><p>订单 {pay_no}</p><p>¥ {amount}</p>{foot}
<p><small>仿真环境，不会发生真实付款。</small></p></main></body></html>"""


if __name__ == "__main__":
    service.run()
