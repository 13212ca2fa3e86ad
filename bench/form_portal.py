"""The portal that the portal bench hands in at: fifteen fields, one button, and it answers at once.

A process of its own, so that its processor time is not the bot's.
"""

from __future__ import annotations

import argparse
import itertools
from html import escape

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

NAMES = tuple(f"f{number:02d}" for number in range(1, 15))
"""Fourteen fields beside the reference: fifteen in all."""
_numbers = itertools.count(1)
_tickets: dict[str, dict[str, str]] = {}


def page(heading: str, body: str) -> HTMLResponse:
    """One page in the manner of the house's other portals."""
    return HTMLResponse(
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><link rel="icon" href="data:,">'
        f'<title>{heading}</title></head><body><h1 class="page">{heading}</h1>{body}</body></html>'
    )


def _row(label: str, name: str) -> str:
    return f'<tr><td>{label}</td><td><input type="text" name="{name}" id="{name}"></td></tr>'


async def login(request: Request) -> Response:
    """Any password will do; what is measured comes after it."""
    if request.method == "POST":
        answer = RedirectResponse("/home", 303)
        answer.set_cookie("session", "bench")
        return answer
    rows = _row("User", "username") + _row("Password", "password")
    button = '<input type="submit" value="Sign in">'
    return page("Sign in", f'<form id="login" method="post"><table>{rows}</table>{button}</form>')


async def home(_request: Request) -> Response:
    """Where one lands."""
    return page("Home", '<a href="/form">Claim</a>')


async def form(request: Request) -> Response:
    """Show the form, or take it."""
    if request.method == "POST":
        values = {name: str(value) for name, value in (await request.form()).items()}
        number = f"T{next(_numbers):06d}"
        _tickets[number] = values
        return RedirectResponse(f"/receipt/{number}", 303)
    rows = _row("Reference", "reference") + "".join(_row(f"Field {n[1:]}", n) for n in NAMES)
    button = '<input type="submit" id="send" value="Send">'
    return page("Claim", f'<form id="claim" method="post"><table>{rows}</table>{button}</form>')


async def receipt(request: Request) -> Response:
    """The number, and what it is for."""
    number = request.path_params["number"]
    told = escape(_tickets[number]["reference"])
    rows = f"<tr><td>Number</td><td>{number}</td></tr><tr><td>Reference</td><td>{told}</td></tr>"
    return page("Receipt", f"<table>{rows}</table>")


async def listing(request: Request) -> Response:
    """What came in under a reference."""
    wanted = request.query_params.get("q", "")
    rows = "".join(
        f"<tr><td>{escape(values['reference'])}</td><td>{number}</td></tr>"
        for number, values in _tickets.items()
        if wanted and values["reference"] == wanted
    )
    search = (
        '<form id="search"><table><tr><td>Find</td><td><input name="q" id="q"></td></tr></table>'
        '<input type="submit" value="Search"></form>'
    )
    heads = "<tr><th>Reference</th><th>Number</th></tr>"
    return page("Claims", f'{search}<table id="list">{heads}{rows}</table>')


app = Starlette(
    routes=[
        Route("/login", login, methods=["GET", "POST"]),
        Route("/home", home),
        Route("/form", form, methods=["GET", "POST"]),
        Route("/receipt/{number}", receipt),
        Route("/claims", listing),
    ]
)


def main() -> None:
    """Serve on the loopback."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    uvicorn.run(app, host="127.0.0.1", port=parser.parse_args().port, log_level="warning")


if __name__ == "__main__":
    main()
