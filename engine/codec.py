"""Sealing: AES-GCM for data at rest, and for every payload in Temporal's history."""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from engine.failures import readable

ENCODING = b"binary/encrypted"
_MARK = b"HK1"
_NONCE_BYTES = 12


class KeyUnknown(ValueError):
    """Something was sealed with a key that this process does not hold."""

    def __init__(self, key_id: str) -> None:
        self.key_id = key_id
        self.message = f"Sealed with key {key_id!r}, which is not among the payload keys."
        super().__init__(self.message)


# What an operator needs to know; a key's name is no secret.
readable("KeyUnknown")


class SealBroken(ValueError):
    """The content was cut, changed, or never sealed by us."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} cannot be opened: cut, changed or not sealed by us.")


class KeyRing:
    """Named AES-GCM keys; the first seals, every one opens, so that keys can be rotated."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise KeyUnknown("")
        self.active = next(iter(keys))
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}

    def encrypt(self, data: bytes) -> tuple[str, bytes]:
        """Return the key id and nonce + ciphertext; the key id is authenticated with it."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self.active].encrypt(nonce, data, self.active.encode())
        return self.active, nonce + sealed

    def decrypt(self, key_id: str, data: bytes, what: str) -> bytes:
        """Raises: KeyUnknown, SealBroken."""
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise KeyUnknown(key_id)
        try:
            return cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], key_id.encode())
        except (InvalidTag, ValueError) as broken:
            raise SealBroken(what) from broken


class Sealer:
    """Seals bytes for the database and the evidence folder."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._ring = KeyRing(keys)
        # A key of its own: what seals never also marks.
        self._marking_key = hmac.digest(keys[self._ring.active], b"huikuan mark", "sha256")

    def mark(self, data: bytes) -> str:
        """Return 32 hex digits by which the same data is known again, until the key is rotated.

        A number that few could have is found by trying unless a key goes into it.
        """
        return hmac.digest(self._marking_key, data, "sha256").hex()[:32]

    def seal(self, data: bytes) -> bytes:
        """Return mark, length of key id, key id, nonce and ciphertext."""
        key_id, sealed = self._ring.encrypt(data)
        name = key_id.encode()
        return _MARK + bytes([len(name)]) + name + sealed

    def open(self, data: bytes) -> bytes:
        """Undo `seal`, with whichever key it was. Raises: KeyUnknown, SealBroken."""
        if len(data) <= len(_MARK) or not data.startswith(_MARK):
            raise SealBroken("Data at rest")
        start = len(_MARK) + 1
        end = start + data[len(_MARK)]
        return self._ring.decrypt(
            data[start:end].decode("ascii", "replace"), data[end:], "Data at rest"
        )


class EncryptionCodec(PayloadCodec):
    """Encrypts whole payloads; what is not encrypted passes, as the UI sends both."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._ring = KeyRing(keys)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt each payload, metadata included, with the active key."""
        return [self._closed(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Undo `encode`. Raises: KeyUnknown, SealBroken."""
        return [self._opened(payload) for payload in payloads]

    def _closed(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") == ENCODING:
            return payload
        key_id, sealed = self._ring.encrypt(payload.SerializeToString())
        return Payload(
            metadata={"encoding": ENCODING, "encryption-key-id": key_id.encode()}, data=sealed
        )

    def _opened(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        key_id = payload.metadata.get("encryption-key-id", b"").decode("ascii", "replace")
        return Payload.FromString(self._ring.decrypt(key_id, payload.data, "A payload"))
