"""The acquirer's keys and its merchants', made at the first start and handed out as files.

A real acquirer exchanges them on its merchant page; here both halves lie in one folder.
"""

from __future__ import annotations

import base64
import os
import secrets
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from sandbox.world import Moment

FOLDER = "acquirer-keys"
MERCHANT_KEY_ID, ACQUIRER_KEY_ID = "5157F09EFDC096DE", "PUB-TEST-0001"
_PAIRS, _WORDS = ("merchant", "acquirer"), {"notice": 16, "secret": 16, "mac": 16}


def folder_of(moment: Moment) -> Path:
    """Where the keys lie: the setting `keys`, else beside the state. Made when there is none."""
    folder = Path(moment.setting("keys") or moment.world.folder / FOLDER)
    if not (folder / "mac").is_file():
        _make(folder)
    return folder


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in _PAIRS:
        pair = generate_private_key(public_exponent=65537, key_size=2048)
        private = pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = pair.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        _write(folder / f"{name}_private.pem", private)
        _write(folder / f"{name}_public.pem", public)
    for name, size in _WORDS.items():
        _write(folder / name, secrets.token_hex(size).encode())


def _write(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as to:
        to.write(content)


def word(moment: Moment, name: str) -> str:
    """A shared key: `notice`, `secret` or `mac`."""
    return (folder_of(moment) / name).read_text("ascii")


def sign(moment: Moment, message: bytes) -> str:
    """The acquirer's signature, in base64."""
    key = _private(folder_of(moment) / "acquirer_private.pem")
    return base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def is_merchants(moment: Moment, message: bytes, signature: str) -> bool:
    """Whether the merchant signed exactly this message."""
    key = _public(folder_of(moment) / "merchant_public.pem")
    try:
        key.verify(base64.b64decode(signature, validate=True), message, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


@cache
def _private(file: Path) -> RSAPrivateKey:
    key = load_pem_private_key(file.read_bytes(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key


@cache
def _public(file: Path) -> RSAPublicKey:
    key = load_pem_public_key(file.read_bytes())
    assert isinstance(key, RSAPublicKey)
    return key
