"""What is owed, and what settles it: allocations never exceed an open item, whoever writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlmodel import Session, col, select

from domain.money import CurrenciesDiffer, Money
from store.rows import FactDiffers, insert_once, locked
from store.tables_books import AllocationRow, OpenItemRow
from store.tables_money import PaymentRow

ItemKind = Literal["claim", "patient", "disputed"]


class NoSuchItem(LookupError):
    """No open item of this number was raised."""

    def __init__(self, item_no: str) -> None:
        self.item_no = item_no
        super().__init__(f"There is no open item {item_no}.")


class NoSuchAllocation(LookupError):
    """No allocation has this key."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"There is no allocation {key}.")


class AllocationTooLarge(ValueError):
    """More would be allocated than is still open."""

    def __init__(self, item_no: str, amount: Money, still_open: Money) -> None:
        self.item_no, self.amount, self.still_open = item_no, amount, still_open
        super().__init__(f"Open item {item_no}: {amount} is more than the open {still_open}.")


class AmountNotAboveZero(ValueError):
    """An amount that must be above zero is not."""

    def __init__(self, subject: str, amount: Money) -> None:
        self.subject, self.amount = subject, amount
        super().__init__(f"{subject}: {amount} is not above zero.")


@dataclass(frozen=True)
class ItemView:
    """What somebody owes; `open` is the amount less what was allocated."""

    item_no: str
    case_no: str
    payer: str
    kind: str
    amount: Money
    allocated: Money
    open: Money
    due_on: date | None


@dataclass(frozen=True)
class PaymentView:
    """What a patient paid over the pay channel."""

    payment_no: str
    link_no: str
    case_no: str
    amount: Money
    paid_at: datetime


def raise_item(
    s: Session,
    *,
    item_no: str,
    case_no: str,
    payer: str,
    kind: ItemKind,
    amount: Money,
    due_on: date | None,
) -> ItemView:
    """Raise an open item, once. Raises: AmountNotAboveZero, FactDiffers."""
    if amount.minor <= 0:
        raise AmountNotAboveZero(f"Open item {item_no}", amount)
    row = OpenItemRow(
        item_no=item_no,
        case_no=case_no,
        payer=payer,
        kind=kind,
        currency=amount.currency,
        minor=amount.minor,
        due_on=due_on,
    )
    if insert_once(s, row):
        return _view(row)
    known = _locked_item(s, item_no)
    for name in ("case_no", "payer", "kind", "currency", "minor"):
        if getattr(known, name) != getattr(row, name):
            raise FactDiffers(f"Open item {item_no}", name)
    return _view(known)


def allocate(s: Session, *, key: str, item_no: str, amount: Money, why: str) -> bool:
    """Settle a part of an open item; False when this was done under the same key before.

    Raises: NoSuchItem, AmountNotAboveZero, AllocationTooLarge, CurrenciesDiffer, FactDiffers.
    """
    if amount.minor <= 0:
        raise AmountNotAboveZero(f"Allocation {key}", amount)
    # The item is locked before the allocation refers to it: the other way round two
    # transactions would each hold what the other one is going to update.
    item = _locked_item(s, item_no)
    known = s.exec(select(AllocationRow).where(AllocationRow.key == key)).first()
    if known is not None:
        if (known.item_no, known.minor, known.currency) != (item_no, amount.minor, amount.currency):
            raise FactDiffers(f"Allocation {key}", "content")
        return False
    still_open = Money(item.minor - item.allocated, item.currency)
    if amount.currency != item.currency:
        raise CurrenciesDiffer(amount, still_open)
    if amount > still_open:
        raise AllocationTooLarge(item_no, amount, still_open)
    return _append(s, key, item, amount.minor, why, None)


