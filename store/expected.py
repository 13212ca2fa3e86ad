"""Money that should come: who owes it, for what, by which paper, until when, and how far it came.

Derived from the facts on record, so that it cannot say anything else than they do; and compared
with the ledger, payer by payer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlmodel import Session, col, select

from domain.bookings import PAY_CHANNEL
from domain.channel_bill import bill_number
from domain.ledger import clearing, receivable, repayable
from domain.money import Money
from domain.objection import Objection, objection
from engine.paying_out import CASH
from store import ledger, money, repayments
from store.cash_deposits import on_hand, slip_number
from store.repayments import RepaymentView
from store.tables_books import AllocationRow, OpenItemRow
from store.under_way import not_announced

State = Literal["due", "partly_met", "overdue", "met", "given_up"]

# Under what keys an allocation says that the amount will not come (`activities/writing_off.py`).
_GIVEN_UP = "write_off:"


@dataclass(frozen=True)
class Expected:
    """One amount that should come. `met` came, `given_up` will not, `open` is the rest.

    `what` is the open item's kind, "transfer" for what an advice says is on its way to the bank,
    "repayment" for what an insurer will take back, or "cash" for what somebody has to bring there;
    `paper` names the document that says so; `due_on` is inclusive.
    """

    no: str
    payer: str
    what: str
    paper: str
    amount: Money
    met: Money
    given_up: Money
    due_on: date | None
    state: State

    @property
    def open(self) -> Money:
        """What is still to come."""
        return self.amount - self.met - self.given_up


def expected_money(s: Session, today: date) -> list[Expected]:
    """Everything that should come or should have come, by payer and day."""
    found = [*_items(s, today), *_transfers(s, today)]
    return sorted(found, key=lambda one: (one.payer, one.due_on or date.max, one.what, one.no))


def money_going_out(s: Session, today: date, wait_days: Mapping[str, int]) -> list[Expected]:
    """What insurers will take back for goods that came back, by payer and day.

    Each has `wait_days` after the return was done to take it, calendar days by payer; a payer of
    whom none are known has no due day.
    """
    found = []
    for one in repayments.due(s):
        nothing = Money(0, one.amount.currency)
        due_on = goes_out_by(one, wait_days)
        met = one.amount - one.open
        found.append(
            Expected(
                one.return_no,
                one.payer,
                "repayment",
                one.claim_no,
                one.amount,
                met,
                nothing,
                due_on,
                state_of(one.amount, met, nothing, due_on, today),
            )
        )
    return sorted(found, key=lambda one: (one.payer, one.due_on or date.max, one.no, one.paper))


def goes_out_by(one: RepaymentView, wait_days: Mapping[str, int]) -> date | None:
    """Until when an insurer usually has taken what is due to it, inclusive; None when nobody knows,
    or it is not due yet."""
    days = wait_days.get(one.payer)
    return None if days is None or one.done_on is None else one.done_on + timedelta(days=days)


def cash_to_bank(s: Session, today: date, due_on: Callable[[date], date | None]) -> list[Expected]:
    """Cash of each day that nobody has told ready for the bank yet, late after `due_on` its day.

    Apart from what is announced: the ledger has it on clearing, like all that no bill tells of.
    """
    found = []
    for day, amount in on_hand(s, today).items():
        nothing, due = Money(0, amount.currency), due_on(day)
        state = state_of(amount, nothing, nothing, due, today)
        number, slip = bill_number(CASH, day), slip_number(day)
        found.append(Expected(number, CASH, "cash", slip, amount, nothing, nothing, due, state))
    return found


def differs_from_ledger(s: Session, expected: Iterable[Expected]) -> list[Objection]:
    """Where the books say another sum than is expected: nowhere.

    What is owed is each payer's receivable, and what insurers may take back is repayable. Clearing
    is what is announced, and of pay channels what moved and no bill tells of yet.
    That of the pay link also holds payments that no settlement names yet, so it is left out.
    """
    owed: dict[str, Money] = defaultdict(lambda: Money(0))
    for one in expected:
        if one.what != "transfer":
            owed[receivable(one.payer)] += one.open
        elif one.payer != PAY_CHANNEL:
            owed[clearing(one.payer)] += one.open
    for due in repayments.due(s):
        owed[repayable(due.payer)] -= due.open
    for code, debit, credit in ledger.trial_balance(s):
        payer = code.partition(":")[2]
        if code == clearing(payer) and payer != PAY_CHANNEL:
            owed[code] += not_announced(s, payer)
        elif code in (receivable(payer), repayable(payer)) and debit != credit:
            owed.setdefault(code, Money(0))
    return [
        objection("books_differ", account=code, expected=amount, books=ledger.balance(s, code))
        for code, amount in sorted(owed.items())
        if amount != ledger.balance(s, code)
    ]


def _items(s: Session, today: date) -> Iterable[Expected]:
    given_up: dict[str, int] = defaultdict(int)
    keys: dict[str, str] = {}
    for row in s.exec(select(AllocationRow).order_by(col(AllocationRow.id))).all():
        keys[row.key] = keys.get(row.reverses, row.reverses) if row.reverses else row.key
        if keys[row.key].startswith(_GIVEN_UP):
            given_up[row.item_no] += row.minor
    for item in s.exec(select(OpenItemRow).execution_options(populate_existing=True)).all():
        lost = Money(given_up[item.item_no], item.currency)
        amount = Money(item.minor, item.currency)
        met = Money(item.allocated, item.currency) - lost
        yield Expected(
            item.item_no,
            item.payer,
            item.kind,
            item.case_no,
            amount,
            met,
            lost,
            item.due_on,
            state_of(amount, met, lost, item.due_on, today),
        )


def _transfers(s: Session, today: date) -> Iterable[Expected]:
    for transfer in money.awaited_transfers(s, open_only=False):
        nothing = Money(0, transfer.amount.currency)
        met = transfer.amount if transfer.matched_line is not None else nothing
        lost = transfer.amount if transfer.written_off else nothing
        yield Expected(
            transfer.advice_no,
            transfer.payer,
            "transfer",
            transfer.trace_number,
            transfer.amount,
            met,
            lost,
            transfer.due_on,
            state_of(transfer.amount, met, lost, transfer.due_on, today),
        )


def state_of(amount: Money, met: Money, given_up: Money, due_on: date | None, today: date) -> State:
    """How far an amount came: late counts before partly, and the due day itself is not late."""
    if met + given_up == amount:
        return "given_up" if given_up else "met"
    if due_on is not None and today > due_on:
        return "overdue"
    return "partly_met" if met or given_up else "due"
