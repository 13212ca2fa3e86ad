"""What the application's own PostgreSQL role may do: the second wall behind the triggers.

Migrations run as the owner of the tables, the application as this role. It deletes nothing, and
it updates only what is meant to change.
"""

from __future__ import annotations

from sqlmodel import Session

CHANGING = (
    "awaited_transfer",
    "case_file",
    "cash_move",
    "claim",
    "difference",
    "fund_voucher",
    "insurer_repayment",
    "intent",
    "issuer_state",
    "layout_version",
    "login_failure",
    "login_session",
    "open_item",
    "outbox",
    "pay_attempt",
    "pay_channel_version",
    "pay_circuit",
    "pay_refund",
    "payment_bill",
    "person",
    "portal_code",
    "portal_lease",
    "portal_login",
    "portal_patch",
    "portal_state",
    "review",
    "source_document",
)
"""Tables whose rows change, or are locked while others are written (`payment_bill`, which its own
guard keeps as it is); every other table only grows."""


def grant_application_role(s: Session, role: str) -> None:
    """Give an existing PostgreSQL role what the application needs, and no more."""
    connection = s.connection()
    name = connection.dialect.identifier_preparer.quote(role)
    for statement in (
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}",
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"GRANT UPDATE ON {', '.join(CHANGING)} TO {name}",
        f"REVOKE INSERT ON alembic_version FROM {name}",
    ):
        connection.exec_driver_sql(statement)
