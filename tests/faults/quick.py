"""Quick lives for fault diaries: a day to the delivery, another to decision, advice and money."""

from __future__ import annotations

from typing import Any

from sandbox.lives import pays, script
from tests.lifecycle.house import House

QUICK_PAYER = script(pays(decide=1, remit=0, bank=0))


def make_quick(
    here: House, *order_nos: str, payer: str = "payer_a", **carrier: dict[str, Any]
) -> None:
    """Handed in on day 1, announced on day 2, in the bank's statement on day 3.

    `carrier` changes the carrier's script: {"webhooks": {order_no: "twice"}}.
    """
    parcels = {
        order_no: {
            "ends_after_days": 1,
            **{name: values[order_no] for name, values in carrier.items() if order_no in values},
        }
        for order_no in order_nos
    }
    here.sandbox["carrier"].post("/_sandbox/seed", {"scripts": parcels}, 200)
    claims = dict.fromkeys(order_nos, QUICK_PAYER)
    here.sandbox[payer].post("/_sandbox/seed", {"scripts": claims}, 200)
