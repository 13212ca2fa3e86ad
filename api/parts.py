"""What the API is given from outside: the store, the clock, the way to the lives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from temporalio.converter import PayloadCodec

from api.options import ApiOptions
from api.throttle import Lids
from domain.calendar import WorkingDays
from domain.pay_channel import PayState, RefundState
from engine.clock import Clock
from engine.counterparties import Counterparties
from engine.settings import Settings
from store.database import Database
from store.documents import EvidenceStore

Wake = Callable[[str, str, str], Awaitable[str]]
"""(workflow id, name, argument) -> "delivered" or "gone"."""

StartCase = Callable[[str, str], Awaitable[str]]
"""(order number, login of who starts it) -> workflow id."""

AskCase = Callable[[str, str, str, str], Awaitable[None]]
"""(case number, hold | resume | nudge | cancel | correct, login, reason) -> None."""


StartPayment = Callable[[str], Awaitable[str]]
"""(number of a bill, or of a return, on record) -> workflow id."""


LookAgain = Callable[[str], Awaitable[None]]
"""(payment number of a bill that has ended, although money came) -> its life is lived once more."""


@dataclass(frozen=True)
class NoticeAnswer:
    """What a channel wants to hear when its notice was taken."""

    text: str
    media_type: str


ReadNotice = Callable[[str, Mapping[str, str], bytes], tuple[PayState | RefundState, NoticeAnswer]]
"""(channel, headers, body) -> what it tells. Raises: NoSuchChannel, NoticeNotBelieved."""


ChannelNames = Callable[[str], tuple[str, str]]
"""(channel) -> its Chinese and its English name."""


class NoSuchChannel(LookupError):
    """No pay channel of this code sends notices. Raised by the injected `read_notice`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"No pay channel {code!r} sends notices.")


class NoticeNotBelieved(ValueError):
    """A notice does not prove its sender. `why` is a word of ours. Raised by `read_notice`."""

    def __init__(self, code: str, why: str) -> None:
        self.code, self.why = code, why
        super().__init__(f"{code}: a notice is not believed ({why}).")


class PaymentAlreadyRunning(ValueError):
    """The life of this bill or return runs, or has ended. Raised by the injected starts."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"{number} is under way already.")


class CaseRequestRefused(ValueError):
    """The case's validator says no, in words for people. Raised by the injected `ask_case`."""


class OrderNotStarted(ValueError):
    """The order cannot become a case: which field, and why. Raised by the injected `start_case`."""


class EngineAway(RuntimeError):
    """The workflow engine cannot be reached. Raised by `start_case` and `ask_case`."""


def machine_time() -> datetime:
    """The machine's own time, aware: for logins, which a simulated clock must not age."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Parts:
    """Everything that a request may need."""

    settings: Settings
    options: ApiOptions
    database: Database
    evidence: EvidenceStore
    clock: Clock
    codec: PayloadCodec
    counterparties: Counterparties
    calendar: WorkingDays
    wake: Wake | None = None
    start_case: StartCase | None = None
    ask_case: AskCase | None = None
    start_payment: StartPayment | None = None
    start_return: StartPayment | None = None
    look_again: LookAgain | None = None
    read_notice: ReadNotice | None = None
    channel_names: ChannelNames | None = None
    login_time: Callable[[], datetime] = machine_time
    lids: Lids = field(default_factory=Lids)


def parts_of(request: Request) -> Parts:
    """The parts that `create_app` was given."""
    parts: Parts = request.app.state.parts
    return parts


PartsOf = Annotated[Parts, Depends(parts_of)]
