"""A life whose past is gone from the store runs again from its beginning.

That happens when the store was restored from an earlier moment. Every step asks its counterparty
first, so a second run finds what was done, and writes again what the store has lost.
"""

from __future__ import annotations

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError

_SIGNS = frozenset({"StepOutOfOrder", "MoveNotAllowed", "NoSuchCase", "NoSuchClaim"})


class StoreIsBehind(Exception):
    """The store does not know what this life has behind it."""


def store_is_behind(failure: FailureError) -> bool:
    """Whether a step failed because an earlier step's rows are not there."""
    cause: BaseException | None = failure
    while isinstance(cause, FailureError) and not isinstance(cause, ApplicationError):
        cause = cause.cause
    return isinstance(cause, ApplicationError) and cause.type in _SIGNS


def is_first_run() -> bool:
    """Whether this life may run again by itself; if that did not help, a person is asked first."""
    return workflow.info().continued_run_id is None
