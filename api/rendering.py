"""Pages: Jinja templates that escape everything, in the visitor's language."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.language import language_of
from api.parts import parts_of
from api.problems import Problem
from api.rights import RIGHTS, sort_of
from api.sessions import FORM_FIELD, form_token
from api.texts import LANGUAGES, Language, counted, text, word
from domain.money import Money
from domain.review import Role
from engine.clock import business_zone
from store.people import PersonView

_HERE = Path(__file__).parent
STATIC = _HERE / "static"


@cache
def templates() -> Environment:
    """The templates; an unknown name in one is an error, never an empty place."""
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"money": money, "day": day, "minute": minute}
    environment.filters |= {"second": second, "percent": percent}
    environment.globals |= {"static": static, "key": key_cap}
    return environment


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Render one page. `person` is None on pages before the login."""
    language = language_of(request)
    person: PersonView | None = getattr(request.state, "person", None)
    parts = parts_of(request)
    html = (
        templates()
        .get_template(template)
        .render(
            lang=language,
            t=partial(text, language),
            tn=partial(counted, language),
            word=partial(word, language),
            evidence_word=lambda kind: word(language, "evidence", sort_of(kind)),
            person=person,
            may=partial(_may, person),
            form_field=FORM_FIELD,
            form_token=form_token(request),
            path=request.url.path,
            language_link=_language_link(request, language),
            now=parts.clock.now(),
            **values,
        )
    )
    return HTMLResponse(html, status_code=status, headers={"Content-Language": language})


def error_page(request: Request, problem: Problem) -> HTMLResponse:
    """The refusal in words that a clerk understands."""
    return page(request, "error.html", status=problem.status, problem=problem)


def money(amount: Money) -> str:
    """Write "¥1,234.50", with a true minus sign; other currencies by their code."""
    sign = "\N{MINUS SIGN}" if amount.minor < 0 else ""
    plain = amount.grouped().removeprefix("-")
    return f"{sign}¥{plain}" if amount.currency == "CNY" else f"{sign}{plain} {amount.currency}"


def day(value: date | datetime | None) -> str:
    """Write the business date, "2026-01-05"."""
    if value is None:
        return ""
    return (value.astimezone(business_zone) if isinstance(value, datetime) else value).strftime(
        "%Y-%m-%d"
    )


def minute(value: datetime | None) -> str:
    """Write the business time to the minute."""
    return "" if value is None else value.astimezone(business_zone).strftime("%Y-%m-%d %H:%M")


def second(value: datetime | None) -> str:
    """Write the time of day to the second, for what lasts less than a minute."""
    return "" if value is None else value.astimezone(business_zone).strftime("%H:%M:%S")


def percent(share: str) -> str:
    """Write a share from 0 to 1, given as a decimal, as "98.5%"."""
    return f"{Decimal(share) * 100:.1f}%"


def due_words(language: Language, due_at: datetime | None, now: datetime) -> tuple[str, str]:
    """Return words like "2 days left" and how urgent it is: none, calm, soon or late."""
    if due_at is None:
        return text(language, "due.nothing"), "none"
    today = now.astimezone(business_zone).date()
    days = (due_at.astimezone(business_zone).date() - today).days
    if days == 0:
        return text(language, "due.today"), "soon"
    name = "left" if days > 0 else "late"
    key = f"due.{name}_one" if abs(days) == 1 else f"due.{name}"
    urgency = "late" if days < 0 else "soon" if days == 1 else "calm"
    return text(language, key, days=abs(days)), urgency


def static(name: str) -> str:
    """The address of a static file, with its content's mark, so that a changed one is fetched."""
    return f"/static/{name}?v={_mark(name)}"


def key_cap(name: str) -> Markup:
    """A key as it looks on a keyboard."""
    return Markup("<kbd>{}</kbd>").format(name)


def _language_link(request: Request, language: Language) -> str:
    other = next(name for name in LANGUAGES if name != language)
    if request.method != "GET":
        return f"/?lang={other}"
    asked = request.url.include_query_params(lang=other)
    return f"{asked.path}?{asked.query}"


@cache
def _mark(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def _may(person: PersonView | None, route: str) -> bool:
    return person is not None and Role(person.role) in RIGHTS[route]
