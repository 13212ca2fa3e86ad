"""One-time codes that a portal asks for and only a person can read: asked, given, taken once.

Apart from the reviews, because a code is a secret of a minute and no decision. It arrives sealed
and leaves sealed; the store never sees it in clear. The application deletes no row: taking a code
empties it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from store.people import PersonView
from store.portal_people import note_decision, subject_of
from store.rows import digest_of, insert_once, locked
from store.tables_portals import PortalCodeRow

LASTS = timedelta(minutes=10)
"""How long a request waits when the caller says nothing: about as long as a code by text message
is good for."""
# A code in clear is a few digits or letters; anything sealed is longer or has other bytes.
_LONGEST_CLEAR = 16


class NoSuchCodeRequest(LookupError):
    """Nobody asked for this code."""

    def __init__(self, request_no: str) -> None:
        self.request_no = request_no
        super().__init__(f"There is no request {request_no} for a code.")


class CodeRequestOver(ValueError):
    """The code comes too late: the request ran out, or its code was used."""

    def __init__(self, request_no: str, why: str) -> None:
        self.request_no, self.why = request_no, why
        super().__init__(f"Request {request_no} for a code is over: {why}.")


class CodeNotSealed(ValueError):
    """A code came in clear."""

    def __init__(self, request_no: str) -> None:
        self.request_no = request_no
        super().__init__(f"Request {request_no}: the code is not sealed.")


@dataclass(frozen=True)
class CodeRequest:
    """A code that a portal asks for, without the code. It is over at `expires_at`."""

    request_no: str
    portal: str
    account: str
    asked_at: datetime
    expires_at: datetime
    given_by: str | None
    taken_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Whether a code may still be given."""
        return self.taken_at is None and now < self.expires_at


def ask(s: Session, portal: str, account: str, now: datetime, *, lasts: timedelta = LASTS) -> str:
    """Ask for a code and return the number of the request; one that is open is not asked twice."""
    for request in open_requests(s, now):
        if (request.portal, request.account) == (portal, account):
            return request.request_no
    # Counted, so that two who ask at once ask the same, and who asks again asks anew.
    earlier = select(func.count()).where(
        PortalCodeRow.portal == portal, PortalCodeRow.account == account
    )
    request_no = "PC-" + digest_of([portal, account, s.exec(earlier).one()])[:12].upper()
    insert_once(
        s,
        PortalCodeRow(
            request_no=request_no,
            portal=portal,
            account=account,
            asked_at=now,
            expires_at=now + lasts,
        ),
    )
    return request_no


def give(
    s: Session, request_no: str, sealed_code: bytes, person: PersonView, now: datetime
) -> None:
    """Give the code, sealed; until it is taken, giving again replaces a mistyped one.

    Raises: NoSuchCodeRequest, CodeRequestOver, CodeNotSealed, AuditorChangesNothing.
    """
    row = _locked(s, request_no)
    if not _view(row).is_open(now):
        raise CodeRequestOver(request_no, "used" if row.taken_at else "it ran out")
    if len(sealed_code) <= _LONGEST_CLEAR and sealed_code.isascii():
        raise CodeNotSealed(request_no)
    note_decision(s, person, "portal_code_given", subject_of(row.portal), request_no, now)
    row.sealed_code, row.given_by, row.given_at = sealed_code, person.login, now
    s.flush()


def take(s: Session, request_no: str, now: datetime) -> bytes | None:
    """Return the sealed code once and empty it; None while there is none, or when it is over.

    Ask `code_request` which of the two. Raises: NoSuchCodeRequest.
    """
    row = _locked(s, request_no)
    if row.sealed_code is None:
        return None
    sealed_code = row.sealed_code if _view(row).is_open(now) else None
    row.sealed_code, row.taken_at = None, now
    s.flush()
    return sealed_code


def withdraw(s: Session, portal: str, account: str, now: datetime) -> int:
    """End every open request of an account, whose sign-in is gone; return how many there were."""
    open_ones = [
        one for one in open_requests(s, now) if (one.portal, one.account) == (portal, account)
    ]
    for request in open_ones:
        row = _locked(s, request.request_no)
        row.sealed_code, row.taken_at = None, now
    s.flush()
    return len(open_ones)


def code_request(s: Session, request_no: str) -> CodeRequest:
    """Raises: NoSuchCodeRequest."""
    row = s.get(PortalCodeRow, request_no)
    if row is None:
        raise NoSuchCodeRequest(request_no)
    return _view(row)


def open_requests(s: Session, now: datetime) -> list[CodeRequest]:
    """Every request that still waits for its code to be given or taken, oldest first."""
    statement = select(PortalCodeRow).where(
        col(PortalCodeRow.taken_at).is_(None), PortalCodeRow.expires_at > now
    )
    ordered = statement.order_by(col(PortalCodeRow.asked_at), col(PortalCodeRow.request_no))
    return [_view(row) for row in s.exec(ordered).all()]


def forget_expired(s: Session, now: datetime) -> int:
    """Empty what was given and never taken in time; return how many there were."""
    statement = select(PortalCodeRow.request_no).where(
        col(PortalCodeRow.sealed_code).is_not(None), PortalCodeRow.expires_at <= now
    )
    expired = s.exec(statement.order_by(col(PortalCodeRow.request_no))).all()
    for request_no in expired:
        take(s, request_no, now)
    return len(expired)


def _locked(s: Session, request_no: str) -> PortalCodeRow:
    row = locked(s, select(PortalCodeRow).where(PortalCodeRow.request_no == request_no))
    if row is None:
        raise NoSuchCodeRequest(request_no)
    return row


def _view(row: PortalCodeRow) -> CodeRequest:
    return CodeRequest(
        request_no=row.request_no,
        portal=row.portal,
        account=row.account,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        given_by=row.given_by,
        taken_at=row.taken_at,
    )
