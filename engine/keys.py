"""The keys that seal payloads and documents: how they are written, made and read."""

from __future__ import annotations

import base64
import binascii
import os
import re
from pathlib import Path

KEY_BYTES = 32
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class KeysNotReadable(ValueError):
    """The key list is not "key-id:base64,..."; the message never repeats a key."""

    def __init__(self, why: str) -> None:
        super().__init__(f"Payload keys: {why}.")


def parse_keys(text: str) -> dict[str, bytes]:
    """Return key id -> 32 bytes, in the order written: the first one seals.

    Raises: KeysNotReadable, which tells the position and not the content.
    """
    keys: dict[str, bytes] = {}
    for position, part in enumerate(text.strip().split(","), start=1):
        key_id, colon, encoded = part.strip().partition(":")
        if not colon or not _KEY_ID.fullmatch(key_id):
            raise KeysNotReadable(f"entry {position} is not key-id:base64")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error as broken:
            raise KeysNotReadable(f"entry {position} is not base64") from broken
        if len(key) != KEY_BYTES:
            raise KeysNotReadable(f"entry {position} has {len(key)} bytes, not {KEY_BYTES}")
        if key_id in keys:
            raise KeysNotReadable(f"entry {position} repeats the key id {key_id}")
        keys[key_id] = key
    return keys


def new_key(key_id: str) -> str:
    """Return one fresh "key-id:base64"."""
    return f"{key_id}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"


def keys_on_disk(place: Path, *, create: bool) -> str:
    """Return the key list in this file; make it once, readable by its owner only, if `create`.

    Raises: KeysNotReadable, when it is not there and may not be made.
    """
    if not place.exists():
        if not create:
            raise KeysNotReadable(f"the file {place} is not there")
        _make_once(place, new_key("local-1"))
    return place.read_text(encoding="ascii").strip()


def _make_once(place: Path, content: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = place.with_name(f"{place.name}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(content + "\n")
    try:
        os.link(draft, place)
    except FileExistsError:
        # Another process was first: its keys are the keys, ours are thrown away below.
        return
    finally:
        draft.unlink()
