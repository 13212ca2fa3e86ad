"""What every pay channel can be asked, whatever it speaks.

Each method may raise any `CallFailed`; only what goes beyond is named. A time-out never means
"not paid": `pay`, `close` and `refund` ask the channel once more themselves, and what stays open
then is `OutcomeUnknown`. `NotDone` says that the channel has nothing under the number yet, so the
same request may be sent to the same channel again; before another channel is tried, `close` must
have said that this one can never pay.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from connectors.http import CallFailed
from domain.pay_channel import PayRequest, PayState, RefundRequest, RefundState


class NotGenuine(Exception):
    """A message that claims to come from the channel and does not prove it; nothing of it is used.

    `why` is one of our own words, never the sender's: signature, time, certificate, content or
    merchant.
    """

    def __init__(self, channel: str, why: str) -> None:
        self.channel, self.why = channel, why
        super().__init__(f"{channel}: a message is not genuine ({why}).")


class BillNotThere(CallFailed):
    """The channel has no bill of that day: not yet, or because nothing happened."""

    def __init__(self, channel: str, day: date) -> None:
        self.day = day
        super().__init__(channel, "bill", f"there is no bill of {day}")


class CallNotDescribed(CallFailed):
    """The channel's file does not say how this is asked."""

    def __init__(self, channel: str, call: str) -> None:
        super().__init__(channel, call, "the channel's file does not describe this call")


class PayChannel(Protocol):
    """One merchant account at one channel."""

    @property
    def code(self) -> str:
        """The counterparty's code."""

    def pay(self, request: PayRequest) -> PayState:
        """Ask for money, once per `pay_no`; the same request again is the same payment.

        Raises: NotDone, ContentDiffers (the number is taken by another amount).
        """

    def query(self, pay_no: str) -> PayState | None:
        """Where a payment stands; None when the channel has never heard of it."""

    def close(self, pay_no: str) -> PayState:
        """Let nobody pay any more; one that is paid stays paid, and is told so. Twice is once.

        A payment that the channel never heard of is closed, too, with the amount zero.
        """

    def refund(self, request: RefundRequest) -> RefundState:
        """Send money back, once per `refund_no`. Raises: NotDone, ContentDiffers, Refused."""

    def query_refund(self, refund_no: str, pay_no: str) -> RefundState | None:
        """Where a refund stands; None when the channel has never heard of it."""

    def bill(self, day: date) -> bytes:
        """The channel's own file of one day (Shanghai), unpacked. Raises: BillNotThere."""

    def notice(self, headers: Mapping[str, str], body: bytes) -> PayState | RefundState:
        """Read a message that the channel sent by itself. Raises: NotGenuine, AnswerUnreadable.

        Genuine is not fresh: the same notice may come twice and late; see `later_state`.
        """
