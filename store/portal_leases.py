"""Who may work in a portal account: one holder at a time, each with a higher fence.

Apart from the journal, because whoever reads or downloads needs a lease too. All times here are
the machine's real time in UTC, never the simulated clock: a lease guards against processes. The
clocks of two machines need not agree: one that is ahead takes over too early, and what then keeps
the first holder from writing is the fence, not the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, select

from store.rows import insert_once, locked
from store.tables_portals import PortalLeaseRow


class LeaseHeld(RuntimeError):
    """Somebody else works in this account."""

    def __init__(self, portal: str, account: str, until: datetime) -> None:
        self.portal, self.account, self.until = portal, account, until
        super().__init__(
            f"Portal {portal}, account {account}: held until {until.isoformat(timespec='seconds')}."
        )


class FenceLost(RuntimeError):
    """The lease ran out, was released, or somebody else has it: nothing may be sent or noted."""

    def __init__(self, portal: str, account: str, fence: int, present: int) -> None:
        self.portal, self.account = portal, account
        self.fence, self.present = fence, present
        super().__init__(
            f"Portal {portal}, account {account}: fence {fence} is worth nothing any more, "
            f"the last one given out is {present}."
        )


@dataclass(frozen=True)
class Fence:
    """What a holder shows to prove that it still holds: its number, and the real time in UTC."""

    portal: str
    account: str
    number: int
    now: datetime


@dataclass(frozen=True)
class Lease:
    """A lease as it stands; alive before `expires_at`, no longer at it. Real times in UTC."""

    portal: str
    account: str
    holder: str
    fence: int
    acquired_at: datetime
    expires_at: datetime

    def is_alive(self, now: datetime) -> bool:
        """Whether somebody holds it at `now`."""
        return bool(self.holder) and now < self.expires_at

    def shown(self, now: datetime) -> Fence:
        """What the holder shows with everything that it notes or sends."""
        return Fence(self.portal, self.account, self.fence, now)


def acquire(
    s: Session, portal: str, account: str, holder: str, *, now: datetime, lasts_s: int
) -> Lease:
    """Take the account for `lasts_s` seconds, with a fence one higher than the last.

    `holder` names one run, not a machine. The same holder acquiring again while its lease is
    alive takes it from itself at once, with a higher fence: what asks twice is a run that was
    started again, and the one before must not send any more. To go on, use `renew`.
    Raises: LeaseHeld, when another holder's is alive.
    """
    fresh = PortalLeaseRow(portal=portal, account=account, acquired_at=now, expires_at=now)
    insert_once(s, fresh)
    row = _locked(s, portal, account)
    assert row is not None, "the row was inserted just above"
    if row.holder != holder and _view(row).is_alive(now):
        raise LeaseHeld(portal, account, row.expires_at)
    row.holder, row.fence = holder, row.fence + 1
    row.acquired_at, row.expires_at = now, now + timedelta(seconds=lasts_s)
    s.flush()
    return _view(row)


def renew(
    s: Session, portal: str, account: str, fence: int, *, now: datetime, lasts_s: int
) -> Lease:
    """Hold on for `lasts_s` seconds from `now`, under the same fence. Raises: FenceLost."""
    row = _held(s, portal, account, fence, now)
    row.expires_at = now + timedelta(seconds=lasts_s)
    s.flush()
    return _view(row)


def release(s: Session, portal: str, account: str, fence: int, *, now: datetime) -> bool:
    """Let go, so that the next one need not wait; False when it was lost already."""
    row = _locked(s, portal, account)
    if row is None or row.fence != fence or not row.holder:
        return False
    row.holder, row.expires_at = "", min(row.expires_at, now)
    s.flush()
    return True


def require_fence(s: Session, portal: str, account: str, fence: int, now: datetime) -> Lease:
    """Return the lease when `fence` is its present one and it is alive at `now` (real, UTC).

    The row stays locked until the transaction ends, so nobody takes over before what is noted
    beside it is committed. The network gate asks this before it lets a request go.
    Raises: FenceLost, also at the very moment of `expires_at`, and after a release.
    """
    return _view(_held(s, portal, account, fence, now))


def require_shown(s: Session, fence: Fence) -> Lease:
    """The same for what a holder shows. Raises: FenceLost."""
    return require_fence(s, fence.portal, fence.account, fence.number, fence.now)


def lease_of(s: Session, portal: str, account: str) -> Lease | None:
    """Who holds or held the account last; None when nobody ever did. For pages, not for gates."""
    row = s.get(PortalLeaseRow, (portal, account))
    return None if row is None else _view(row)


def _held(s: Session, portal: str, account: str, fence: int, now: datetime) -> PortalLeaseRow:
    row = _locked(s, portal, account)
    if row is None:
        raise FenceLost(portal, account, fence, 0)
    if row.fence != fence or not _view(row).is_alive(now):
        raise FenceLost(portal, account, fence, row.fence)
    return row


def _locked(s: Session, portal: str, account: str) -> PortalLeaseRow | None:
    return locked(
        s,
        select(PortalLeaseRow).where(
            PortalLeaseRow.portal == portal, PortalLeaseRow.account == account
        ),
    )


def _view(row: PortalLeaseRow) -> Lease:
    return Lease(row.portal, row.account, row.holder, row.fence, row.acquired_at, row.expires_at)
