"""Wake-ups go out in turn, replays come to nothing, and the trail only grows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from store import audit, outbox, webhooks
from store.database import Database
from store.rows import FactDiffers
from tests.store.samples import MONDAY, later


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def test_a_delivered_message_is_no_longer_due(s: Session) -> None:
    _put(s, "a")
    _put(s, "b")
    first, second = outbox.due(s)
    assert (first.arg, second.arg) == ("a", "b")
    outbox.delivered(s, first.id, later(1))
    outbox.gone(s, second.id, "no such workflow")
    assert outbox.due(s) == []


def test_a_message_that_cannot_be_sent_lets_others_go_first(s: Session) -> None:
    _put(s, "a")
    _put(s, "b")
    outbox.postpone(s, outbox.due(s)[0].id, "server is down", later(1))
    assert [message.arg for message in outbox.due(s)] == ["b", "a"]
    assert [message.arg for message in outbox.due(s, limit=1)] == ["b"]


def test_an_unknown_message_is_not_delivered(s: Session) -> None:
    with pytest.raises(outbox.NoSuchMessage):
        outbox.delivered(s, 9, MONDAY)


def test_a_wake_up_of_a_transaction_that_failed_is_never_sent(database: Database) -> None:
    def put_and_fail() -> None:
        with database.transaction() as s:
            _put(s, "a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        put_and_fail()
    with database.reading() as s:
        assert outbox.due(s) == []


def test_a_replayed_webhook_is_seen(s: Session) -> None:
    assert webhooks.receive(s, source="SF", event_id="e1", digest="d1", now=MONDAY) is True
    assert webhooks.receive(s, source="SF", event_id="e1", digest="d1", now=later(1)) is False
    assert webhooks.receive(s, source="YT", event_id="e1", digest="d9", now=MONDAY) is True


def test_a_replayed_webhook_with_another_body_is_refused(s: Session) -> None:
    webhooks.receive(s, source="SF", event_id="e1", digest="d1", now=MONDAY)
    with pytest.raises(FactDiffers):
        webhooks.receive(s, source="SF", event_id="e1", digest="d2", now=MONDAY)


def test_the_trail_is_kept_in_order(s: Session) -> None:
    for action in ("opened", "closed"):
        audit.note(s, actor="li.na", action=action, subject="RV-1", detail="", now=MONDAY)
    assert [entry.action for entry in audit.audit_of(s, "RV-1")] == ["opened", "closed"]
    assert audit.audit_of(s, "RV-2") == []


def test_a_forged_signal_is_reported(s: Session) -> None:
    audit.security_event(s, kind="forged_wake", subject="review-1", detail="DC-0", now=MONDAY)
    (event,) = audit.security_events(s)
    assert (event.kind, event.subject, event.at) == ("forged_wake", "review-1", MONDAY)


def _put(s: Session, arg: str) -> None:
    outbox.put(s, workflow_id="case-SO-2026-0001", name="wake", arg=arg, now=MONDAY)
