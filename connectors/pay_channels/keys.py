"""Reads keys as channels hand them out. The arithmetic is the `cryptography` package's."""

from __future__ import annotations

import base64

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey


class KeyUnusable(ValueError):
    """A key is not of the kind that the channel's family needs; the key is never in the message."""

    def __init__(self, channel: str, key: str, why: str) -> None:
        self.channel, self.key = channel, key
        super().__init__(f"{channel}: the key to {key} {why}.")


def private_key(channel: str, text: str) -> RSAPrivateKey:
    """From PEM, or the bare base64 that some channels hand out. Raises: KeyUnusable."""
    try:
        key = serialization.load_pem_private_key(_pem(text, "PRIVATE KEY"), password=None)
    except (ValueError, TypeError) as wrong:
        raise KeyUnusable(channel, "sign", "is no private key in PEM") from wrong
    if not isinstance(key, RSAPrivateKey):
        raise KeyUnusable(channel, "sign", "is no RSA key")
    return key


def public_key(channel: str, text: str) -> RSAPublicKey:
    """From PEM, bare base64, or a certificate. Raises: KeyUnusable."""
    try:
        if "BEGIN CERTIFICATE" in text:
            key = x509.load_pem_x509_certificate(text.encode()).public_key()
        else:
            key = serialization.load_pem_public_key(_pem(text, "PUBLIC KEY"))  # type: ignore[assignment]
    except (ValueError, TypeError) as wrong:
        raise KeyUnusable(channel, "verify", "is no public key in PEM") from wrong
    if not isinstance(key, RSAPublicKey):
        raise KeyUnusable(channel, "verify", "is no RSA key")
    return key


def signed(key: RSAPrivateKey, message: bytes) -> str:
    """RSA-SHA256 (PKCS #1 v1.5) in base64."""
    return base64.b64encode(key.sign(message, PKCS1v15(), hashes.SHA256())).decode()


def is_signed(key: RSAPublicKey, message: bytes, signature: str) -> bool:
    """Whether the base64 signature is the key's over exactly this message.

    A signature has one way to be written: base64 with stray bits at its end is refused.
    """
    try:
        proof = base64.b64decode(signature, validate=True)
        key.verify(proof, message, PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return base64.b64encode(proof).decode() == signature


def _pem(text: str, kind: str) -> bytes:
    if "-----BEGIN" in text:
        return text.encode()
    return f"-----BEGIN {kind}-----\n{text.strip()}\n-----END {kind}-----\n".encode()
