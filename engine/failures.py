"""How errors stand in Temporal's history: our named ones readable, everything else encoded.

With the usual converters either every text is in clear, arguments and stack traces included, or
people see only "Encoded failure" and decide blind. Here the message of an error whose name is in
`READABLE` stays clear: by house rule it carries ids and numbers only.
"""

from __future__ import annotations

from pydantic import ValidationError
from temporalio.api.failure.v1 import Failure
from temporalio.converter import DefaultFailureConverter, PayloadConverter
from temporalio.exceptions import ApplicationError

BAD_INPUT = "BadInput"
ENCODED = "Encoded failure"
READABLE: set[str] = {BAD_INPUT}
"""Error names whose message people may read in the history. Fill it with `readable`."""

# Their text is written by a validator of ours and may repeat what was typed.
_SPEAKS_OF_THE_VALUE = frozenset({"value_error", "assertion_error", "literal_error"})


def readable(*names: str) -> None:
    """Let the messages of these error types stay clear. Call it where the errors are declared."""
    READABLE.update(names)


def bad_input(error: ValidationError) -> ApplicationError:
    """Say which field is wrong and why, without the value: it may be a person's data."""
    told = []
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        field = ".".join(str(part) for part in problem["loc"]) or "input"
        why = "is not valid" if problem["type"] in _SPEAKS_OF_THE_VALUE else problem["msg"]
        told.append(f"{field}: {why}")
    return ApplicationError("; ".join(told), type=BAD_INPUT, non_retryable=True)


class ReadableFailureConverter(DefaultFailureConverter):
    """Encodes message and stack trace of each failure of a chain, but keeps a readable message.

    A cause is treated like its effect, so an activity's named error stays readable inside the
    workflow's own failure.
    """

    def __init__(self) -> None:
        super().__init__(encode_common_attributes=True)

    def to_failure(
        self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure
    ) -> None:
        """Write `exception` into `failure`; wrong input becomes BadInput with field names."""
        if isinstance(exception, ValidationError):
            exception = bad_input(exception)
        super().to_failure(exception, payload_converter, failure)
        told = getattr(exception, "message", None)
        if failure.application_failure_info.type in READABLE and isinstance(told, str):
            failure.message = told
