"""Our own payment references: made so that a slip of the pen never names another claim.

ISO 11649 in shape ("RF", two check digits, a body), ISO 7064 mod 97-10 in arithmetic, and with a
body of sixteen digits, so that a machine that misreads a letter can be put right.
"""

from __future__ import annotations

import hashlib
import unicodedata

PREFIX = "RF"
BODY_DIGITS = 16
LENGTH = len(PREFIX) + 2 + BODY_DIGITS
_DIGITS_READ_AS_LETTERS = str.maketrans("OQDILZSGB", "000112568")


class NotABody(ValueError):
    """The body of a reference holds something else than digits, or too many or few of them."""

    def __init__(self, body: str) -> None:
        self.body = body
        super().__init__(f"{body!r} is no body of {BODY_DIGITS} digits.")


def payment_reference(subject: str, *, turn: int = 0) -> str:
    """Return the reference of what `subject` names, such as a claim's number; 20 characters.

    It follows from the subject alone, so a store that lost an hour makes the same one again.
    `turn` gives another one, for the day on which two subjects meet in one.
    """
    digest = hashlib.sha256(f"{subject}:{turn}".encode()).digest()
    number = int.from_bytes(digest, "big") % 10**BODY_DIGITS
    return reference_of(f"{number:0{BODY_DIGITS}d}")


def reference_of(body: str) -> str:
    """Put prefix and check digits before a body. Raises: NotABody."""
    if len(body) != BODY_DIGITS or not (body.isascii() and body.isdigit()):
        raise NotABody(body)
    # Source: ISO 11649, section 5: the check digits are those that leave 1 after division by 97.
    return f"{PREFIX}{98 - _number(body, '00') % 97:02d}{body}"


def is_reference(text: str) -> bool:
    """Whether this is a whole reference of ours, in canonical form, whose check digits hold."""
    body = text[4:]
    shaped = len(text) == LENGTH and text.startswith(PREFIX) and text[2:].isdigit()
    return shaped and text.isascii() and _number(body, text[2:4]) % 97 == 1


def canonical(text: str) -> str:
    """As a reference is compared: compatibility forms folded, capitals, letters and digits only.

    Source: Unicode NFKC; full-width digits and spaced groups of four become what we printed.
    """
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in folded if sign.isascii() and sign.isalnum())


def with_digits_read(text: str) -> str:
    """Read letters in the places of digits as the digits that they are mistaken for (O as 0)."""
    if not text.startswith(PREFIX):
        return text
    return PREFIX + text[len(PREFIX) :].translate(_DIGITS_READ_AS_LETTERS)


def grouped(reference: str) -> str:
    """As it is printed: in groups of four."""
    return " ".join(reference[start : start + 4] for start in range(0, len(reference), 4))


def _number(body: str, check: str) -> int:
    """The integer behind the check: body, then "RF" as numbers (R is 27, F is 15), then check."""
    return int(f"{body}2715{check}")
