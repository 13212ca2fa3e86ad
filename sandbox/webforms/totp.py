"""One-time codes by RFC 6238: six digits, thirty seconds, SHA-1. Real time, as on a real token."""

import base64
import hmac
import struct

STEP_S = 30
DIGITS = 6


def code_at(secret: str, unix_s: float) -> str:
    """Return the code of that moment; `secret` in base32."""
    return _code(secret, int(unix_s) // STEP_S)


def step_of(secret: str, code: str, unix_s: float) -> int | None:
    """Return the time step that the code belongs to, of three around now; None for a wrong one."""
    now = int(unix_s) // STEP_S
    for step in (now - 1, now, now + 1):
        if hmac.compare_digest(_code(secret, step).encode(), code.encode()):
            return step
    return None


def _code(secret: str, step: int) -> str:
    # RFC 4226, section 5.3: the last nibble says where the four bytes of the number begin.
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"