def undo_allocation(s: Session, key: str, new_key: str) -> bool:
    """Give an allocation back, once; False when it was given back under `new_key` before.

    Raises: NoSuchAllocation, FactDiffers (it was given back under another key).
    """
    original = s.exec(select(AllocationRow).where(AllocationRow.key == key)).first()
    if original is None or original.reverses is not None:
        raise NoSuchAllocation(key)
    item = _locked_item(s, original.item_no)
    undone = s.exec(select(AllocationRow).where(AllocationRow.reverses == key)).first()
    if undone is not None:
        if undone.key != new_key:
            raise FactDiffers(f"Allocation {key}", "reversal")
        return False
    return _append(s, new_key, item, -original.minor, f"undo {key}", key)


def item_of(s: Session, item_no: str) -> ItemView:
    """Raises: NoSuchItem."""
    row = s.exec(
        select(OpenItemRow)
        .where(OpenItemRow.item_no == item_no)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NoSuchItem(item_no)
    return _view(row)


def hold_item(s: Session, item_no: str) -> ItemView:
    """The item as it stands; nobody else settles it until this transaction ends.

    Raises: NoSuchItem.
    """
    return _view(_locked_item(s, item_no))


def items_of(s: Session, case_no: str) -> list[ItemView]:
    """Every item of a case, settled or not, by number."""
    statement = select(OpenItemRow).where(OpenItemRow.case_no == case_no)
    fresh = statement.order_by(OpenItemRow.item_no).execution_options(populate_existing=True)
    return [_view(row) for row in s.exec(fresh).all()]


def open_items(s: Session) -> list[ItemView]:
    """Every item that is not settled, by number."""
    statement = select(OpenItemRow).where(col(OpenItemRow.allocated) < col(OpenItemRow.minor))
    fresh = statement.order_by(OpenItemRow.item_no).execution_options(populate_existing=True)
    return [_view(row) for row in s.exec(fresh).all()]


def record_payment(
    s: Session,
    *,
    payment_no: str,
    link_no: str,
    case_no: str,
    amount: Money,
    paid_at: datetime,
) -> bool:
    """Record a patient's payment; False when seen before.

    Raises: AmountNotAboveZero, FactDiffers.
    """
    if amount.minor <= 0:
        raise AmountNotAboveZero(f"Payment {payment_no}", amount)
    row = PaymentRow(
        payment_no=payment_no,
        link_no=link_no,
        case_no=case_no,
        currency=amount.currency,
        minor=amount.minor,
        paid_at=paid_at,
    )
    if insert_once(s, row):
        return True
    known = s.get(PaymentRow, payment_no)
    if known is None or (known.link_no, known.case_no, known.minor, known.currency) != (
        link_no,
        case_no,
        amount.minor,
        amount.currency,
    ):
        raise FactDiffers(f"Payment {payment_no}", "content")
    return False


def payments_of(s: Session, case_no: str) -> list[PaymentView]:
    """A case's payments, oldest first."""
    statement = select(PaymentRow).where(PaymentRow.case_no == case_no)
    rows = s.exec(statement.order_by(col(PaymentRow.paid_at), PaymentRow.payment_no)).all()
    return [
        PaymentView(
            row.payment_no, row.link_no, row.case_no, Money(row.minor, row.currency), row.paid_at
        )
        for row in rows
    ]


def _locked_item(s: Session, item_no: str) -> OpenItemRow:
    row = locked(s, select(OpenItemRow).where(OpenItemRow.item_no == item_no))
    if row is None:
        raise NoSuchItem(item_no)
    return row


def _append(
    s: Session, key: str, item: OpenItemRow, minor: int, why: str, reverses: str | None
) -> bool:
    inserted = insert_once(
        s,
        AllocationRow(
            key=key,
            item_no=item.item_no,
            currency=item.currency,
            minor=minor,
            why=why,
            reverses=reverses,
        ),
    )
    if not inserted:
        raise FactDiffers(f"Allocation {key}", "content")
    s.expire(item)
    return True


def _view(row: OpenItemRow) -> ItemView:
    amount, allocated = Money(row.minor, row.currency), Money(row.allocated, row.currency)
    return ItemView(
        row.item_no,
        row.case_no,
        row.payer,
        row.kind,
        amount,
        allocated,
        amount - allocated,
        row.due_on,
    )
