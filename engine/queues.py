"""Task queues: one for the lives and quick steps, one per scarce resource."""

from temporalio.common import Priority

CASES = "cases"
"""Workflows and the steps that call an API or the store."""

BOTS = "bots"
"""Steps that drive a browser: few at a time, one portal account each."""

DOCUMENTS = "documents"
"""Steps that read or write PDF and .docx: CPU, in threads."""

ALL = (CASES, BOTS, DOCUMENTS)

MONEY_FIRST = Priority(priority_key=1)
"""For the lives that no single case owns: one of their steps lets many cases go on, so it must not
queue behind those cases' own steps."""
