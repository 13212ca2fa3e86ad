"""Looking at a printed document without a child process, and the real layouts: for quick tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bots.documents.layout import load_layout
from bots.documents.look import SHEET, looked_at
from bots.documents.reader import (
    RemittanceRead,
    StatementRead,
    prove_remittance_sheet,
    prove_statement_sheet,
)
from bots.documents.sheet import Sheet
from tests.bots.documents.printer import Printed, printed

COUNTERPARTIES = Path(__file__).resolve().parents[3] / "counterparties"
PAYER_B = load_layout(COUNTERPARTIES / "PB" / "remittance.toml")
BANK_ACCOUNT = load_layout(COUNTERPARTIES / "BA-02" / "statement.toml")


@cache
def seen(document: Printed) -> Sheet:
    return SHEET.validate_json(looked_at(printed(document)))


def remittance_of(document: Printed) -> RemittanceRead:
    return prove_remittance_sheet(seen(document), PAYER_B, sha256="0" * 64)


def statement_of(document: Printed) -> StatementRead:
    return prove_statement_sheet(seen(document), BANK_ACCOUNT, sha256="0" * 64)
