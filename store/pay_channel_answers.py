"""How pay channels answered of late: rows that only grow, and what the last of them add up to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from store import audit
from store.rows import insert_once
from store.tables_channels import PayChannelAnswerRow

ALARMS = ("unknown_state", "not_genuine", "unreadable")
"""Outcomes that a person must hear of: a word nobody knows, a forgery, an answer out of shape."""
NOTICED = ("unknown_state", "not_genuine")
"""Outcomes that were noticed in a message, and are no exchange of their own."""


@dataclass(frozen=True)
class Answer:
    """One exchange; `ms` is how long the answer took, `word` the channel's code or our reason."""

    channel: str
    call: str
    at: datetime
    ms: int
    outcome: str
    word: str = ""


@dataclass(frozen=True)
class Health:
    """What the last exchanges say: answered, of how many, and the failures in a row at their end.

    `last` are the latest, newest first.
    """

    asked: int
    answers_ms: tuple[int, ...]
    faulty: int
    failures_in_a_row: int
    last: tuple[Answer, ...]


def note_answer(s: Session, answer: Answer) -> None:
    """Write an exchange down; what needs a person's eye is a security event besides."""
    insert_once(
        s,
        PayChannelAnswerRow(
            channel=answer.channel,
            call=answer.call,
            at=answer.at,
            ms=answer.ms,
            outcome=answer.outcome,
            word=answer.word,
        ),
    )
    if answer.outcome in ALARMS:
        audit.security_event(
            s,
            kind=f"pay-channel-{answer.outcome.replace('_', '-')}",
            subject=answer.channel,
            detail=f"{answer.call}: {answer.word}",
            now=answer.at,
        )


def health_of(s: Session, channel: str, *, of_the_last: int, shown: int) -> Health:
    """What the last `of_the_last` rows of a channel add up to; `shown` of them stay visible."""
    statement = (
        select(PayChannelAnswerRow)
        .where(PayChannelAnswerRow.channel == channel)
        .order_by(col(PayChannelAnswerRow.id).desc())
        .limit(of_the_last)
    )
    rows = [_view(row) for row in s.exec(statement).all()]
    exchanges = [row for row in rows if row.outcome not in NOTICED]
    answered = [row for row in exchanges if row.outcome in ("ok", "refused")]
    in_a_row = next(
        (n for n, row in enumerate(exchanges) if row.outcome in ("ok", "refused")), len(exchanges)
    )
    return Health(
        asked=len(exchanges),
        answers_ms=tuple(row.ms for row in answered),
        faulty=sum(row.outcome in ("unreadable", "unknown_state") for row in rows),
        failures_in_a_row=in_a_row,
        last=tuple(rows[:shown]),
    )


def _view(row: PayChannelAnswerRow) -> Answer:
    return Answer(row.channel, row.call, row.at, row.ms, row.outcome, row.word)
