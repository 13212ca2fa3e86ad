"""Unpacking the streams of a PDF with a limit, before any PDF library may do it without one."""

from __future__ import annotations

import binascii
import re
import struct
import zlib
from collections.abc import Iterator

MAX_STREAM_BYTES = 32 * 1024 * 1024
MAX_FILE_BYTES = 200 * 1024 * 1024
# One text filter (ASCII85) around one packer is common; three in a row is only seen in bombs.
MAX_CHAINED_FILTERS = 2

_STREAM = re.compile(rb"\bstream\r?\n")
_FILTER = re.compile(rb"/Filter\s*(\[[^\]]{0,400}\]|/[A-Za-z0-9]+)")
_FILTER_NAME = re.compile(rb"/([A-Za-z0-9]+)")
_ASCII85_ZERO = sum(ord("!") * 85**place for place in range(5))
# A stream's dictionary stands right before it; longer ones than this are not seen in the wild.
_DICTIONARY_BYTES = 4096


class UnpacksTooLarge(ValueError):
    """A stream, or all of them together, is far larger unpacked than a document needs."""


def unpacked_streams(data: bytes) -> Iterator[bytes]:
    """Yield the content of each packed stream; pictures and encrypted streams are passed over.

    Raises: UnpacksTooLarge.
    """
    total = 0
    for match in _STREAM.finditer(data):
        filters = _filters_before(data, match.start())
        if len(filters) > MAX_CHAINED_FILTERS:
            raise UnpacksTooLarge(f"{len(filters)} packers one inside the other")
        end = data.find(b"endstream", match.end())
        content = data[match.end() : end if end >= 0 else len(data)]
        for name in filters:
            content = _unpacked(name, content)
        total += len(content)
        if total > MAX_FILE_BYTES:
            raise UnpacksTooLarge(f"all streams together exceed {MAX_FILE_BYTES} bytes")
        if content:
            yield content


def _filters_before(data: bytes, at: int) -> list[str]:
    dictionary = data[max(0, at - _DICTIONARY_BYTES) : at]
    dictionary = dictionary[dictionary.rfind(b"obj") + 3 :]
    found = _FILTER.search(dictionary)
    return [name.decode() for name in _FILTER_NAME.findall(found.group(1))] if found else []


def _unpacked(name: str, content: bytes) -> bytes:
    if name in ("FlateDecode", "Fl"):
        return _inflated(content)
    if name in ("ASCII85Decode", "A85"):
        return _from_ascii85(content)
    if name in ("ASCIIHexDecode", "AHx"):
        return _from_hex(content)
    # Pictures (DCT, JPX, CCITT, JBIG2), LZW and RunLength stay packed: nobody inflates them here,
    # and the child that might has its own memory limit.
    return b""


def _inflated(content: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(content, MAX_STREAM_BYTES + 1)
    except zlib.error:
        # Encrypted or damaged: not for us to judge, the reader in the child will say so.
        return b""
    if len(plain) > MAX_STREAM_BYTES:
        raise UnpacksTooLarge(f"a stream exceeds {MAX_STREAM_BYTES} bytes unpacked")
    return plain


def _from_ascii85(content: bytes) -> bytes:
    """Four bytes for five digits of base 85; `base64` needs five times as long for it."""
    digits = b"".join(content.split()).removeprefix(b"<~").removesuffix(b"~>")
    digits = digits.replace(b"z", b"!!!!!")
    missing = -len(digits) % 5
    fives = zip(*[iter(digits + b"u" * missing)] * 5, strict=True)
    fours = [(((a * 85 + b) * 85 + c) * 85 + d) * 85 + e - _ASCII85_ZERO for a, b, c, d, e in fives]
    try:
        plain = struct.pack(f">{len(fours)}I", *fours)
    except struct.error:
        return b""
    return plain[: len(plain) - missing]


def _from_hex(content: bytes) -> bytes:
    text = b"".join(content.split()).removesuffix(b">")
    try:
        return binascii.unhexlify(text + b"0" * (len(text) % 2))
    except binascii.Error:
        return b""
