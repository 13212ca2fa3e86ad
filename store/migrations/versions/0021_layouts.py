"""Printed documents: paused issuers, the shapes that were seen, and which layout is live."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "issuer_state",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failed", sa.String(), nullable=False),
        sa.Column("paused_by", sa.String(), nullable=False),
        sa.Column("paused_why", sa.String(), nullable=False),
        sa.Column("paused_since", TIME, nullable=True),
        sa.PrimaryKeyConstraint("issuer", name="pk_issuer_state"),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_issuer_state_counted")),
    )
    op.create_table(
        "layout_shape",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("layout_id", sa.String(), nullable=False),
        sa.Column("layout_version", sa.Integer(), nullable=False),
        sa.Column("shape_hash", sa.String(), nullable=False),
        sa.Column("shape", sa.JSON(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_layout_shape"),
        sa.UniqueConstraint(
            "layout_id",
            "layout_version",
            "shape_hash",
            name="uq_layout_shape_layout_id_layout_version_shape_hash",
        ),
    )
    op.create_table(
        "layout_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_no", sa.String(), nullable=False),
        sa.Column("layout_id", sa.String(), nullable=False),
        sa.Column("file_hash", sa.String(), nullable=False),
        sa.Column("trial", sa.JSON(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", TIME, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_layout_version"),
        sa.UniqueConstraint("version_no", name="uq_layout_version_version_no"),
        sa.CheckConstraint(
            "state IN ('proposed','live','rejected','stopped')",
            name=op.f("ck_layout_version_state"),
        ),
        sa.CheckConstraint(
            "decided_by IS NOT NULL OR state = 'proposed'", name=op.f("ck_layout_version_decided")
        ),
        sa.CheckConstraint(
            "state <> 'live' OR decided_by <> proposed_by",
            name=op.f("ck_layout_version_two_persons"),
        ),
    )
