"""The registry of insured people, all invented, and the popup in which one of them is chosen."""

from typing import Any

from starlette.responses import Response

from sandbox.kit import Call, Fields, Moment, Service
from sandbox.lives import LIVES, SPARE_LIVES
from sandbox.webforms.grid import cut
from sandbox.webforms.pages import form_page, was_typed
from sandbox.webforms.viewstate import opened
from sandbox.webforms.visits import Visit, signed_in

SCHEMA = """
create table if not exists member (member_no text primary key, name text not null);
"""
PATH = "/sb/MemberPicker.aspx"


def serve(service: Service) -> None:
    """Declare the popup."""
    service.get(PATH, public=True)(signed_in(_show))
    service.post(PATH, public=True)(signed_in(_search))


def plant(moment: Moment, body: Fields) -> None:
    """Register `members` of the seed: a list of {member_no, name}."""
    if body.get("members") is not None:
        for row in body.rows("members"):
            sql = "insert or replace into member values (?, ?)"
            moment.do(sql, row.text("member_no"), row.text("name"))


def members(moment: Moment) -> dict[str, str]:
    """Return the names by member number: those of the lives, and those that were seeded."""
    known = {
        f"M-TEST-{life.number:04d}": f"测试{'甲乙丙丁'[life.number % 4]} {life.number:03d}"
        for life in (*LIVES, *SPARE_LIVES)
    }
    seeded = moment.rows("select * from member")
    return dict(sorted((known | {row["member_no"]: row["name"] for row in seeded}).items()))


def _show(call: Call, visit: Visit) -> Response:
    # Nothing is listed before somebody searches.
    return _picker_page(call, visit, {"key": "", "page": 1}, [])


def _search(call: Call, visit: Visit) -> Response:
    back = opened(call, visit.session_no, PATH)
    state = back.state
    if back.event == "btnFind":
        state = {"key": was_typed(call, "txtKey"), "page": 1}
    else:
        state["page"] = back.argument.removeprefix("Page$")
    rows = [
        {"member_no": member_no, "name": name}
        for member_no, name in members(call).items()
        if state["key"] in member_no or state["key"] in name
    ]
    return _picker_page(call, visit, state, rows)


def _picker_page(
    call: Call, visit: Visit, state: dict[str, Any], rows: list[dict[str, Any]]
) -> Response:
    return form_page(
        call,
        visit.session_no,
        "picker.html",
        path=PATH,
        events=("btnFind", "GridView1"),
        state=state,
        key=state["key"],
        pager=cut(rows, state["page"]),
    )
