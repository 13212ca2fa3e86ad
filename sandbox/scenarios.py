"""Gives every counterparty its part of the 24 lives (and seven spare ones) as a seed.

The lives are fixed; the seed of the generator chooses only what no sum depends on: hospital, lot
numbers and their expiry. `python -m sandbox.scenarios` prints all seeds as JSON.
"""

import argparse
import json
import random
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sandbox.catalogue import HOSPITALS, ITEMS, Hospital
from sandbox.fields import yuan
from sandbox.lives import LIVES, SPARE_LIVES, Life

FIRST_DAY = date(2026, 1, 5)
DEFAULT_SEED = 2026
EXPECTED_FOLDER = Path(__file__).parent / "expected"
SERVICE_OF_PAYER = {"PA": "payer_a", "PB": "payer_b"}
# More than all lives take, so that a visitor's order never waits for goods.
STOCK_OF_EACH_ITEM = 5000
MERCHANT = "TEST-1900000001"
# Holidays and worked weekends of the weeks that the demo lives in, as they were given out.
CALENDAR = {
    "holidays": [
        "2026-02-16",
        "2026-02-17",
        "2026-02-18",
        "2026-02-19",
        "2026-02-20",
        "2026-02-23",
    ],
    "worked": ["2026-02-14", "2026-02-28"],
}
PAYOUT_TERMS = {
    "account": "BA-01",
    "working_days": {"json": 1, "form": 1, "xml": 2, "card": 1},
    **CALENDAR,
}
COUNTER_TERMS = {"account": "BA-01", "working_days": 2, **CALENDAR}


def seeds(seed: int = DEFAULT_SEED) -> dict[str, dict[str, Any]]:
    """Return {service: body for its `POST /_sandbox/seed`}; the same seed gives the same bodies."""
    chance = random.Random(seed)
    lives = (*LIVES, *SPARE_LIVES)
    return {
        "erp": {"orders": [_order(life, chance) for life in lives], "stock": _stock(chance)},
        "carrier": {"scripts": {life.order_no: _carrier_script(life) for life in lives}},
        "payer_a": {"scripts": _payer_scripts(lives, "PA"), "counter": COUNTER_TERMS},
        "payer_b": {"scripts": _payer_scripts(lives, "PB")},
        "pay_channel": {"scripts": {life.order_no: _pay_script(life) for life in lives}},
        "acquirer": {"payouts": {MERCHANT: PAYOUT_TERMS}},
    }


def told_orders() -> list[str]:
    """The numbers of the orders whose ending is written down."""
    return sorted(file.stem for file in EXPECTED_FOLDER.glob("SO-*.json"))


def expected(order_no: str) -> dict[str, Any]:
    """Return how the life of this order ends. Raises: FileNotFoundError, for a spare order."""
    text = (EXPECTED_FOLDER / f"{order_no}.json").read_text(encoding="utf-8")
    ending: dict[str, Any] = json.loads(text)
    return ending


def _order(life: Life, chance: random.Random) -> dict[str, Any]:
    lines = [
        _order_line(line_no, item_code, quantity)
        for line_no, (item_code, quantity) in enumerate(life.items.items(), start=1)
    ]
    total = sum(
        ITEMS[item_code].unit_price * quantity for item_code, quantity in life.items.items()
    )
    return {
        "order_no": life.order_no,
        "ordered_on": (FIRST_DAY + timedelta(days=life.start_day)).isoformat(),
        "currency": "CNY",
        "prepared_by": f"erp-clerk-{life.number % 3 + 1:02d}",
        "hospital": _hospital(chance.choice(HOSPITALS)),
        "patient": {
            "name": f"测试{'甲乙丙丁'[life.number % 4]} {life.number:03d}",
            "id_no": f"TEST-ID-{life.number:06d}",
        },
        "coverages": [
            {"payer": payer, "member_no": f"M-TEST-{life.number:04d}", "sequence": sequence}
            for sequence, payer in enumerate(life.payers, start=1)
        ],
        "lines": lines,
        "total": yuan(total),
    }


def _hospital(hospital: Hospital) -> dict[str, str]:
    return {"code": hospital.code, "name": hospital.name, "tax_no": hospital.tax_no}


def _order_line(line_no: int, item_code: str, quantity: int) -> dict[str, Any]:
    item = ITEMS[item_code]
    return {
        "line_no": line_no,
        "item_code": item_code,
        "insurer_code": item.insurer_code,
        "udi_di": item.udi_di,
        "name": item.name,
        "quantity": quantity,
        "unit_price": yuan(item.unit_price),
        "tax_rate": item.tax_rate,
        "amount": yuan(item.unit_price * quantity),
    }


def _stock(chance: random.Random) -> list[dict[str, Any]]:
    """Return two lots of each item; the first is small, so that some lines take from both."""
    lots = []
    for item_code in ITEMS:
        expires_on = date(2026, 6, 30)
        small = chance.randint(2, 9)
        for quantity in (small, STOCK_OF_EACH_ITEM - small):
            expires_on += timedelta(days=chance.randint(30, 400))
            lots.append(
                {
                    "item_code": item_code,
                    "lot_no": f"L{chance.randint(0, 999_999):06d}-{item_code[-4:]}",
                    "expires_on": expires_on.isoformat(),
                    "quantity": quantity,
                }
            )
    return lots


def _carrier_script(life: Life) -> dict[str, Any]:
    plain = {
        "picked_up_after_hours": 6,
        "ends_after_days": 2,
        "ends": "delivered",
        "proof": "good",
        "webhooks": "normal",
    }
    return plain | life.carrier


def _payer_scripts(lives: Sequence[Life], payer: str) -> dict[str, Any]:
    return {life.order_no: life.payers[payer] for life in lives if payer in life.payers}


def _pay_script(life: Life) -> dict[str, Any]:
    return {"pays_after_days": life.pays_after_days, "settles": True}


def main(argv: list[str] | None = None) -> None:
    """Print the seeds."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.scenarios", description=__doc__)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="%(default)s")
    chosen = parser.parse_args(argv)
    json.dump(seeds(chosen.seed), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
