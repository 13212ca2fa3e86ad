"""Plugs in the channels over which parts of bills come in: those with a file, and the insurers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from activities.pay_ways import PayWay, PayWays
from connectors.http import Caller
from connectors.pay_channels.keys import KeyUnusable
from connectors.settling import InsurerSettlements
from engine.counterparties import Counterparties
from engine.pay_channels import load_pay_channels
from engine.paying_out import COUNTER_KINDS, CashPaysOut, counter_code, insurers_paying_out
from engine.payment_rules import load_payment_rules
from engine.profiles import NoCredential, Profile
from runtime.cash_desk import CODE
from runtime.paychannel_live import ChannelJournal

log = logging.getLogger(__name__)


def pay_ways_of(
    folder: Path,
    counterparties: Counterparties,
    caller_to: Callable[[Profile], Caller],
    journal: ChannelJournal,
) -> tuple[PayWays, Callable[[], None]]:
    """Every channel by its code, and what gives their connections back.

    A channel whose key is not there is left out, with a word in the log: the others go on, and a
    payment that wants it waits for it.
    """
    ways: dict[str, PayWay] = {}
    insurers: dict[str, list[InsurerSettlements]] = {}
    closing: list[Callable[[], None]] = []
    at_counter = insurers_paying_out(counterparties)
    for payer in counterparties.payers():
        if payer.way == "api":
            caller = caller_to(payer)
            settlements = [
                InsurerSettlements(caller, counter_code(payer.code, kind), kind)
                for kind in COUNTER_KINDS
            ]
            insurers[payer.code] = settlements
            ways |= {o.code: PayWay(o, pays_out=at_counter.get(o.code)) for o in settlements}
    ways[CODE] = PayWay(journal.cash_desk(), pays_out=CashPaysOut.by(load_payment_rules(folder)))
    files = load_pay_channels(folder)
    for code, file in files.items():
        try:
            channel, close = journal.opened(file)
        except (NoCredential, KeyUnusable) as missing:
            log.warning("the pay channel %s is left out: %s", code, missing)
            continue
        ways[code] = PayWay(channel, file.tier, file.circuit, file)
        closing.append(close)

    def close_all() -> None:
        for close in closing:
            close()

    def is_live(code: str) -> bool:
        # Asked each time: two persons may put a channel live, or one stop it, while we run.
        return code not in files or journal.is_live(files[code])

    return PayWays(ways, is_live, insurers, set(files) - set(ways)), close_all
