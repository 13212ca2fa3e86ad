"""What a pay channel's file, counterparties/<code>/paychannel.toml, may say.

Apart from the connectors that speak the messages, because pages and checks read the same file. No
channel has code of its own: what differs between two of one family stands in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Protocol, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, model_validator

from domain.channel_fee import FeeRule
from domain.money import Money
from domain.pay_channel import PayStatus, RefundStatus
from engine.pay_channel_calls import Calls, Strict, faults_in
from engine.pay_channel_payouts import BillBox, Payout
from engine.pay_channel_wires import AnyWire
from engine.profiles import Expanded, NoCredential, expand, secret_at
from engine.references import Reference
from engine.settings import LOOPBACK
from engine.toml_faults import FileHasFaults, read_bytes, read_file

FILE = "paychannel.toml"

Tier = Literal["core", "auxiliary", "backup"]
Key = Literal["sign", "verify", "notice", "secret", "mac", "box"]
"""What a key is for: signing what we send, verifying what comes, opening notices, shared, or what
lets us into a drop box."""

ErrorMeaning = Literal["absent", "taken", "paid", "closed", "unknown", "later", "no_bill"]
"""What a refusal's code says: nothing under the number; the number is taken; paid or closed
already; may have been done; not now; no bill of that day. Any other code is a refusal."""


class PayChannelUnreadable(FileHasFaults):
    """A pay channel's file lacks something or says something that nobody understands."""


KeyReference = Annotated[Reference, BeforeValidator(expand)]


class Place(Strict):
    """Where the channel answers, and who we are there. Keys stand here as references only."""

    url: Expanded
    merchant: Expanded = Field(min_length=1)
    keys: dict[Key, KeyReference]
    our_key_id: Expanded = ""
    their_key_id: Expanded = ""
    timeout_s: float = Field(10, gt=0, description="longest wait for one answer")

    @property
    def is_on_loopback(self) -> bool:
        """Whether nobody else can hear what is said there."""
        return urlsplit(self.url).hostname in LOOPBACK

    def secret(self, key: Key, code: str) -> SecretStr:
        """One of our keys. Raises: NoCredential."""
        reference = self.keys.get(key)
        if reference is None:
            raise NoCredential(code, f"keys.{key}")
        value = secret_at(code, reference)
        if not value:
            raise NoCredential(code, reference)
        return SecretStr(value)


def _as_names(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_as_names)]
"""Where a value stands in an answer, or the first of several places where one does."""


class PaymentWords(Strict):
    """Where an answer or a notice tells of a payment, and what its words for states mean."""

    pay_no: Names
    channel_no: Names = ()
    amount: Names
    state: Names
    paid_at: Names = ()
    pay_url: Names = ()
    merchant: Names = ()
    states: dict[str, PayStatus] = Field(min_length=1)
    states_once_paid: dict[str, PayStatus] = Field(
        default_factory=dict, description="other meanings once a time of payment is told"
    )


class RefundWords(Strict):
    """The same for refunds."""

    refund_no: Names
    channel_no: Names = ()
    amount: Names
    state: Names
    at: Names = ()
    merchant: Names = ()
    states: dict[str, RefundStatus] = Field(min_length=1)


class NoticeWords(Strict):
    """What we answer to a notice that was taken."""

    answer: str
    media_type: str = "text/plain"


class DatedFee(Strict):
    """What the channel keeps, from a day on; `rate` is a share like "0.006"."""

    from_day: date = Field(alias="from")
    rate: Decimal = Field(ge=0, lt=1)
    least_minor: int = Field(0, ge=0)
    most_minor: int | None = Field(None, ge=0)
    returned_on_refund: bool
    vat_rate: Decimal = Field(Decimal(0), ge=0, lt=1, description="VAT in the fee, deductible")
    source: str = Field(min_length=1)


class DatedSettlement(Strict):
    """When the money is at the bank: so many working days after the payment, from a day on."""

    from_day: date = Field(alias="from")
    working_days: int = Field(ge=0)
    source: str = Field(min_length=1)


class DatedCircuit(Strict):
    """When another channel is taken instead, from a day on.

    Open after `failures` in a row, an answer slower than `slow_ms` being one; after `rest_s` so
    many `trials` must go well before it is used as before.
    """

    from_day: date = Field(alias="from")
    failures: int = Field(gt=0)
    slow_ms: int = Field(gt=0)
    rest_s: int = Field(gt=0)
    trials: int = Field(gt=0)
    source: str = Field(min_length=1)


class SelfTest(Strict):
    """What the channel's sandbox does by itself with a payment of these amounts, in fen.

    `token` is a pay code that the sandbox always takes, for channels that ask for one.
    """

    paid_minor: int = Field(gt=0)
    unpaid_minor: int | None = Field(None, gt=0, description="stays open until it is closed")
    token: str = ""


