"""Messages that came in, kept so that a replay changes nothing."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from store.rows import FactDiffers, insert_once
from store.tables_work import WebhookRow


def receive(s: Session, *, source: str, event_id: str, digest: str, now: datetime) -> bool:
    """Return False for a message seen before.

    Raises: FactDiffers, when the same event id comes with another body.
    """
    if insert_once(s, WebhookRow(source=source, event_id=event_id, digest=digest, at=now)):
        return True
    known = s.get(WebhookRow, (source, event_id))
    if known is None or known.digest != digest:
        raise FactDiffers(f"Webhook {source}/{event_id}", "body")
    return False
