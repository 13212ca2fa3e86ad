"""The acquirer's fourth door: a card host that speaks ISO 8583 over TCP beside the web server.

A purchase (0200) is answered at once. A reversal (0400, 0420) undoes it, or, when it comes first,
keeps it from ever being done. An enquiry (0100) tells how a number of the merchant's stands.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import iso8583
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from iso8583.specs import default_ascii

from sandbox.acquiring import books, card_file, keys
from sandbox.acquiring.books import No
from sandbox.kit import Moment, instant, stamp
from sandbox.world import World

DOOR = "card"
MAC_DIGITS = 16
STATES = {"open": "PENDING", "paid": "APPROVED", "closed": "REVERSED", "failed": "DECLINED"}
CODES = {
    "absent": "25",
    "taken": "94",
    "paid": "94",
    "closed": "40",
    "reversed": "40",
    "invalid": "30",
    "too_much": "61",
    "not_signed": "A0",
    "declined": "51",
    "unclear": "96",
}
_KEPT_FAULTS = ("drop_before_commit", "drop_after_commit", "forged_answer", "unsigned_answer")


@asynccontextmanager
async def beside(world: World, go_on: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Listen on a free port of the loopback, or where `card_host` and `card_port` say.

    Keys and drop box are made now, so that a merchant finds them before the first call.
    """
    busy: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        busy.add(task)
        try:
            await _serve(world, go_on, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
        finally:
            busy.discard(task)

    port = int(world.settings.get("card_port") or 0)
    host = world.settings.get("card_host") or "127.0.0.1"
    server = await asyncio.start_server(serve, host, port)
    with world.moment() as moment:
        keys.folder_of(moment)
        card_file.folder_of(moment)
        moment.keep("card_port", server.sockets[0].getsockname()[1])
    try:
        yield
    finally:
        server.close()
        for task in busy:
            task.cancel()


async def _serve(
    world: World,
    go_on: Callable[[], Awaitable[None]],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    length = int.from_bytes(await reader.readexactly(2), "big")
    message = await reader.readexactly(length)
    with world.moment() as moment:
        fault = _strikes(moment, message)
    if fault != "drop_before_commit":
        with world.moment() as moment:
            answer = answered(moment, message, fault)
        await go_on()
        if fault != "drop_after_commit":
            writer.write(len(answer).to_bytes(2, "big") + answer)
            await writer.drain()
    writer.close()


def _strikes(moment: Moment, message: bytes) -> str:
    line = f"ISO {message[:4].decode('ascii', 'replace')}"
    for fault in moment.kept("faults", []):
        holds = fault.get("holds", "").encode()
        if line == fault["match"] and fault["how"] in _KEPT_FAULTS and holds in message:
            moment.use_fault(fault)
            return str(fault["how"])
    return ""


def answered(moment: Moment, message: bytes, fault: str = "") -> bytes:
    """The answer to one message, with its own MAC. Only our own tests send what has no type."""
    body, mac = message[:-MAC_DIGITS], message[-MAC_DIGITS:]
    asked, _ = iso8583.decode(body + b"0" * MAC_DIGITS, default_ascii)
    told: dict[str, str] = {
        number: asked[number] for number in ("3", "7", "11", "41", "42") if number in asked
    }
    try:
        if mac != _mac(moment, body):
            raise No("not_signed")
        told |= {"39": "00", **_done(moment, asked)}
    except No as no:
        told["39"] = CODES[no.why]
    told["t"] = f"{asked['t'][:2]}{int(asked['t'][2]) + 1}0"
    raw, _ = iso8583.encode({**told, "64": "0" * MAC_DIGITS}, default_ascii)
    answer = bytes(raw[:-MAC_DIGITS])
    proof = _mac(moment, answer)
    if fault == "forged_answer":
        answer = answer.replace(b"DECLINED", b"APPROVED").replace(b"TEST-", b"TEST_")
    return answer + (b"0" * MAC_DIGITS if fault == "unsigned_answer" else proof)


def _mac(moment: Moment, body: bytes) -> bytes:
    mac = CMAC(AES(bytes.fromhex(keys.word(moment, "mac"))))
    mac.update(body)
    return mac.finalize()[: MAC_DIGITS // 2].hex().upper().encode()


def _done(moment: Moment, asked: dict[str, str]) -> dict[str, str]:
    merchant, number = asked["42"].strip(), asked["48"]
    kind, does = asked["t"], asked.get("3", "")
    if kind == "0100" and does == "310000":
        return shown_payment(books.payment_of(moment, merchant, number))
    if kind == "0100" and does == "320000":
        return shown_refund(books.refund_of(moment, merchant, number))
    if kind == "0200" and does == "000000":
        return _purchase(moment, merchant, number, asked)
    if kind == "0220" and does == "200000":
        made = books.refund(moment, merchant, number, asked["62"], int(asked["4"]))
        return shown_refund(made)
    if kind in ("0400", "0420"):
        return _reverse(moment, merchant, number)
    raise No("invalid")


def _purchase(moment: Moment, merchant: str, number: str, asked: dict[str, str]) -> dict[str, str]:
    if books.find_payment(moment, merchant, number) is None:
        amount = int(asked["4"])
        books.open_payment(moment, DOOR, merchant, number, amount, stan=asked["11"])
        if books.is_refused(moment, number, amount):
            books.fail_payment(moment, merchant, number)
        else:
            books.take_money(moment, merchant, number)
    row = books.payment_of(moment, merchant, number)
    if row["amount"] != int(asked["4"]):
        raise No("taken")
    if row["state"] == "failed":
        raise No("declined")
    if row["state"] == "closed":
        raise No("reversed")
    return shown_payment(row)


def _reverse(moment: Moment, merchant: str, number: str) -> dict[str, str]:
    sql = "insert or ignore into reversal values (?, ?, ?)"
    moment.do(sql, merchant, number, stamp(moment.now))
    row = books.find_payment(moment, merchant, number)
    if row is None:
        return {}
    if row["refunded"]:
        raise No("invalid")
    if row["state"] in ("open", "paid"):
        sql = "update payment set state = 'closed', paid_at = null where channel_no = ?"
        moment.do(sql, row["channel_no"])
        moment.happened(f"{merchant}: {number} reversed")
    return shown_payment(books.payment_of(moment, merchant, number))


def shown_payment(row: dict[str, Any]) -> dict[str, str]:
    """A payment in fields: 4 amount, 44 state, 48 number, 61 our number, 63 when it was paid."""
    shown = {
        "4": f"{row['amount']:012d}",
        "44": row["odd"] or STATES[row["state"]],
        "48": row["pay_no"],
        "61": row["channel_no"],
    }
    return shown | ({"63": f"{instant(row['paid_at']):%Y%m%d%H%M%S}"} if row["paid_at"] else {})


def shown_refund(row: dict[str, Any]) -> dict[str, str]:
    """A refund in fields; 62 is the payment's number."""
    return {
        "4": f"{row['amount']:012d}",
        "44": row["odd"] or "RETURNED",
        "48": row["refund_no"],
        "61": row["channel_no"],
        "62": row["pay_no"],
        "63": f"{instant(row['at']):%Y%m%d%H%M%S}",
    }
