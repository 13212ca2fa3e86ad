"""Tries a pay channel at its own sandbox: what must work is done, what must be refused is tried.

Money moves only at the sandbox. What cannot be seen from here (a notice that a far sandbox cannot
deliver to this machine) is told as not seen, never as passed.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from connectors.http import CallFailed, ContentDiffers, Refused
from connectors.pay_channels.building import channel_at
from connectors.pay_channels.configured import ConfiguredChannel
from connectors.pay_channels.interface import NotGenuine
from connectors.pay_channels.listening import Heard
from domain.admission import Measured
from domain.money import Money
from domain.pay_channel import PayRequest, PayState, PayStatus, RefundRequest, RefundStatus
from engine.pay_channels import PayChannelFile

PATIENCE_S = 5.0
PROBES = 40


@dataclass(frozen=True)
class Step:
    """One thing that was tried; `passed` is None when it could not be seen."""

    name: str
    passed: bool | None
    told: str = ""


TRIAL = "ST"
"""How every number of a self-test begins: no bill of ours stands behind it."""


@dataclass
class _Trial:
    """The channel at its sandbox, with a number for this run and a clock that may be moved."""

    file: PayChannelFile
    channel: ConfiguredChannel
    letters: list[tuple[dict[str, str], bytes]]
    notify_url: str
    shift: list[timedelta]
    run: str = field(
        default_factory=lambda: f"{TRIAL}{datetime.now(UTC):%y%m%d%H%M%S}{secrets.token_hex(3)}"
    )

    def request(self, which: str, minor: int) -> PayRequest:
        return PayRequest(
            pay_no=f"{self.run}-{which}",
            amount=Money(minor, self.file.currency),
            subject="self-test",
            expires_at=datetime.now(UTC) + timedelta(minutes=30),
            notify_url=self.notify_url,
            token=self.file.self_test.token,
        )

    def refund(self, which: str, minor: int) -> RefundRequest:
        paid = self.request("P", self.file.self_test.paid_minor)
        amount = Money(minor, self.file.currency)
        return RefundRequest(f"{self.run}-{which}", paid.pay_no, amount, paid.amount, "self-test")


def self_test(file: PayChannelFile, *, probes: int = PROBES) -> tuple[list[Step], Measured]:
    """Try everything at the channel's sandbox.

    Raises: NoCredential, KeyUnusable.
    """
    heard: list[Heard] = []
    shift = [timedelta()]
    with _mailbox() as (letters, url):
        channel, close = channel_at(
            file,
            file.sandbox,
            now=lambda: datetime.now(UTC) + shift[0],
            listener=heard.append,
        )
        trial = _Trial(file, channel, letters, url, shift)
        try:
            steps = [_tried(name, trial, probes, how) for name, how in STEPS]
        finally:
            close()
    return steps, measured_of(file, heard)


def measured_of(file: PayChannelFile, heard: list[Heard]) -> Measured:
    """What the exchanges of a run say about the channel."""
    told = [one for one in heard if one.outcome != "unknown_state" and one.call != "notice"]
    answered = [one for one in told if one.outcome in ("ok", "refused")]
    odd = [one for one in heard if one.outcome in ("unreadable", "unknown_state")]
    return Measured(
        answers_ms=tuple(one.ms for one in answered),
        asked=len(told),
        faulty=len(odd),
        promised_days=file.settles_after(datetime.now(UTC).date()),
    )


Try = Callable[[_Trial, int], str | None]


def _tried(name: str, trial: _Trial, probes: int, how: Try) -> Step:
    try:
        wrong = how(trial, probes)
    except _NotSeen as unseen:
        return Step(name, None, str(unseen))
    except (CallFailed, NotGenuine) as failed:
        return Step(name, False, str(failed))
    return Step(name, wrong is None, wrong or "")


class _NotSeen(Exception):
    """Nothing can be said about this step from here."""


def _knows_nothing(trial: _Trial, _probes: int) -> str | None:
    found = trial.channel.query(f"{trial.run}-NONE")
    return None if found is None else f"an unknown number is told as {found.status}"


def _stays_open_and_closes(trial: _Trial, _probes: int) -> str | None:
    minor = trial.file.self_test.unpaid_minor
    if minor is None:
        raise _NotSeen("every payment is paid at once")
    request = trial.request("O", minor)
    for told in (trial.channel.pay(request), trial.channel.pay(request)):
        if told.status not in (PayStatus.CREATED, PayStatus.PAYING):
            return f"a payment nobody paid is told as {told.status}"
    closed = trial.channel.close(request.pay_no)
    return None if closed.status is PayStatus.CLOSED else f"closed, it is told as {closed.status}"


def _is_paid(trial: _Trial, _probes: int) -> str | None:
    request = trial.request("P", trial.file.self_test.paid_minor)
    trial.channel.pay(request)
    until = time.monotonic() + PATIENCE_S
    found = trial.channel.query(request.pay_no)
    while (found is None or found.status is not PayStatus.PAID) and time.monotonic() < until:
        time.sleep(0.2)
        found = trial.channel.query(request.pay_no)
    if found is None or found.status is not PayStatus.PAID:
        return f"it is told as {found.status if found else 'nothing'}"
    return None if found.amount == request.amount else f"{found.amount} was paid"


def _refuses_another_amount(trial: _Trial, _probes: int) -> str | None:
    try:
        trial.channel.pay(trial.request("P", trial.file.self_test.paid_minor + 1))
    except (ContentDiffers, Refused):
        return None
    return "one number was taken for two amounts"


def _stays_paid_when_closed(trial: _Trial, _probes: int) -> str | None:
    told = trial.channel.close(trial.request("P", 1).pay_no)
    return None if told.status.has_captured else f"closed, a paid one is told as {told.status}"


def _letter(trial: _Trial) -> tuple[dict[str, str], bytes]:
    if not trial.file.wire.sends_notices:
        raise _NotSeen("the family sends no notices")
    until = time.monotonic() + PATIENCE_S
    while not trial.letters and time.monotonic() < until:
        time.sleep(0.05)
    if not trial.letters:
        raise _NotSeen("no notice reached this machine")
    return trial.letters[0]


def _reads_a_notice(trial: _Trial, _probes: int) -> str | None:
    told = trial.channel.notice(*_letter(trial))
    paid = trial.request("P", trial.file.self_test.paid_minor)
    is_right = isinstance(told, PayState) and (told.pay_no, told.amount, told.status) == (
        paid.pay_no,
        paid.amount,
        PayStatus.PAID,
    )
    return None if is_right else f"it tells {told}"


def _refuses_forged_notices(trial: _Trial, _probes: int) -> str | None:
    headers, body = _letter(trial)
    for place in range(0, len(body), max(1, len(body) // 20)):
        forged = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        if not _is_refused(trial, headers, forged):
            return f"one with another byte at {place} was taken"
    return None if _is_refused(trial, {}, b"") else "an empty one was taken"


def _refuses_old_notices(trial: _Trial, _probes: int) -> str | None:
    letter = _letter(trial)
    trial.shift[0] = timedelta(seconds=trial.file.wire.window_s + 60)
    try:
        return None if _is_refused(trial, *letter) else "one from outside the window was taken"
    finally:
        trial.shift[0] = timedelta()


def _is_refused(trial: _Trial, headers: dict[str, str], body: bytes) -> bool:
    try:
        trial.channel.notice(headers, body)
    except NotGenuine:
        return True
    return False


def _gives_back(trial: _Trial, _probes: int) -> str | None:
    part = max(trial.file.self_test.paid_minor // 2, 1)
    asked = trial.refund("R", part)
    trial.channel.refund(asked)
    found = trial.channel.query_refund(asked.refund_no, asked.pay_no)
    if found is None or found.status not in (RefundStatus.REFUNDED, RefundStatus.PROCESSING):
        return f"it is told as {found.status if found else 'nothing'}"
    return None if found.amount == asked.amount else f"{found.amount} went back"


def _refuses_too_much(trial: _Trial, _probes: int) -> str | None:
    whole = trial.file.self_test.paid_minor
    try:
        trial.channel.refund(trial.refund("S", whole))
    except Refused:
        return None
    return "more went back than was paid"


def _answers_probes(trial: _Trial, probes: int) -> str | None:
    number = trial.request("P", 1).pay_no
    lost = 0
    for _ in range(probes):
        try:
            trial.channel.query(number)
        except CallFailed:
            lost += 1
    return None if not lost else f"{lost} of {probes} questions got no answer that can be used"


STEPS: tuple[tuple[str, Try], ...] = (
    ("a number that nobody sent is unknown there", _knows_nothing),
    ("an open payment stays open, and is closed", _stays_open_and_closes),
    ("a payment is paid, with its amount", _is_paid),
    ("the same number with another amount is refused", _refuses_another_amount),
    ("a paid payment stays paid when it is closed", _stays_paid_when_closed),
    ("its notice is read", _reads_a_notice),
    ("forged notices are refused", _refuses_forged_notices),
    ("an old notice is refused", _refuses_old_notices),
    ("a part goes back", _gives_back),
    ("more than was paid does not go back", _refuses_too_much),
    ("questions are answered", _answers_probes),
)


@contextmanager
def _mailbox() -> Iterator[tuple[list[tuple[dict[str, str], bytes]], str]]:
    """Takes notices on the loopback while the test runs."""
    letters: list[tuple[dict[str, str], bytes]] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(min(int(self.headers.get("Content-Length", "0")), 1 << 20))
            letters.append((dict(self.headers), body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield letters, f"http://127.0.0.1:{server.server_port}/notice"
    finally:
        server.shutdown()
        server.server_close()