class PayChannelFile(Strict):
    """One merchant account at one channel, as its file tells it; `hash` is that of the bytes."""

    code: str = Field(pattern=r"^[A-Za-z0-9_-]{2,32}$")
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    tier: Tier
    pays_into: str = Field(min_length=1, description="a bank account of ours")
    currency: Literal["CNY"] = "CNY"
    amounts: Literal["fen", "yuan"]
    times: str = Field("iso", description='"iso", or a strftime pattern in Shanghai time')
    days: str = Field("%Y-%m-%d", description="strftime pattern of a bill's day")
    live: Place
    sandbox: Place
    wire: AnyWire
    calls: Calls
    payment: PaymentWords
    refund: RefundWords
    errors: dict[str, ErrorMeaning] = Field(min_length=1)
    notice: NoticeWords | None = None
    fees: tuple[DatedFee, ...] = Field(min_length=1)
    settlement: tuple[DatedSettlement, ...] = Field(min_length=1)
    circuit: tuple[DatedCircuit, ...] = Field(min_length=1)
    payout: Payout | None = None
    bill_box: BillBox | None = None
    self_test: SelfTest
    hash: str

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        faults = [
            *faults_in(self.calls, self.wire.common, self.wire.also_known),
            *self._own_faults(),
        ]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _own_faults(self) -> Iterator[str]:
        for name, place in (("live", self.live), ("sandbox", self.sandbox)):
            for key in self.wire.needs_keys:
                if key not in place.keys:
                    yield f"{name}.keys: {self.wire.family} needs a key to {key}"
            if not place.is_on_loopback and not place.url.startswith(self.wire.safe_schemes):
                yield f"{name}.url: must be {' or '.join(self.wire.safe_schemes)}, or on loopback"
        if PayStatus.PAID not in self.payment.states.values():
            yield "payment.states: no word means paid"
        if RefundStatus.REFUNDED not in self.refund.states.values():
            yield "refund.states: no word means refunded"
        if "absent" not in self.errors.values():
            yield "errors: no code means absent, so a lost answer could never be told"
        if self.wire.sends_notices and self.notice is None:
            yield "notice: say what is answered to a notice"
        if self.payout is not None:
            yield from self.payout.faults()
            if (self.calls.bill is None) == (self.bill_box is None):
                yield "payout: either calls.bill or bill_box says how its bills come"
        if self.bill_box is not None:
            yield from self.bill_box.faults()
        for part in ("fees", "settlement", "circuit"):
            days = [dated.from_day for dated in getattr(self, part)]
            if len(set(days)) < len(days):
                yield f"{part}: two lines hold from the same day"

    def fee_rule(self, on: date) -> FeeRule:
        """What the channel keeps of a payment of that day. Raises: NothingInForce."""
        dated = in_force(self.fees, on, f"{self.code}: fees")
        most = dated.most_minor
        return FeeRule(
            rate=dated.rate,
            least=Money(dated.least_minor, self.currency),
            most=None if most is None else Money(most, self.currency),
            returned_on_refund=dated.returned_on_refund,
            vat_rate=dated.vat_rate,
        )

    def settles_after(self, on: date) -> int:
        """Working days from a payment of that day to the bank. Raises: NothingInForce."""
        return in_force(self.settlement, on, f"{self.code}: settlement").working_days

    def circuit_on(self, on: date) -> DatedCircuit:
        """When another channel is taken instead. Raises: NothingInForce."""
        return in_force(self.circuit, on, f"{self.code}: circuit")


class NothingInForce(LookupError):
    """Dated data begins later than the day that is asked for."""

    def __init__(self, what: str, on: date) -> None:
        self.what, self.on = what, on
        super().__init__(f"{what}: nothing holds on {on}.")


class _Dated(Protocol):
    @property
    def from_day(self) -> date: ...


_D = TypeVar("_D", bound=_Dated)


def in_force(rows: Iterable[_D], on: date, what: str) -> _D:
    """The latest line that has begun. Raises: NothingInForce."""
    begun = [row for row in rows if row.from_day <= on]
    if not begun:
        raise NothingInForce(what, on)
    return max(begun, key=lambda row: row.from_day)


def load_pay_channel(file: Path) -> PayChannelFile:
    """Read one file. Raises: PayChannelUnreadable, with every fault and its line."""
    return read_file(file, PayChannelFile, more=_hashed, error=PayChannelUnreadable)


def pay_channel_of(content: bytes, file: Path) -> PayChannelFile:
    """The same for bytes that somebody kept; `file` is only named. Raises: PayChannelUnreadable."""
    return read_bytes(content, file, PayChannelFile, more=_hashed, error=PayChannelUnreadable)


def load_pay_channels(folder: Path) -> dict[str, PayChannelFile]:
    """Every channel that has a file below the counterparties' folder, by code.

    Raises: PayChannelUnreadable for the first faulty file.
    """
    found = [load_pay_channel(file) for file in sorted(folder.glob(f"*/{FILE}"))]
    return {channel.code: channel for channel in found}


def _hashed(digest: str) -> dict[str, str]:
    return {"hash": digest}
