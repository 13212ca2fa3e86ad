"""Where a bill is opened or money sent back: a till says its name once, and its browser keeps it.

The risk rules ask whether an operator was there before, so a place is a machine's and no person's.
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Form, Request, Response

PATTERN = r"^[A-Za-z0-9-]{1,40}$"
"""What a place may be called."""
DESK = "desk"
"""The place of whoever names none."""
COOKIE = "huikuan_place"
Place = Annotated[str, Form(pattern=PATTERN)]
_LASTS_S = 400 * 86_400
"""As long as browsers keep a cookie at most."""


def place_of(request: Request) -> str:
    """What this browser last called its place; the desk, when it named none."""
    kept = request.cookies.get(COOKIE, "")
    return kept if re.fullmatch(PATTERN, kept) else DESK


def keep_place(request: Request, response: Response, place: str) -> None:
    """Let the browser keep its place. The name is no secret, and opens nothing."""
    response.set_cookie(
        COOKIE,
        place,
        max_age=_LASTS_S,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
