"""Whether clearing holds what others owe us and nothing else: asked of the books of the acquirer,
of the insurers that settle at the counter, and of the bank.

Apart from `runtime/invariants.py`, because it compares four parties.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import Session

from api.objection_words import objection_words
from domain.bookings import PAY_CHANNEL
from domain.ledger import clearing
from domain.money import Money
from engine.pay_channels import load_pay_channels
from engine.paying_out import CASH, COUNTER_KINDS, counter_code
from runtime.wiring import Parts
from store import ledger
from store.expected import differs_from_ledger, expected_money

_Books = Mapping[str, Any]


def clearing_differs(parts: Parts, books: Mapping[str, _Books]) -> list[str]:
    """What speaks against "clearing is what is under way to us": by the books of the acquirer, the
    bank, and each insurer that settles at the counter, by name and by payer's code."""
    insurers = {p.code: books[p.code] for p in parts.counterparties.payers() if p.counter}
    with parts.database.reading() as s:
        expected = expected_money(s, parts.clock.today())
        told = [objection_words(one, "en") for one in differs_from_ledger(s, expected)]
        told += [*_acquirer_differs(s, parts, books["acquirer"]), *_insurers_differ(s, insurers)]
        told += _nobody_owes(s, parts)
    sent = {one["reference"]: one["amount"] for one in books["acquirer"]["payouts"]}
    told += _not_shown(sent, books["bank"]) if sent else ["no channel paid anything out"]
    for code, held in insurers.items():
        sent = {one["payout_no"]: one["amount"] for one in held["counter_payouts"]}
        told += _not_shown(sent, books["bank"]) if sent else [f"{code}: paid nothing out"]
    return told


def _acquirer_differs(s: Session, parts: Parts, acquirer: _Books) -> Iterable[str]:
    for code, file in load_pay_channels(parts.settings.counterparties_folder).items():
        if file.payout is not None:
            theirs = _owed(acquirer, file.live.merchant, code.removeprefix("pay_"))
            yield from _unlike(s, code, theirs, "acquirer")


def _insurers_differ(s: Session, insurers: Mapping[str, _Books]) -> Iterable[str]:
    for payer, held in insurers.items():
        for kind in COUNTER_KINDS:
            theirs = Money.parse(held["counter_owed"][kind])
            yield from _unlike(s, counter_code(payer, kind), theirs, payer)


def _unlike(s: Session, code: str, theirs: Money, whose: str) -> Iterable[str]:
    ours = ledger.balance(s, clearing(code))
    if ours != theirs:
        yield f"{code}: books {ours}, {whose} {theirs}"


def _nobody_owes(s: Session, parts: Parts) -> Iterable[str]:
    """Clearing of whom nobody's books were asked: nothing may stay there."""
    profiles, folder = parts.counterparties, parts.settings.counterparties_folder
    # What is left of cash is in our own desk, as its moves say.
    asked = {PAY_CHANNEL, CASH, *(payer.code for payer in profiles.payers())}
    asked |= {code for code, file in load_pay_channels(folder).items() if file.payout}
    asked |= {counter_code(p.code, kind) for p in profiles.payers() for kind in COUNTER_KINDS}
    for account, debit, credit in ledger.trial_balance(s):
        kind, _, code = account.partition(":")
        if clearing(code) == account and code not in asked and debit != credit:
            yield f"{kind} of {code}: {debit - credit}, and nobody pays it out"


def _owed(books: _Books, merchant: str, door: str) -> Money:
    who = {"merchant": merchant, "door": door}
    owed = [one["amount"] for one in books["owed"] if who.items() <= one.items()]
    return Money.total(Money.parse(amount) for amount in owed)


def _not_shown(sent: Mapping[str, str], bank: _Books) -> Iterable[str]:
    """Every credit that was sent stands in the bank's books, once and with its amount."""
    for reference, amount in sent.items():
        shown = [e["amount"] for e in bank["entries"] if e["trace_number"] == reference]
        if shown != [amount]:
            yield f"{reference}: sent {amount}, bank {shown}"
