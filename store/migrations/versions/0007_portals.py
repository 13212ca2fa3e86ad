"""The tables of the portals, and what the intent journal says of a request and its answer."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TIME = sa.DateTime(timezone=True)
WHY = "portal_run only grows"
STEPS = "'submit','search','status','remittances','download','void','canary','login'"


def upgrade() -> None:
    """Create the tables, widen the journal, and guard the runs."""
    op.add_column("intent", sa.Column("fence", sa.Integer(), nullable=True))
    op.add_column("intent_event", sa.Column("fence", sa.Integer(), nullable=True))
    op.add_column("intent_event", sa.Column("answered_status", sa.Integer(), nullable=True))
    for name in ("maker", "request_digest", "answered_location", "evidence_head"):
        op.add_column(
            "intent_event", sa.Column(name, sa.String(), nullable=False, server_default="")
        )
    op.create_table(
        "portal_lease",
        sa.Column("portal", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("acquired_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("portal", "account", name="pk_portal_lease"),
    )
    op.create_table(
        "portal_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("portal", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("error_type", sa.String(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("claim_no", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_portal_run"),
        sa.CheckConstraint(f"step IN ({STEPS})", name=op.f("ck_portal_run_step")),
        sa.CheckConstraint(
            "outcome IN ('ok','business','system','drift','person')",
            name=op.f("ck_portal_run_outcome"),
        ),
        sa.CheckConstraint("attempt > 0 AND seconds >= 0", name=op.f("ck_portal_run_counted")),
    )
    op.create_index("ix_portal_run_started_at", "portal_run", ["started_at"])
    op.create_table(
        "portal_state",
        sa.Column("portal", sa.String(), nullable=False),
        sa.Column("paused_by", sa.String(), nullable=False),
        sa.Column("paused_why", sa.String(), nullable=False),
        sa.Column("paused_since", TIME, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("cool_down_until", TIME, nullable=True),
        sa.PrimaryKeyConstraint("portal", name="pk_portal_state"),
    )
    op.create_table(
        "portal_login",
        sa.Column("portal", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("locked_since", TIME, nullable=True),
        sa.PrimaryKeyConstraint("portal", "account", name="pk_portal_login"),
    )
    op.create_table(
        "portal_patch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patch_no", sa.String(), nullable=False),
        sa.Column("portal", sa.String(), nullable=False),
        sa.Column("definition_hash", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("old_anchors", sa.JSON(), nullable=False),
        sa.Column("new_anchors", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("old_picture_sha256", sa.String(), nullable=False),
        sa.Column("new_picture_sha256", sa.String(), nullable=False),
        sa.Column("proposed_at", TIME, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("accepted_by", sa.String(), nullable=True),
        sa.Column("second_by", sa.String(), nullable=True),
        sa.Column("rejected_by", sa.String(), nullable=True),
        sa.Column("decided_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_portal_patch"),
        sa.UniqueConstraint("patch_no", name="uq_portal_patch_patch_no"),
        sa.CheckConstraint(
            "kind IN ('identity','money','commit','other')", name=op.f("ck_portal_patch_kind")
        ),
        sa.CheckConstraint(
            "state IN ('proposed','half','accepted','rejected')",
            name=op.f("ck_portal_patch_state"),
        ),
        sa.CheckConstraint("accepted_by <> second_by", name=op.f("ck_portal_patch_two_persons")),
        sa.CheckConstraint(
            "state <> 'accepted' OR kind = 'other' OR second_by IS NOT NULL",
            name=op.f("ck_portal_patch_second_person"),
        ),
    )
    op.create_table(
        "portal_code",
        sa.Column("request_no", sa.String(), nullable=False),
        sa.Column("portal", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("given_by", sa.String(), nullable=True),
        sa.Column("given_at", TIME, nullable=True),
        sa.Column("taken_at", TIME, nullable=True),
        sa.Column("sealed_code", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("request_no", name="pk_portal_code"),
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgres()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    for name, when, forbidden in (
        ("no_update", "UPDATE", "1"),
        ("no_delete", "DELETE", "1"),
        ("new_0", "INSERT", "EXISTS (SELECT 1 FROM portal_run WHERE id = NEW.id)"),
    ):
        op.execute(
            f"CREATE TRIGGER portal_run_{name} BEFORE {when} ON portal_run WHEN {forbidden} "
            f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
        )


def _guard_postgres() -> None:
    op.execute(
        "CREATE FUNCTION portal_run_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WHY}'; END $$"
    )
    for name, when, each in (
        ("no_change", "UPDATE OR DELETE", "ROW"),
        ("no_truncate", "TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER portal_run_{name} BEFORE {when} ON portal_run "
            f"FOR EACH {each} EXECUTE FUNCTION portal_run_only_grows()"
        )
