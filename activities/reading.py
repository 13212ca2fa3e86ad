"""From a document's bytes to a proved value: the only way in, whatever the format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

from activities.fetching import REMITTANCE_JSON, STATEMENT_CAMT
from bots.documents.findings import Proved
from bots.documents.layout import Layout, load_layout
from bots.documents.reader import read_remittance as read_remittance_pdf
from bots.documents.reader import read_statement as read_statement_pdf
from connectors.camt import CamtRefused, read_camt
from connectors.http import AnswerUnreadable
from connectors.pay_channel import Settlement, SettlementDoesNotAddUp
from connectors.pay_channel import read_settlement as read_settlement_json
from connectors.payer import read_remittance as read_remittance_json
from domain.facts import DocumentRef
from domain.remittance import (
    Equation,
    RemittanceAdvice,
    RemittanceDoesNotAddUp,
    prove_remittance,
)
from domain.statement import BankStatement

T = TypeVar("T")

LAYOUTS = Path("counterparties")
"""Folder of the declared layouts: `<code>/remittance.toml`, `<code>/statement.toml`."""


class NotProved(ValueError):
    """A document does not add up or cannot be read; `problems` say where and why."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(self.problems))


@dataclass(frozen=True)
class Read(Generic[T]):
    """A value with the equations that prove it."""

    value: T
    proof: list[Equation]


def read_remittance(document: DocumentRef, data: bytes) -> Read[RemittanceAdvice]:
    """Read a payer's advice from JSON or PDF. Raises: NotProved."""
    if document.kind == REMITTANCE_JSON:
        try:
            advice = read_remittance_json(data, source=document.source)
            return Read(advice, prove_remittance(advice))
        except (AnswerUnreadable, RemittanceDoesNotAddUp) as refused:
            raise NotProved([str(refused)]) from refused
    found = read_remittance_pdf(data, _layout(document.source, "remittance"))
    if isinstance(found, Proved):
        return Read(found.value, list(found.equations))
    raise NotProved([str(problem) for problem in found.problems])


def read_statements(document: DocumentRef, data: bytes) -> list[Read[BankStatement]]:
    """Read the bank's statements of one file, in its order. Raises: NotProved."""
    if document.kind == STATEMENT_CAMT:
        read = read_camt(data)
        if isinstance(read, CamtRefused):
            raise NotProved([str(problem) for problem in read.problems])
        return [Read(proved.statement, list(proved.equations)) for proved in read]
    layout = _layout(document.source, "statement")
    found = read_statement_pdf(data, layout)
    if isinstance(found, Proved):
        return [Read(found.value, list(found.equations))]
    raise NotProved([str(problem) for problem in found.problems])


def read_settlement(document: DocumentRef, data: bytes) -> Settlement:
    """Read the pay channel's settlement; lines = total. Raises: NotProved."""
    try:
        return read_settlement_json(data, source=document.source)
    except (AnswerUnreadable, SettlementDoesNotAddUp) as refused:
        raise NotProved([str(refused)]) from refused


@cache
def _layout(source: str, kind: str) -> Layout:
    return load_layout(LAYOUTS / source / f"{kind}.toml")
