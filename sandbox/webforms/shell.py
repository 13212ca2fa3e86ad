"""The frames around everything, and the switch for layout changes."""

from starlette.responses import Response

from sandbox.kit import Call, Refused, Service
from sandbox.webforms import layout
from sandbox.webforms.pages import go_to, page
from sandbox.webforms.visits import IN, STAGE_PAGES, Visit, signed_in, visit_of


def serve(service: Service) -> None:
    """Declare frameset, banner, menu and welcome, and `/_sandbox/layout`."""
    service.get("/Default.aspx", public=True)(_frames)
    service.get("/Top.aspx", public=True)(signed_in(_banner))
    service.get("/Left.aspx", public=True)(signed_in(_menu))
    service.get("/Main.aspx", public=True)(signed_in(_welcome))
    service.get("/_sandbox/layout", public=True)(_layout)
    service.route("PUT", "/_sandbox/layout", public=True)(_put_layout)


def _frames(call: Call) -> Response:
    visit = visit_of(call)
    if visit is None or visit.stage != IN:
        stage = visit.stage if visit else ""
        return go_to(STAGE_PAGES.get(stage, "/Login.aspx"))
    if visit.is_thrown_out:
        return page("elsewhere.html")
    return page("frames.html")


def _banner(call: Call, visit: Visit) -> Response:
    return page("top.html", user=visit.user, today=f"{call.now:%Y年%m月%d日}")


def _menu(_call: Call, _visit: Visit) -> Response:
    return page("left.html")


def _welcome(_call: Call, _visit: Visit) -> Response:
    return page("welcome.html")


def _layout(call: Call) -> dict[str, object]:
    """Tell every change there is, and which hold now."""
    return {
        "changes": dict(layout.CHANGES),
        "now": sorted(layout.layout_now(call).changes),
    }


def _put_layout(call: Call) -> dict[str, object]:
    """Let these changes hold from now on, instead of those that were put before."""
    names = call.body.get("changes")
    try:
        call.keep("layout", layout.checked(names if isinstance(names, list) else [""]))
    except ValueError as unknown:
        raise Refused(422, "unknown_change", str(unknown), "changes") from unknown
    return _layout(call)
