"""A list with one search field and pages of rows, as every searched one of this site is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from sandbox.kit import Call, Service
from sandbox.webforms.grid import cut
from sandbox.webforms.layout import layout_now
from sandbox.webforms.pages import form_page, was_typed
from sandbox.webforms.viewstate import opened
from sandbox.webforms.visits import Visit, signed_in


@dataclass(frozen=True)
class SearchedList:
    """`rows` finds what is listed by now, all of it or of one claim's number; `words` go to the
    template as they are."""

    path: str
    template: str
    rows: Callable[[Call, str], list[dict[str, Any]]]
    words: Mapping[str, Any] = field(default_factory=dict)

    def serve(self, service: Service) -> None:
        """Declare the page."""
        service.get(self.path, public=True)(signed_in(self._show))
        service.post(self.path, public=True)(signed_in(self._turn))

    def _show(self, call: Call, visit: Visit) -> Response:
        return self._page(call, visit, {"claim_no": "", "page": 1})

    def _turn(self, call: Call, visit: Visit) -> Response:
        back = opened(call, visit.session_no, self.path)
        if back.event == "btnQuery":
            return self._page(call, visit, {"claim_no": was_typed(call, "txtSbdh"), "page": 1})
        return self._page(call, visit, back.state | {"page": back.argument.removeprefix("Page$")})

    def _page(self, call: Call, visit: Visit, state: dict[str, Any]) -> Response:
        return form_page(
            call,
            visit.session_no,
            self.template,
            path=self.path,
            events=("btnQuery", "GridView1"),
            state=state,
            layout=layout_now(call),
            claim_no=state["claim_no"],
            pager=cut(self.rows(call, state["claim_no"]), state["page"]),
            **self.words,
        )
