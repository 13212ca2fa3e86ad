"""Which version of a print's layout is live; `shown` is what its trial on samples showed.

Layouts that came with the product and were never proposed are live by its release.
"""

from __future__ import annotations

from sqlmodel import Session

from store.file_versions import FileVersions
from store.tables_layouts import LayoutVersionRow

_LAYOUTS = FileVersions(
    LayoutVersionRow,
    of="layout",
    owner="layout_id",
    shown="trial",
    prefix="LV",
    action="layout",
    trail="layout",
)
propose, approve, reject, stop = (
    _LAYOUTS.propose,
    _LAYOUTS.approve,
    _LAYOUTS.reject,
    _LAYOUTS.stop,
)


def may_read(s: Session, layout_id: str, file_hash: str) -> bool:
    """Whether documents may be read by this file: it is live, or nobody ever spoke about it.

    While another file of the layout is live, one of which nobody spoke is not.
    """
    known = _LAYOUTS.versions(s, layout_id)
    states = {one.state for one in known if one.file_hash == file_hash}
    if states:
        return "live" in states
    return not any(one.state == "live" for one in known)
