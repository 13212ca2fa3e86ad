"""How each business fact is booked: one function per fact, from the fact to its journal.

Kept free of any store, so that the whole money side can be read, and tested, on one page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from domain.channel_fee import Fee
from domain.ledger import (
    CONTRACT_ADJUSTMENTS,
    INPUT_VAT,
    OPENING_BALANCES,
    OTHER_INCOME,
    OUTPUT_VAT,
    PAY_FEES,
    REVENUE,
    ROUNDING,
    WRITE_OFFS,
    Journal,
    Leg,
    bank,
    clearing,
    receivable,
    signed_leg,
    suspense,
)
from domain.money import Money
from domain.order import PATIENT, Order
from domain.remittance import RemittanceAdvice, RemittanceLine
from domain.statement import BankStatement

PAY_CHANNEL = "pay_channel"


def invoice_key(order_no: str) -> str:
    """The books know one invoice per order."""
    return f"invoice:{order_no}"


def invoice_journal(order: Order, *, invoice_no: str, on: date) -> Journal:
    """Dr receivable from the first payer, Cr revenue and output VAT."""
    owed = receivable(order.payers()[0])
    tax = order.tax()
    legs = [Leg(owed, REVENUE, order.total - tax, order.order_no)]
    if tax:
        legs.append(Leg(owed, OUTPUT_VAT, tax, order.order_no))
    return Journal(
        key=invoice_key(order.order_no),
        effective=on,
        text=f"Tax invoice {invoice_no}",
        source_type="invoice",
        source_id=invoice_no,
        legs=tuple(legs),
    )


def remittance_journal(
    advice: RemittanceAdvice,
    *,
    next_payers: Mapping[str, str],
    unexpected: frozenset[str] = frozenset(),
) -> Journal | None:
    """Book what an advice pays of open claims, line by line; None when that moves no money.

    `next_payers` says for each claim who bears what this payer shifts. Claims in `unexpected` have
    nothing open any more: see `unclear_journal`.
    """
    legs = [
        leg
        for line in advice.lines
        if line.claim_no not in unexpected
        for leg in _claim_legs(advice.payer, line, next_payers[line.claim_no])
    ]
    return _advice_journal(advice, "remittance", legs)


def unclear_journal(
    advice: RemittanceAdvice, *, unexpected: frozenset[str] = frozenset()
) -> Journal | None:
    """Book what an advice tells beside open claims; None when that is nothing.

    Money for claims in `unexpected` waits in suspense, and money taken back comes out of it. It
    carries no claim's number, because no case hands it to the ERP: it may have closed long ago.
    """
    payer, doc = advice.payer, advice.remittance_no
    legs: list[Leg] = []
    for line in advice.lines:
        if line.claim_no in unexpected:
            legs += signed_leg(clearing(payer), suspense(payer), line.paid, doc)
    for taken in advice.provider_adjustments:
        legs += signed_leg(suspense(payer), clearing(payer), -taken.amount, doc)
    return _advice_journal(advice, "unclear", legs)


def _advice_journal(advice: RemittanceAdvice, source: str, legs: Sequence[Leg]) -> Journal | None:
    if not legs:
        return None
    return Journal(
        key=f"{source}:{advice.remittance_no}",
        effective=advice.paid_on,
        text=f"Remittance advice {advice.remittance_no}",
        source_type=source,
        source_id=advice.remittance_no,
        legs=tuple(legs),
    )


def _claim_legs(payer: str, line: RemittanceLine, next_payer: str) -> list[Leg]:
    owed, doc = receivable(payer), line.claim_no
    return [
        *signed_leg(clearing(payer), owed, line.paid, doc),
        *signed_leg(CONTRACT_ADJUSTMENTS, owed, line.borne_by_us(), doc),
        *signed_leg(receivable(next_payer), owed, line.shifted(), doc),
    ]


def statement_journal(statement: BankStatement, *, is_first: bool) -> Journal:
    """Every line at once to Dr bank, Cr suspense (or the reverse): the bank is always right.

    The first statement of an account also brings what was there before us.
    """
    legs: list[Leg] = []
    if is_first:
        legs += signed_leg(
            bank(statement.account), OPENING_BALANCES, statement.opening, statement.statement_no
        )
    for line in statement.lines:
        legs += signed_leg(
            bank(statement.account), suspense(statement.account), line.amount, line.line_id
        )
    return Journal(
        key=f"statement:{statement.account}:{statement.statement_no}",
        effective=statement.to_day,
        text=f"Bank statement {statement.statement_no}",
        source_type="statement",
        source_id=statement.statement_no,
        legs=tuple(legs),
    )


def match_journal(
    *,
    account: str,
    payer: str,
    line_id: str,
    advice_no: str,
    amount: Money,
    on: date,
    off: Money | None = None,
    fee: Fee | None = None,
) -> Journal:
    """Dr suspense, Cr clearing: the announced money was seen in the bank.

    `off` is what was announced above the amount that came (below zero: less): Dr rounding,
    Cr clearing. `fee` is what was kept of it: Dr fees and deductible VAT, Cr clearing.
    """
    legs = signed_leg(suspense(account), clearing(payer), amount, advice_no)
    if off is not None:
        legs += signed_leg(ROUNDING, clearing(payer), off, advice_no)
    if fee is not None:
        legs += fee_legs(payer, fee, advice_no)
    return Journal(
        key=f"match:{line_id}",
        effective=on,
        text=f"{advice_no} seen in the bank",
        source_type="match",
        source_id=advice_no,
        legs=tuple(legs),
    )


def credit_journal(payer: str, number: str, paid: Mapping[str, Money], on: date) -> Journal:
    """Dr clearing, Cr receivable: a credit tells which claims it pays, as an advice would."""
    legs = tuple(Leg(clearing(payer), receivable(payer), of, claim) for claim, of in paid.items())
    text = f"Claims that credit {number} pays"
    return Journal(f"told:{number}", on, text, "remittance", number, legs)


def payment_journal(*, order_no: str, payment_no: str, amount: Money, on: date) -> Journal:
    """Dr clearing of the pay channel, Cr receivable from the patient."""
    return Journal(
        key=f"payment:{payment_no}",
        effective=on,
        text=f"Patient's payment {payment_no}",
        source_type="payment",
        source_id=payment_no,
        legs=(Leg(clearing(PAY_CHANNEL), receivable(PATIENT), amount, order_no),),
    )


def fee_legs(owner: str, fee: Fee, doc: str) -> list[Leg]:
    """Dr fees and deductible VAT, Cr what `owner` (a pay channel, a payer) still has to send.

    The payment itself is booked gross, so that its clearing account ends at what the bank shows.
    What comes back with a refund is below zero, and turns the sides round.
    """
    return [
        *signed_leg(PAY_FEES, clearing(owner), fee.net, doc),
        *signed_leg(INPUT_VAT, clearing(owner), fee.vat, doc),
    ]


def write_off_journal(
    *, review_no: str, account: str, amount: Money, doc: str, on: date, approved_by: str
) -> Journal:
    """Dr write-offs, Cr what will not come (a receivable or a clearing account)."""
    return Journal(
        key=f"write_off:{review_no}:{doc}",
        effective=on,
        text=f"Write-off of {doc}",
        source_type="review",
        source_id=review_no,
        legs=(Leg(WRITE_OFFS, account, amount, doc),),
        approved_by=approved_by,
    )


def announced_journal(
    *,
    difference_no: str,
    suspense_account: str,
    payer: str,
    came: Money,
    announced: Money,
    on: date,
    approved_by: str,
) -> Journal:
    """A credit of another amount is all that comes of an announcement: Dr suspense, Cr clearing.

    What is short is written off (Dr write-offs, Cr clearing); what is above becomes other income.
    """
    off = came - announced
    legs = signed_leg(suspense_account, clearing(payer), min(came, announced), difference_no)
    if off.minor > 0:
        legs += signed_leg(suspense_account, OTHER_INCOME, off, difference_no)
    else:
        legs += signed_leg(WRITE_OFFS, clearing(payer), -off, difference_no)
    return Journal(
        key=f"difference:{difference_no}",
        effective=on,
        text=f"Difference {difference_no} decided",
        source_type="difference",
        source_id=difference_no,
        legs=tuple(legs),
        approved_by=approved_by,
    )


def identified_journal(
    *, line_id: str, payer: str, advice_no: str, amount: Money, on: date
) -> Journal:
    """Dr other income, Cr clearing: a line that a person accepted turns out to be announced."""
    return Journal(
        key=f"identified:{line_id}",
        effective=on,
        text=f"{advice_no} was accepted as income before",
        source_type="match",
        source_id=advice_no,
        legs=(Leg(OTHER_INCOME, clearing(payer), amount, advice_no),),
    )


def difference_journal(
    *,
    difference_no: str,
    suspense_account: str,
    amount: Money,
    disputed_with: str | None,
    on: date,
    approved_by: str,
) -> Journal:
    """Empty the suspense of one difference.

    Money in (amount above zero) becomes other income. Money taken from us (below zero) becomes a
    write-off, or a receivable again when it is disputed with a payer.
    """
    if amount.minor >= 0:
        leg = Leg(suspense_account, OTHER_INCOME, amount, difference_no)
    else:
        debit = receivable(disputed_with) if disputed_with else WRITE_OFFS
        leg = Leg(debit, suspense_account, -amount, difference_no)
    return Journal(
        key=f"difference:{difference_no}",
        effective=on,
        text=f"Difference {difference_no} decided",
        source_type="difference",
        source_id=difference_no,
        legs=(leg,),
        approved_by=approved_by,
    )
