"""The popup with a month of days; a click puts the day into the field that opened it."""

import calendar
from datetime import date, timedelta

from starlette.responses import Response

from sandbox.kit import Call, Service
from sandbox.webforms.layout import Layout
from sandbox.webforms.pages import page
from sandbox.webforms.visits import Visit, signed_in

FORMATS = {"-": Layout(frozenset({"date_format_changed"})).date_format, "/": Layout().date_format}


def serve(service: Service) -> None:
    """Declare the popup."""
    service.get("/sb/Calendar.aspx", public=True)(signed_in(_show))


def _show(call: Call, _visit: Visit) -> Response:
    form = FORMATS.get(call.query("f") or "", FORMATS["/"])
    month = _month(call)
    weeks = calendar.Calendar().monthdatescalendar(month.year, month.month)
    return page(
        "calendar.html",
        month=month,
        before=f"{month - timedelta(days=1):%Y-%m}",
        after=f"{month + timedelta(days=31):%Y-%m}",
        field=call.query("txt") or "",
        mark=call.query("f") or "/",
        weeks=[
            [(day.day, format(day, form), day.month == month.month) for day in week]
            for week in weeks
        ],
    )


def _month(call: Call) -> date:
    """Return the first day of the month that was asked for, else of this one."""
    try:
        return date.fromisoformat(f"{call.query('m') or ''}-01")
    except ValueError:
        return call.now.date().replace(day=1)
