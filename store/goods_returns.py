"""Returns of money for goods by the piece: what each who paid gets back is counted, never typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from domain.goods_back import Goods
from domain.money import Money
from domain.order import Order
from domain.part_refund import shares_back
from domain.pay_channel import RefundStatus
from domain.pay_return import RETURN_ENDED, ReturnStage
from domain.payment import Part, in_order
from store import cases, claims, pay_returns, payments, repayments
from store.claims import ClaimView
from store.pay_returns import ReturnStillOpen, ReturnView
from store.rows import insert_all
from store.tables_repayments import PayReturnGoodsRow

GOODS_RETURNED = "goods_returned"


class MorePiecesThanWereSold(ValueError):
    """More pieces of an order line are to come back than are out."""

    def __init__(self, case_no: str, line_no: int, wanted: int, out: int) -> None:
        self.case_no, self.line_no, self.wanted, self.out = case_no, line_no, wanted, out
        super().__init__(f"Case {case_no}, line {line_no}: {wanted} pieces of {out} that are out.")


class GoodsNotNamed(ValueError):
    """An insurer paid for these goods too: they are named by the piece, so that it gets its part.

    The same holds where goods of the sale were given back by amount before.
    """

    def __init__(self, payment_no: str) -> None:
        self.payment_no = payment_no
        super().__init__(f"Bill {payment_no}: of this sale goods go back by the piece, or by hand.")


class InsurerTookItBack(ValueError):
    """An insurer took back of a claim already, for what no return knows of."""

    def __init__(self, claim_no: str, due: Money, left: Money) -> None:
        self.claim_no, self.due, self.left = claim_no, due, left
        super().__init__(f"Claim {claim_no}: {due} would go back, of {left} that is left.")


def ask_goods_return(
    s: Session,
    payment_no: str,
    goods: Sequence[Goods],
    *,
    by: str,
    place: str,
    now: datetime,
) -> ReturnView:
    """Ask back what was paid for these goods: from the patient's parts now, from insurers as due.

    The same again, while it is open, is the same. Raises: what `ask_return` raises, GoodsNotNamed,
    MorePiecesThanWereSold, InsurerTookItBack.
    """
    payments.hold_bill(s, payment_no)
    bill = payments.bill_of(s, payment_no)
    known = pay_returns.returns_of(s, payment_no)
    if known and known[-1].stage not in RETURN_ENDED:
        if tuple(sorted(goods_of(s, known[-1].return_no))) == tuple(sorted(goods)):
            return known[-1]
        raise ReturnStillOpen(payment_no, known[-1].return_no)
    if bill.case_no is None or _went_by_amount(s, known):
        raise GoodsNotNamed(payment_no)
    order = cases.order_of(s, bill.case_no)
    before = pieces_named(s, payment_no)
    _check_pieces(order, before, goods)
    insured = [claim for claim in claims.claims_of(s, bill.case_no) if claim.paid]
    parts = in_order(bill.bill.parts)
    back = _divided(order, before, goods, insured, parts)
    _check_insurers(s, insured, back)
    asked = [(part.n, back[part.n]) for part in parts if back[part.n]]
    view = pay_returns.ask_return(
        s,
        payment_no,
        asked,
        reason=GOODS_RETURNED,
        by=by,
        place=place,
        has_return=True,
        now=now,
    )
    insert_all(
        s,
        [
            PayReturnGoodsRow(return_no=view.return_no, line_no=one.line_no, quantity=one.quantity)
            for one in goods
        ],
    )
    repayments.plan(s, view.return_no, {claim: back[claim.claim_no] for claim in insured})
    return view


def refuse_by_amount(s: Session, payment_no: str) -> None:
    """Raises: GoodsNotNamed, when an insurer paid for the goods of this bill too; NoSuchPayment."""
    case_no = payments.bill_of(s, payment_no).case_no
    if case_no is not None and any(claim.paid for claim in claims.claims_of(s, case_no)):
        raise GoodsNotNamed(payment_no)


def goods_of(s: Session, return_no: str) -> list[Goods]:
    """What a return is for, by order line; empty when it was asked for by amount."""
    rows = select(PayReturnGoodsRow).where(PayReturnGoodsRow.return_no == return_no)
    ordered = rows.order_by(col(PayReturnGoodsRow.line_no))
    return [Goods(row.line_no, row.quantity) for row in s.exec(ordered).all()]


def pieces_named(s: Session, payment_no: str) -> Counter[int]:
    """How many pieces of each order line money went back for, or still may."""
    pieces = Counter[int]()
    for one in pay_returns.returns_of(s, payment_no):
        if _counts(one):
            for goods in goods_of(s, one.return_no):
                pieces[goods.line_no] += goods.quantity
    return pieces


def _counts(one: ReturnView) -> bool:
    """One that came to nothing does not; of one that failed half-way the goods are used up."""
    came_to_nothing = one.stage in (ReturnStage.BLOCKED, ReturnStage.FAILED)
    went = any(refund.status is RefundStatus.REFUNDED for refund in one.refunds)
    return went or not came_to_nothing


def _went_by_amount(s: Session, known: Sequence[ReturnView]) -> bool:
    return any(one.has_return and _counts(one) and not goods_of(s, one.return_no) for one in known)


def _check_pieces(order: Order, before: Mapping[int, int], goods: Sequence[Goods]) -> None:
    sold = {line.line_no: line.quantity for line in order.lines}
    asked = Counter[int]()
    for one in goods:
        asked[one.line_no] += one.quantity
        out = sold.get(one.line_no, 0) - before.get(one.line_no, 0)
        if not 0 < one.quantity <= out or asked[one.line_no] != one.quantity:
            raise MorePiecesThanWereSold(order.order_no, one.line_no, asked[one.line_no], out)


def _divided(
    order: Order,
    before: Mapping[int, int],
    goods: Sequence[Goods],
    insured: Sequence[ClaimView],
    parts: Sequence[Part],
) -> dict[str | int, Money]:
    """What goes back to each: by claim number to insurers, by part number over pay channels."""
    worth = {line.line_no: line.unit_price for line in order.lines}
    currency = order.total.currency
    paid: dict[str | int, Money] = {claim.claim_no: claim.paid for claim in insured}
    paid |= {part.n: part.amount for part in parts}
    shares = shares_back(
        Money.total((worth[one.line_no] * one.quantity for one in goods), currency),
        before=Money.total((worth[n] * pieces for n, pieces in before.items()), currency),
        sold=order.total,
        paid=tuple(paid.values()),
    )
    return dict(zip(paid, shares, strict=True))


def _check_insurers(
    s: Session, insured: Sequence[ClaimView], back: Mapping[str | int, Money]
) -> None:
    for claim in insured:
        before = Money.total(
            (one.amount for one in repayments.of_claim(s, claim.claim_no) if _stands(s, one)),
            claim.paid.currency,
        )
        left = claim.paid - before - repayments.taken_otherwise(s, claim)
        if back[claim.claim_no] > left:
            raise InsurerTookItBack(claim.claim_no, back[claim.claim_no], left)


def _stands(s: Session, one: repayments.RepaymentView) -> bool:
    return _counts(pay_returns.return_of(s, one.return_no))
