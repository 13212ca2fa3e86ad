"""ISO 8583 card messages over TCP, framed by two bytes of length and proved by an AES-CMAC.

Fields are packed by `pyiso8583`, with its ASCII specification. One connection carries one message
and its answer, so that a late answer can never be taken for another's.
"""

from __future__ import annotations

import hmac
import re
import secrets
import socket
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import iso8583
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from iso8583.specs import default_ascii

from connectors.http import (
    CONNECT_S,
    AnswerUnreadable,
    OutcomeUnknown,
    Refused,
    TemporarilyDown,
    Unreachable,
)
from connectors.pay_channels.interface import CallNotDescribed, NotGenuine
from connectors.pay_channels.keys import KeyUnusable
from connectors.pay_channels.traces import Trace, Traces
from connectors.pay_channels.wires import Asked, Told
from domain.order import Problem
from engine.pay_channel_wires import Iso8583
from engine.pay_channels import Place

_MAC_DIGITS = 16
_MOST_BYTES = 8192
_NUMERIC = frozenset({"3", "4", "5", "6", "7", "11", "12", "13", "49"})
"""Fields of digits that are filled up with zeros at the left. Source: ISO 8583, table of fields."""


class Iso8583Wire:
    """One terminal's way to speak. Raises: NoCredential, KeyUnusable."""

    def __init__(self, code: str, wire: Iso8583, place: Place, traces: Traces) -> None:
        self._code, self._wire, self._place, self._traces = code, wire, place, traces
        try:
            self._mac_key = AES(bytes.fromhex(place.secret("mac", code).get_secret_value()))
        except ValueError as wrong:
            raise KeyUnusable(code, "mac", "is no AES key in hex") from wrong

    def exchange(self, asked: Asked) -> Told:
        """See `Wire`."""
        sent = self._message(asked)
        answer = self._carried(asked, self._packed(asked.name, sent))
        return self._read(asked, sent, answer)

    def fetch_link(self, link: str) -> bytes:
        """Card messages carry no files. Raises: CallNotDescribed."""
        raise CallNotDescribed(self._code, "bill")

    def open_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Told:
        """Nobody sends notices in this family. Raises: NotGenuine."""
        raise NotGenuine(self._code, "content")

    def close(self) -> None:
        """See `Wire`; no connection outlives its message."""

    def _message(self, asked: Asked) -> dict[str, str]:
        trace = self._trace(asked)
        own = {
            "{trace}": f"{trace.number:06d}",
            "{sent_at}": _field_7(trace.at),
            "{original}": self._original(asked.key),
        }
        return {
            number: _filled(number, own.get(str(value), str(value)))
            for number, value in asked.send.items()
        }

    def _trace(self, asked: Asked) -> Trace:
        """A write repeated is the same message; a question is a new one each time."""
        again = asked.key if asked.changes else f"{asked.key}:{secrets.token_hex(8)}"
        return self._traces.of(self._code, f"{asked.call}:{again}")

    def _original(self, pay_no: str) -> str:
        """Field 90 of a reversal: type, trace number and time of the payment, two empty parties.

        A payment that was never sent from here has no trace; the host then goes by our number.
        """
        trace = self._traces.known(self._code, f"pay:{pay_no}")
        named = f"0200{trace.number:06d}{_field_7(trace.at)}" if trace else "0" * 20
        return named + "0" * 22

    def _packed(self, kind: str, fields: Mapping[str, str]) -> bytes:
        mac_field = "128" if any(int(number) > 64 for number in fields) else "64"
        whole = {"t": kind, **fields, mac_field: "0" * _MAC_DIGITS}
        raw, _ = iso8583.encode(whole, default_ascii)
        body = bytes(raw[:-_MAC_DIGITS])
        message = bytes.fromhex(self._wire.header) + body + self._mac(body)
        return len(message).to_bytes(2, "big") + message

    def _mac(self, body: bytes) -> bytes:
        mac = CMAC(self._mac_key)
        mac.update(body)
        return mac.finalize()[: _MAC_DIGITS // 2].hex().upper().encode()

    def _carried(self, asked: Asked, message: bytes) -> bytes:
        try:
            line = self._connected()
        except OSError as nobody:
            raise Unreachable(self._code, asked.call) from nobody
        with line:
            try:
                line.sendall(message)
                length = int.from_bytes(_exactly(line, 2), "big")
                if length > _MOST_BYTES:
                    raise ConnectionError("the answer is too long")
                return _exactly(line, length)
            except OSError as lost:
                if asked.changes:
                    why = type(lost).__name__
                    raise OutcomeUnknown(self._code, asked.call, why=why) from lost
                raise TemporarilyDown(self._code, asked.call) from lost

    def _connected(self) -> socket.socket:
        where = urlsplit(self._place.url)
        host, port = where.hostname or "", where.port or 0
        timeout_s = self._place.timeout_s
        line = socket.create_connection((host, port), timeout=min(CONNECT_S, timeout_s))
        line.settimeout(timeout_s)
        if where.scheme == "tls":
            return ssl.create_default_context().wrap_socket(line, server_hostname=host)
        return line

    def _read(self, asked: Asked, sent: Mapping[str, str], answer: bytes) -> Told:
        body = answer[len(self._wire.header) // 2 : -_MAC_DIGITS]
        if not hmac.compare_digest(self._mac(body), answer[-_MAC_DIGITS:]):
            self._not_as_agreed(asked, "signature", "does not prove that the channel answers")
        try:
            fields, _ = iso8583.decode(body + b"0" * _MAC_DIGITS, default_ascii)
        except iso8583.DecodeError:
            self._not_as_agreed(asked, "body", "is no message of the specification")
        told = {number: text.strip() for number, text in fields.items()}
        if told["t"] != _answer_type(asked.name):
            self._not_as_agreed(asked, "t", "is not the answer to this type")
        for number in self._wire.echoed:
            if told.get(number, "") != sent.get(number, "").strip():
                self._not_as_agreed(asked, number, "is another message's")
        code = told.get(self._wire.answer_code, "")
        if code not in self._wire.ok:
            raise Refused(self._code, asked.call, status=0, error=code)
        return told

    def _not_as_agreed(self, asked: Asked, field: str, reason: str) -> None:
        if asked.changes:
            raise OutcomeUnknown(self._code, asked.call, why=f"answer: {field} {reason}")
        raise AnswerUnreadable(self._code, asked.call, [Problem(field, reason)])


def _filled(number: str, text: str) -> str:
    """Fixed fields have one width: digits get zeros before them, words get spaces behind."""
    spec = default_ascii[number]
    if spec["len_type"]:
        return text
    width = int(str(spec["max_len"]))
    return text.rjust(width, "0") if number in _NUMERIC else text.ljust(width)


def _field_7(at: datetime) -> str:
    """Transmission time, MMDDhhmmss in UTC. Source: ISO 8583, field 7."""
    return at.astimezone(UTC).strftime("%m%d%H%M%S")


def _answer_type(kind: str) -> str:
    """0200 is answered by 0210, a repeat 0401 by 0410."""
    return re.sub(r"\d$", "0", kind[:2] + str(int(kind[2]) + 1) + kind[3])


def _exactly(line: socket.socket, count: int) -> bytes:
    """Raises: OSError, when the line ends early."""
    found = b""
    while len(found) < count:
        part = line.recv(count - len(found))
        if not part:
            raise ConnectionError("the line ended early")
        found += part
    return found
