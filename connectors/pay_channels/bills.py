"""Unpacks a channel's bill, which may be hostile: bounded, and compared with the digest told."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from typing import Protocol

from connectors.http import AnswerUnreadable
from domain.order import Problem
from engine.pay_channel_calls import Unpack
from engine.pay_channel_payouts import TwoFiles

MOST_BYTES = 64 * 1024 * 1024
"""A bill that unpacks to more is not believed: a kilobyte can be made to fill a disk."""
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Those that need little memory: the others let a few bytes ask for gigabytes of it."""
_DAMAGED = (OSError, EOFError, RuntimeError, ValueError, zlib.error, zipfile.BadZipFile)
"""What a damaged file makes them raise."""


class Packing(Protocol):
    """How a bill comes packed, and which file of a zip it is."""

    @property
    def unpack(self) -> Unpack: ...
    @property
    def member(self) -> str: ...


def unpacked(
    channel: str, call: Packing, packed: bytes, *, sha1: str = "", most_bytes: int = MOST_BYTES
) -> bytes:
    """The bill's bytes. Raises: AnswerUnreadable, when it is damaged, too large or another file."""
    try:
        content = _content(call, packed, most_bytes)
    except _DAMAGED as damaged:
        raise _unreadable(channel, f"cannot be unpacked ({type(damaged).__name__})") from damaged
    if content is None:
        raise _unreadable(channel, f"unpacks to more than {most_bytes} bytes, or holds no file")
    if sha1 and hashlib.sha1(content, usedforsecurity=False).hexdigest() != sha1.lower():
        raise _unreadable(channel, "is not the file whose digest was told")
    return content


def _content(call: Packing, packed: bytes, most_bytes: int) -> bytes | None:
    if call.unpack == "gzip":
        reader = zlib.decompressobj(wbits=31)
        content = reader.decompress(packed, most_bytes + 1)
        if not reader.eof and len(content) <= most_bytes:
            raise EOFError("the gzip stream ends early")
        return content if len(content) <= most_bytes else None
    if call.unpack == "zip":
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            names = [name for name in archive.namelist() if call.member in _name_of(name)]
            if len(names) != 1:
                return None
            with archive.open(names[0]) as member:
                content = member.read(most_bytes + 1)
        return content if len(content) <= most_bytes else None
    return packed if len(packed) <= most_bytes else None


def two_members(
    channel: str, names: TwoFiles, packed: bytes, *, most_bytes: int = MOST_BYTES
) -> tuple[bytes, bytes]:
    """The trades of a day and its errors and adjustments, out of one zip, which checks both.

    Raises: AnswerUnreadable, when it is damaged, too large, or does not hold both, each once.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            return (
                _member(channel, archive, names.trades, most_bytes),
                _member(channel, archive, names.errors, most_bytes),
            )
    except _DAMAGED as damaged:
        raise _unreadable(channel, f"cannot be unpacked ({type(damaged).__name__})") from damaged


def _member(channel: str, archive: zipfile.ZipFile, wanted: str, most_bytes: int) -> bytes:
    found = [name for name in archive.namelist() if _stem_of(name) == wanted]
    if len(found) != 1:
        raise _unreadable(channel, f"has {len(found)} files {wanted}")
    if archive.getinfo(found[0]).compress_type not in _PACKINGS:
        raise _unreadable(channel, "is packed in a way that nobody uses")
    with archive.open(found[0]) as member:
        content = member.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise _unreadable(channel, f"unpacks to more than {most_bytes} bytes, or holds no file")
    return content


def _stem_of(name: str) -> str:
    return name.rpartition("/")[2].partition(".")[0]


def _name_of(name: str) -> str:
    """A member's name; old archives write Chinese names in GBK and do not say so."""
    try:
        return name.encode("cp437").decode("gbk")
    except UnicodeError:
        return name


def _unreadable(channel: str, reason: str) -> AnswerUnreadable:
    return AnswerUnreadable(channel, "bill", [Problem("bill", reason)])
