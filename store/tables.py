"""Every table of the project in one place; the row types live in `tables_*.py`, by subject."""

from sqlmodel import SQLModel

from store import (
    tables_books,
    tables_cases,
    tables_cashier,
    tables_channels,
    tables_funds,
    tables_layouts,
    tables_matching,
    tables_money,
    tables_payments,
    tables_periods,
    tables_portals,
    tables_proofs,
    tables_repayments,
    tables_risk,
    tables_work,
)

METADATA = SQLModel.metadata
"""What the migrations must lead to; a test compares the two."""

__all__ = [
    "METADATA",
    "tables_books",
    "tables_cases",
    "tables_cashier",
    "tables_channels",
    "tables_funds",
    "tables_layouts",
    "tables_matching",
    "tables_money",
    "tables_payments",
    "tables_periods",
    "tables_portals",
    "tables_proofs",
    "tables_repayments",
    "tables_risk",
    "tables_work",
]
