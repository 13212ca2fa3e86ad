"""What a portal shows instead of the page that was asked for, each as a fact of its own."""

from __future__ import annotations

from collections.abc import Iterable

from bots.portal.refusals import (
    AccountLocked,
    CaptchaShown,
    CodeAsked,
    NoticeShown,
    PasswordExpired,
    PortalDown,
    SignedInElsewhere,
)


class SessionEnded(Exception):
    """The portal shows its login page instead of the page we asked for."""


def obstacle_of(marks: Iterable[str], expected: frozenset[str]) -> Exception | None:
    """The gravest of the marks that a page carries and was not expected to carry."""
    there = set(marks) - expected
    if "maintenance" in there:
        return PortalDown("it is being maintained")
    if "captcha" in there:
        return CaptchaShown()
    if "password_expired" in there:
        return PasswordExpired()
    if "locked" in there:
        return AccountLocked()
    if "elsewhere" in there:
        return SignedInElsewhere()
    if "notice" in there:
        return NoticeShown()
    if "code" in there:
        return CodeAsked()
    return SessionEnded() if "login" in there else None
