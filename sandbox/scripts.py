"""What a payer will do with the claims of an order, as the seed tells it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.kit import Fields, Moment, fen

DECISIONS = ("pay", "deny", "silence")


@dataclass(frozen=True)
class Verdict:
    """What happens to one version of a claim. Amounts in fen; `bank_after_days` None = never.

    `appeal` is what happens to an appeal against a denial: pay grants it, deny dismisses it in the
    words of the denial; without one it is dismissed.
    """

    decision: str = "pay"
    decide_after_days: float = 2
    denial_code: str = ""
    denial_text: str = ""
    contract_adjustment: int = 0
    patient_share: int = 0
    remit_after_days: float = 1
    bank_after_days: float | None = 1
    appeal: "Verdict | None" = None


@dataclass(frozen=True)
class LaterMoney:
    """Money that moves some days after the remittance: taken back, or sent without any advice."""

    amount: int
    after_days: float
    text: str = ""


@dataclass(frozen=True)
class Script:
    """The life of an order's claims with one payer; an unknown order has an empty script."""

    verdicts: Mapping[int, Verdict] = field(default_factory=dict)
    batch: str = ""
    take_back: LaterMoney | None = None
    stray_transfer: LaterMoney | None = None

    def verdict(self, version: int) -> Verdict:
        """Return what happens to this version; one that nobody wrote down is paid in full."""
        return self.verdicts.get(version, Verdict())


def plant_scripts(moment: Moment, body: Fields) -> None:
    """Keep the scripts of a seed. Raises: Refused (422), naming the field that makes no sense."""
    scripts = body.one("scripts")
    for order_no in scripts:
        script = scripts.one(order_no)
        _read(script)
        text = json.dumps(dict(script), ensure_ascii=False)
        sql = "insert or replace into script values (?, ?, ?)"
        moment.do(sql, order_no, script.get("batch"), text)


def script_of(moment: Moment, order_no: str) -> Script:
    """Return the script of the order; an empty one, when the seed has none."""
    row = moment.row("select body from script where order_no = ?", order_no)
    return Script() if row is None else _read(Fields(json.loads(row["body"])))


def _read(script: Fields) -> Script:
    versions = script.one("versions")
    return Script(
        verdicts={int(number): _verdict(versions.one(number)) for number in versions},
        batch=script.get("batch") or "",
        take_back=_later_money(script, "take_back"),
        stray_transfer=_later_money(script, "stray_transfer"),
    )


def _verdict(version: Fields) -> Verdict:
    if version.get("decision") not in DECISIONS:
        raise version.refuse("decision", f"must be one of {', '.join(DECISIONS)}")
    denial = version.get("denial") or {}
    return Verdict(
        decision=version["decision"],
        decide_after_days=version.get("decide_after_days", 2),
        denial_code=denial.get("code", ""),
        denial_text=denial.get("text", ""),
        contract_adjustment=_amount(version, "contract_adjustment"),
        patient_share=_amount(version, "patient_share"),
        remit_after_days=version.get("remit_after_days", 1),
        bank_after_days=version.get("bank_after_days", 1),
        appeal=_verdict(version.one("appeal")) if version.get("appeal") else None,
    )


def _amount(fields: Fields, name: str) -> int:
    return fields.amount(name, least=0) if fields.get(name) is not None else 0


def _later_money(script: Fields, name: str) -> LaterMoney | None:
    if script.get(name) is None:
        return None
    told: Mapping[str, Any] = script[name]
    return LaterMoney(fen(told["amount"]), told["after_days"], told.get("text", ""))
