"""Task queues: one for the lives and quick steps, one per scarce resource."""

CASES = "cases"
"""Workflows and the steps that call an API or the store."""

BOTS = "bots"
"""Steps that drive a browser: few at a time, one portal account each."""

DOCUMENTS = "documents"
"""Steps that read or write PDF and .docx: CPU, in threads."""

ALL = (CASES, BOTS, DOCUMENTS)
