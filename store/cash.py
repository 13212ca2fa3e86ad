"""Cash over the counter: one person counts it, another confirms it, and only then it has moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from domain.money import Money
from store import audit
from store.people import PersonView
from store.portal_people import require_hands
from store.rows import insert_once, locked
from store.tables_cashier import CashMoveRow


class NoSuchCash(LookupError):
    """No cash is to move under this number."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"There is no cash under {number}.")


class CashNotInThatState(ValueError):
    """It was counted, confirmed or closed already, or not counted yet."""

    def __init__(self, number: str, state: str) -> None:
        self.number, self.state = number, state
        super().__init__(f"Cash {number} is {state}.")


class CashNeedsASecondPerson(PermissionError):
    """Who counted cash does not confirm it."""

    def __init__(self, number: str, login: str) -> None:
        self.number, self.login = number, login
        super().__init__(f"Cash {number}: {login} counted it, another one confirms it.")


class CashDiffers(ValueError):
    """Another amount was counted than is asked for."""

    def __init__(self, number: str, asked: Money, counted: Money) -> None:
        self.number, self.asked, self.counted = number, asked, counted
        super().__init__(f"Cash {number}: {counted} was counted, {asked} is asked for.")


@dataclass(frozen=True)
class CashView:
    """One amount of cash; `is_refund`: it goes out, as a deposit does, which is about no payment.
    States: asked, counted, confirmed, closed."""

    number: str
    pay_no: str
    is_refund: bool
    amount: Money
    state: str
    counted_by: str
    confirmed_by: str
    asked_at: datetime
    confirmed_at: datetime | None

    @property
    def is_deposit(self) -> bool:
        """Whether it goes to the bank: what is left of a day."""
        return self.is_refund and self.pay_no == self.number


def ask(
    s: Session, number: str, pay_no: str, amount: Money, now: datetime, *, is_refund: bool = False
) -> CashView:
    """Ask for an amount, once per number. The number's content never changes."""
    row = CashMoveRow(
        number=number,
        pay_no=pay_no,
        is_refund=is_refund,
        currency=amount.currency,
        minor=amount.minor,
        state="asked",
        asked_at=now,
    )
    insert_once(s, row)
    return cash_of(s, number)


def count(s: Session, number: str, counted: Money, person: PersonView, now: datetime) -> CashView:
    """One person counted it.

    Raises: NoSuchCash, CashNotInThatState, CashDiffers, AuditorChangesNothing.
    """
    require_hands(person)
    row = _in_state(s, number, "asked")
    asked = Money(row.minor, row.currency)
    if counted != asked:
        raise CashDiffers(number, asked, counted)
    row.state, row.counted_by = "counted", person.login
    s.flush()
    _note(s, person, "cash-counted", row, now)
    return _view(row)


def confirm(s: Session, number: str, person: PersonView, now: datetime) -> CashView:
    """Another person confirms it: it has moved.

    Raises: NoSuchCash, CashNotInThatState, CashNeedsASecondPerson, AuditorChangesNothing.
    """
    require_hands(person)
    row = _in_state(s, number, "counted")
    if row.counted_by == person.login:
        raise CashNeedsASecondPerson(number, person.login)
    row.state, row.confirmed_by, row.confirmed_at = "confirmed", person.login, now
    s.flush()
    _note(s, person, "cash-confirmed", row, now)
    return _view(row)


def close(s: Session, number: str) -> CashView | None:
    """Let it not move any more; what is confirmed stays so. None when nobody asked for it."""
    row = locked(s, select(CashMoveRow).where(CashMoveRow.number == number))
    if row is None:
        return None
    if row.state in ("asked", "counted"):
        row.state = "closed"
        s.flush()
    return _view(row)


def confirmed_on(s: Session, begins: datetime, ends: datetime) -> list[CashView]:
    """What moved between two moments, the first included, by time; deposits left out."""
    rows = select(CashMoveRow).where(
        CashMoveRow.state == "confirmed",
        col(CashMoveRow.confirmed_at) >= begins,
        col(CashMoveRow.confirmed_at) < ends,
        or_(col(CashMoveRow.is_refund).is_(False), CashMoveRow.pay_no != CashMoveRow.number),
    )
    found = s.exec(rows.order_by(col(CashMoveRow.confirmed_at), CashMoveRow.number)).all()
    return [_view(row) for row in found]


def cash_of(s: Session, number: str) -> CashView:
    """Raises: NoSuchCash."""
    row = s.get(CashMoveRow, number)
    if row is None:
        raise NoSuchCash(number)
    return _view(row)


def waiting(s: Session) -> list[CashView]:
    """What somebody has to count or confirm, oldest first."""
    rows = select(CashMoveRow).where(col(CashMoveRow.state).in_(("asked", "counted")))
    return [_view(row) for row in s.exec(rows.order_by(col(CashMoveRow.asked_at))).all()]


def _in_state(s: Session, number: str, state: str) -> CashMoveRow:
    row = locked(s, select(CashMoveRow).where(CashMoveRow.number == number))
    if row is None:
        raise NoSuchCash(number)
    if row.state != state:
        raise CashNotInThatState(number, row.state)
    return row


def _note(s: Session, person: PersonView, action: str, row: CashMoveRow, now: datetime) -> None:
    amount = Money(row.minor, row.currency)
    audit.note(
        s, actor=person.login, action=action, subject=row.number, detail=amount.plain(), now=now
    )


def _view(row: CashMoveRow) -> CashView:
    return CashView(
        row.number,
        row.pay_no,
        row.is_refund,
        Money(row.minor, row.currency),
        row.state,
        row.counted_by,
        row.confirmed_by,
        row.asked_at,
        row.confirmed_at,
    )
