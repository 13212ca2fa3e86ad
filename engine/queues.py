"""Task queues: one for the lives and quick steps, one per scarce resource."""

from temporalio.common import Priority

CASES = "cases"
"""Workflows and the steps that call an API or the store."""

BOTS = "bots"
"""Steps that drive a browser. A worker that serves them serves a queue for each portal."""

DOCUMENTS = "documents"
"""Steps that read or write PDF and .docx: CPU, in threads."""

ALL = (CASES, BOTS, DOCUMENTS)


def bots_of(portal: str) -> str:
    """The queue of one portal's steps: it has its own width and rate, and may be paused alone."""
    return f"{BOTS}-{portal}"


def is_slow(queue: str | None) -> bool:
    """Whether the steps of a queue take minutes at times: browsers, documents, a person's code."""
    return queue is not None and (queue == DOCUMENTS or queue.startswith(f"{BOTS}-"))


MONEY_FIRST = Priority(priority_key=1)
"""For the lives that no single case owns: one of their steps lets many cases go on, so it must not
queue behind those cases' own steps."""
