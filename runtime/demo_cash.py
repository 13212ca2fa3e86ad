"""The demo's cash desk: whatever it is asked to move is counted by one person and confirmed by
another, and what is left of a day is brought to the bank."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

from domain.channel_bill import day_of
from store.cash_deposits import slip_number

if TYPE_CHECKING:
    from runtime.demo_people import Staff

ACCOUNT = "BA-01"
LOOKS, LOOK_S = 120, 0.5
"""How often, and how far apart in seconds, the desk is looked at for cash that must come."""


async def take_cash(staff: Staff, number: str) -> bool:
    """Count and confirm what comes in under a number, as soon as the desk is asked for it; False
    when it never is."""
    for _ in range(LOOKS):
        for one in await staff.waiting_cash():
            if one["number"] == number:
                await staff.move_cash(number, one["amount"])
                return True
        await asyncio.sleep(LOOK_S)
    return False


async def move_all_cash(staff: Staff, bank_url: str) -> None:
    """Count and confirm everything that waits, and bring deposits to the bank."""
    for one in await staff.waiting_cash():
        await staff.move_cash(one["number"], one["amount"])
        if one["is_refund"] and one["pay_no"] == one["number"]:
            await _bring(bank_url, one)


async def _bring(bank_url: str, deposit: dict[str, Any]) -> None:
    slip = slip_number(day_of(deposit["number"]))
    told = {"key": slip, "account": ACCOUNT, "amount": deposit["amount"], "trace_number": slip}
    more = {"text": "现金缴款", "counterparty": ""}
    async with httpx.AsyncClient(timeout=30.0, trust_env=False) as http:
        answer = await http.post(f"{bank_url}/_sandbox/transfers", json=told | more)
        answer.raise_for_status()
