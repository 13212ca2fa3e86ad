"""The 24 lives that the demo tells, six plain ones for visitors, and one that pays in parts.

Days count from Monday 2026-01-05; amounts are texts in yuan, as the seeds carry them. How each
life ends is written out, apart from this, in sandbox/expected/.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Script = dict[str, Any]

DENIALS = {
    "D01": "缺少送货签收单",
    "D02": "参保号与姓名不符",
    "D03": "该耗材不属于医保支付范围",
    "D05": "超出限定支付适应症",
    "D07": "超过申报时限",
}


@dataclass(frozen=True)
class Life:
    """One order: when it starts, what was ordered, and what each counterparty does with it.

    `payers` maps a payer's code to its script, the primary payer first. `pays_after_days` is the
    patient's delay at the pay link; None when no patient is asked.
    """

    number: int
    start_day: int
    items: Mapping[str, int]
    payers: Mapping[str, Script]
    carrier: Script = field(default_factory=dict)
    pays_after_days: int | None = None

    @property
    def order_no(self) -> str:
        return f"SO-2026-{self.number:04d}"


def pays(
    *,
    contract: str = "0.00",
    patient: str = "0.00",
    decide: int = 2,
    remit: int = 1,
    bank: int | None = 1,
) -> Script:
    """Return a version that is paid: days to the decision, from there on, and from there on."""
    return {
        "decision": "pay",
        "decide_after_days": decide,
        "denial": None,
        "contract_adjustment": contract,
        "patient_share": patient,
        "remit_after_days": remit,
        "bank_after_days": bank,
    }


def denies(code: str, *, decide: int = 2, appeal: Script | None = None) -> Script:
    """Return a version that is denied for that reason, and what an appeal against it comes to."""
    denial = {"code": code, "text": DENIALS[code]}
    denied = {"decision": "deny", "decide_after_days": decide, "denial": denial}
    return denied | ({"appeal": appeal} if appeal else {})


def script(
    first: Script,
    second: Script | None = None,
    *,
    batch: str | None = None,
    take_back: Script | None = None,
    stray_transfer: Script | None = None,
) -> Script:
    """Return a payer's script for one order."""
    versions = {"1": first} | ({"2": second} if second else {})
    return {
        "versions": versions,
        "batch": batch,
        "take_back": take_back,
        "stray_transfer": stray_transfer,
    }


QUICK = {"ends_after_days": 1}
TAKEN_BACK_FROM_17 = {"amount": "120.00", "after_days": 10}
TAKEN_BACK_FROM_18 = {"amount": "100.00", "after_days": 5}
STRAY_FROM_20 = {"amount": "50.00", "after_days": 20, "text": "往来款"}

