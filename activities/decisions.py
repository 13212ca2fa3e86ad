"""A decision is believed when it is a row of ours, whatever a message says of it."""

from __future__ import annotations

from sqlmodel import Session

from activities.refusals import DecisionNotFound
from domain.review import Decision
from store import deciding


def stored_decision(session: Session, review_no: str, outcome: str, to: str = "") -> Decision:
    """The decision that a person stored with this outcome; `to` says for what it was asked.

    Raises: DecisionNotFound.
    """
    stored = deciding.decision_of(session, review_no)
    if stored is None or stored.outcome != outcome:
        raise DecisionNotFound(review_no, to or outcome)
    return stored
