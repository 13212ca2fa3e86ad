"""What comes out of a portal: what it shows, how a hand-in ended, and what is noted of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, Protocol, TypeVar

from bots.portal.anchors import Dissent
from domain.money import Money

T = TypeVar("T")


@dataclass(frozen=True)
class Credentials:
    """The portal account; the password is in no repr."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class PortalClaim:
    """A claim as the portal shows it; what the page at hand does not tell is None, or "".

    A row in the list of appeals or of clearings is told alike: `receipt` is its own number, and
    `denial_text` what the payer answered.

    Status is accepted, in_review, approved, denied, paid or reversed.
    """

    receipt: str
    claim_no: str
    version: int | None
    billed: Money | None
    status: str
    denial_code: str
    denial_text: str
    received_on: date | None
    decided_on: date | None = None
    contract_adjustment: Money | None = None
    patient_share: Money | None = None
    paid: Money | None = None


@dataclass(frozen=True)
class PortalRemittance:
    """One remittance in the portal's list, to be downloaded as PDF."""

    remittance_no: str
    paid_on: date
    total: Money


@dataclass(frozen=True)
class Picture:
    """A masked screenshot with a snapshot of what it shows; `label` holds no data.

    `snapshot` is the page's accessibility tree without what is covered, `page_sha256` the digest of
    its source. `chain` is the digest of all this and of `before`, the chain of the picture before.
    """

    label: str
    png: bytes = field(repr=False)
    snapshot: str = field(default="", repr=False)
    page_sha256: str = ""
    before: str = ""
    chain: str = ""


@dataclass(frozen=True)
class Record:
    """What was sent or answered, as text to be sealed (`domain.exchange`); `label` holds no data.

    It is a link of the same chain as the pictures.
    """

    label: str
    content: bytes = field(repr=False)
    before: str = ""
    chain: str = ""


@dataclass(frozen=True)
class Seen(Generic[T]):
    """A result, the pictures that show it, and the anchors that dissented where most agreed."""

    value: T
    evidence: tuple[Picture, ...]
    warnings: tuple[Dissent, ...] = ()
    records: tuple[Record, ...] = ()


@dataclass(frozen=True)
class Submitted:
    """The portal took the claim and gave a receipt."""

    receipt: str
    received_at: datetime | None


@dataclass(frozen=True)
class Accepted:
    """The portal took the claim in, and will say later what became of it: the list is the proof."""

    ticket: str


@dataclass(frozen=True)
class AlreadyThere:
    """The look before submitting found this version of the claim; nothing was sent."""

    claim: PortalClaim


@dataclass(frozen=True)
class Rejected:
    """The portal's own checks said no; nothing was taken. Personal data is cut from the texts.

    `cause` is our word for the reason, "" when the definition knows none.
    """

    messages: tuple[str, ...]
    cause: str = ""


@dataclass(frozen=True)
class NotSent:
    """Surely nothing left the house: the bot lived, and its latch never let go. Try again."""

    proof: str


@dataclass(frozen=True)
class Unknown:
    """The claim may be there or not. Look again after the settling time, never click again."""

    detail: str


@dataclass(frozen=True)
class LayoutChanged:
    """A page is not what the definition says; nothing was sent."""

    page: str
    detail: str
    dissents: tuple[Dissent, ...] = ()


SubmitOutcome = Submitted | Accepted | AlreadyThere | Rejected | NotSent | Unknown | LayoutChanged


@dataclass(frozen=True)
class Note:
    """One state that the bot has reached; `pictures` and `records` are all of its chain so far.

    State is searched (detail: the receipts of what looks like it, by comma), filled, armed,
    sending (digest: of what is about to be sent), answered (detail: status and where it leads),
    or confirmed (detail: the receipt).
    """

    state: str
    detail: str = ""
    digest: str = ""
    pictures: tuple[Picture, ...] = field(default=(), repr=False)
    records: tuple[Record, ...] = field(default=(), repr=False)

    @property
    def evidence(self) -> str:
        """The head of the chain: the hash that all of it so far leads to, "" without any."""
        return head_of(self.pictures, self.records)


def head_of(pictures: Sequence[Picture], records: Sequence[Record]) -> str:
    """The end of the one chain that pictures and records make; "" without any."""
    links: list[Picture | Record] = [*pictures, *records]
    followed = {one.before for one in links}
    return next((one.chain for one in links if one.chain not in followed), "")


class Journal(Protocol):
    """Whoever asks for a submission keeps its journal and holds the lease of the account."""

    async def note(self, note: Note) -> None:
        """Commit one state before the bot goes on; raise to forbid what would come next.

        Whoever writes down the head of a chain has kept its pictures: the bot may die here.
        """

    async def release(self, sha256: str) -> None:
        """The last word before the request leaves: is the lease still ours? Raise if it is not.

        `sha256` is the digest of the request's real body.
        """

    def holds(self) -> bool:
        """Whether the lease lives by our own clock: asked without waiting, as the request leaves.

        Between `release` and that moment this process may have stood still for any time.
        """
