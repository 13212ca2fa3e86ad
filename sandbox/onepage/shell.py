"""The three files that a browser loads: the empty page, its script, its style; and 系统维护中."""

from pathlib import Path

from starlette.responses import Response

from sandbox.kit import Call, Service

_FILES = Path(__file__).parent / "static"
_KINDS = {"index.html": "text/html", "app.js": "text/javascript", "app.css": "text/css"}


def serve(service: Service) -> None:
    """Declare the files."""
    service.get("/", public=True)(lambda call: _file(call, "index.html"))
    service.get("/app.js", public=True)(lambda call: _file(call, "app.js"))
    service.get("/app.css", public=True)(lambda call: _file(call, "app.css"))


def _file(_call: Call, name: str) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response((_FILES / name).read_bytes(), media_type=_KINDS[name], headers=headers)


def maintenance_page() -> str:
    """Return the page that stands in place of the whole portal while it is maintained."""
    return (_FILES / "maintenance.html").read_text("utf-8")
