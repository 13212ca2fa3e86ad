"""One address for everything: what a request wants stands in its body only.

Inside, the operation is put on the path (`POST /api` becomes `POST /api/claimSubmit`), so that
routes and faults tell operations apart. From outside only `/api` is there.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.faults import heard, said_again
from sandbox.kit import Service

ADDRESS = "/api"
# A file comes as a form, which nothing else does.
UPLOAD = "attachmentUpload"


class OnePage(Service):
    """A counterparty whose script sends everything to one address."""

    def app(self, state: Path, clock: datetime, settings: Mapping[str, str]) -> ASGIApp:
        """Return the service as an ASGI app whose state lives in that folder."""
        return _OneAddress(super().app(state, clock, settings))


class _OneAddress:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(f"{ADDRESS}/"):
            await JSONResponse({"error": "not_found"}, 404)(scope, receive, send)
            return
        if scope["type"] == "http" and scope["path"] == ADDRESS and scope["method"] == "POST":
            body = await heard(receive)
            scope = {**scope, "path": f"{ADDRESS}/{_operation(scope, body)}"}
            receive = said_again(body, receive)
        await self.app(scope, receive, send)


def _operation(scope: Scope, body: bytes) -> str:
    """Return the operation that the body names, "unknown" when it names none."""
    kind = dict(scope["headers"]).get(b"content-type", b"")
    if kind.startswith(b"multipart/form-data"):
        return UPLOAD
    try:
        told = json.loads(body)
    except ValueError:
        return "unknown"
    name = told.get("operation") if isinstance(told, dict) else None
    return name if isinstance(name, str) and name.isalnum() else "unknown"
