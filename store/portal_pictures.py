"""Which kept picture shows a portal's page as it was when all was well.

Apart from the evidence itself, which knows files and cases, and nothing of runs.
"""

from __future__ import annotations

from sqlmodel import Session, col, select

from store.tables_portals import PortalRunRow
from store.tables_work import EvidenceRow

PICTURE = "screenshot"
CHANGED = "layout-changed"
"""The label of the picture that was taken because a page is another."""
_LOOK_AT_MOST = 400


def last_good_picture(s: Session, portal: str, page: str, but: frozenset[str] = frozenset()) -> str:
    """The SHA-256 of the newest picture of this page, or of any run that came to its end.

    A picture is named by its claim and version, a space, and its label; a label that begins with
    the page's key shows that page. `but` are pictures of the run at hand. Empty when there is none.
    """
    statement = select(EvidenceRow.sha256, EvidenceRow.name).where(
        EvidenceRow.source == portal,
        EvidenceRow.kind == PICTURE,
        col(EvidenceRow.name).not_like(f"%{CHANGED}"),
    )
    newest = s.exec(statement.order_by(col(EvidenceRow.stored_at).desc()).limit(_LOOK_AT_MOST))
    pictures = [
        (sha256, *name.partition(" ")[::2]) for sha256, name in newest.all() if sha256 not in but
    ]
    for sha256, _, label in pictures:
        if label == page or label.startswith(f"{page}-"):
            return sha256
    claims = {claim.rpartition("-")[0] for _, claim, _ in pictures}
    done = select(PortalRunRow.claim_no).where(
        PortalRunRow.portal == portal,
        PortalRunRow.outcome == "ok",
        col(PortalRunRow.claim_no).in_(sorted(claims)),
    )
    well = set(s.exec(done).all())
    return next((sha for sha, claim, _ in pictures if claim.rpartition("-")[0] in well), "")