LIVES = (
    # The first two are quick, so that a visitor sees a case close early.
    Life(
        1,
        0,
        {"IT-1006": 3},
        {"PB": script(pays(patient="72.00", decide=1))},
        QUICK,
        pays_after_days=1,
    ),
    Life(2, 0, {"IT-1004": 2, "IT-1003": 10}, {"PA": script(pays(decide=1))}, QUICK),
    Life(
        3,
        1,
        {"IT-1005": 4, "IT-1002": 20},
        {"PA": script(pays(contract="54.00"))},
        {"webhooks": "twice"},
    ),
    Life(4, 2, {"IT-1007": 1}, {"PA": script(denies("D01"), pays())}),
    Life(5, 2, {"IT-1006": 6}, {"PB": script(denies("D02"), pays(contract="72.00"))}),
    Life(6, 3, {"IT-1009": 10}, {"PA": script(denies("D07", decide=3))}),
    Life(
        7,
        4,
        {"IT-1008": 2},
        {"PA": script(pays(contract="292.00", patient="788.40")), "PB": script(pays())},
    ),
    Life(
        8,
        7,
        {"IT-1007": 3},
        {
            "PB": script(pays(patient="702.00", decide=3)),
            "PA": script(pays(contract="35.10", patient="66.69")),
        },
        pays_after_days=2,
    ),
    # Late: decided 25 days after it came in. Its advice is the one that takes back from 0017.
    Life(
        9,
        7,
        {"IT-1006": 8, "IT-1008": 1},
        {"PA": script(pays(decide=25, remit=2))},
        {"webhooks": "out_of_order"},
    ),
    # Remitted, but the money never comes.
    Life(10, 8, {"IT-1008": 1}, {"PA": script(pays(bank=None))}),
    Life(11, 9, {"IT-1006": 7}, {"PA": script(pays(bank=None))}),
    # One transfer for three claims; the last is decided at the fourth day.
    Life(12, 9, {"IT-2001": 20}, {"PA": script(pays(), batch="A1")}),
    Life(
        13,
        10,
        {"IT-2002": 100},
        {"PA": script(pays(contract="35.00", decide=4), batch="A1")},
        {"webhooks": "lost"},
    ),
    Life(
        14,
        10,
        {"IT-2003": 40},
        {"PA": script(pays(patient="39.40", decide=3), batch="A1")},
        pays_after_days=3,
    ),
    # One printed advice for two claims; it comes so late that it takes back from 0018.
    Life(
        15,
        14,
        {"IT-1005": 12, "IT-1009": 5},
        {"PB": script(pays(contract="42.00", decide=14, remit=2), batch="B1")},
    ),
    Life(
        16,
        15,
        {"IT-1001": 100, "IT-1002": 30},
        {"PB": script(pays(contract="33.00", patient="125.40", decide=14, remit=2), batch="B1")},
        pays_after_days=2,
    ),
    Life(
        17,
        15,
        {"IT-1007": 4},
        {"PA": script(pays(contract="156.00"), take_back=TAKEN_BACK_FROM_17)},
    ),
    Life(
        18,
        16,
        {"IT-1004": 5},
        {"PB": script(pays(contract="45.00"), take_back=TAKEN_BACK_FROM_18)},
    ),
    # Denied, appealed against in vain: what remains is a question for the visitor.
    Life(
        19,
        17,
        {"IT-1007": 2},
        {"PB": script(denies("D03", decide=3, appeal=denies("D03", decide=14)))},
    ),
    Life(
        20,
        18,
        {"IT-1003": 20, "IT-1004": 4},
        {"PA": script(pays(), stray_transfer=STRAY_FROM_20)},
    ),
    Life(21, 28, {"IT-1008": 3}, {"PA": script(pays())}, {"ends": "returned"}),
    # Cancelled while it is still in the warehouse.
    Life(
        22,
        29,
        {"IT-1006": 10},
        {"PA": script(pays())},
        {"picked_up_after_hours": 96, "ends_after_days": 6},
    ),
    # Cancelled after the claim went in; the payer takes its time, so it can still be reversed.
    Life(23, 35, {"IT-1004": 2, "IT-1005": 2}, {"PA": script(pays(decide=20))}),
    Life(24, 50, {"IT-1008": 1, "IT-1007": 1}, {"PB": script(denies("D05"))}),
)

SPARE_LIVES = (
    Life(25, 0, {"IT-1006": 2}, {"PA": script(pays())}),
    Life(26, 0, {"IT-1004": 1, "IT-1002": 10}, {"PB": script(pays())}),
    Life(27, 0, {"IT-1007": 1, "IT-1003": 6}, {"PA": script(pays())}),
    Life(28, 0, {"IT-1005": 8}, {"PB": script(pays())}),
    Life(29, 0, {"IT-1009": 3, "IT-1001": 50}, {"PA": script(pays())}),
    Life(30, 0, {"IT-2003": 20, "IT-2002": 40}, {"PB": script(pays())}),
    # Its patient pays 30.00 in parts at a cashier page, and never over the pay link.
    Life(31, 3, {"IT-1006": 2}, {"PA": script(pays(patient="30.00"))}),
)
