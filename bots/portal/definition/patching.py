"""Lays accepted patches over a definition: what anchors say changes, and nothing else can.

Pure, and apart from the loading, because the file under version control stays as it was written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Protocol

from bots.portal.definition.parts import Button, Field, Page
from bots.portal.definition.portal import PortalDefinition


class Patch(Protocol):
    """One accepted change: at `field` (or button) of `page` the anchors now say something else."""

    @property
    def page(self) -> str: ...
    @property
    def field(self) -> str: ...
    @property
    def old_anchors(self) -> Mapping[str, str]: ...
    @property
    def new_anchors(self) -> Mapping[str, str]: ...


class PatchFitsNowhere(ValueError):
    """A patch starts from anchors that do not stand there, or brings in others of its own."""

    def __init__(self, portal: str, page: str, field: str) -> None:
        self.portal, self.page, self.field = portal, page, field
        super().__init__(f"{portal}: a patch of {field} on page {page} fits nowhere.")


def patched(definition: PortalDefinition, patches: Iterable[Patch]) -> PortalDefinition:
    """Lay patches over a definition, in the order in which they were accepted.

    The result has a hash of its own, told by the file's and by each patch; without patches it is
    the definition itself. Raises: PatchFitsNowhere.
    """
    laid = list(patches)
    if not laid:
        return definition
    pages = dict(definition.pages)
    for patch in laid:
        page = pages.get(patch.page)
        over = None if page is None else _over(page, patch)
        if over is None:
            raise PatchFitsNowhere(definition.name, patch.page, patch.field)
        pages[patch.page] = over
    told = [definition.hash, *([p.page, p.field, sorted(p.new_anchors.items())] for p in laid)]
    digest = sha256(json.dumps(told).encode()).hexdigest()
    return definition.model_copy(update={"pages": pages, "hash": digest})


def anchors_at(page: Page, field: str) -> Mapping[str, str] | None:
    """What the anchors of a field, a field of the rows, or a button say; None without such a one.

    Those of rows hold {n} where the number of the row stands.
    """
    found = _part(page, field)
    return None if found is None else {str(kind): text for kind, text in found.anchors.items()}


def _over(page: Page, patch: Patch) -> Page | None:
    """The page with the patch on it, None when it does not fit."""
    part = _part(page, patch.field)
    if part is None or dict(part.anchors) != dict(patch.old_anchors):
        return None
    if set(patch.new_anchors) != set(part.anchors) or not all(patch.new_anchors.values()):
        return None
    fresh = part.model_copy(
        update={"anchors": {kind: patch.new_anchors[kind] for kind in part.anchors}}
    )
    return _with(page, patch.field, fresh)


def _part(page: Page, key: str) -> Field | Button | None:
    rows = page.rows.fields if page.rows is not None else {}
    return page.fields.get(key) or page.buttons.get(key) or rows.get(key)


def _with(page: Page, key: str, fresh: Field | Button) -> Page:
    if key in page.fields:
        return page.model_copy(update={"fields": {**page.fields, key: fresh}})
    if key in page.buttons:
        return page.model_copy(update={"buttons": {**page.buttons, key: fresh}})
    assert page.rows is not None, "the part was found there"
    rows = page.rows.model_copy(update={"fields": {**page.rows.fields, key: fresh}})
    return page.model_copy(update={"rows": rows})
