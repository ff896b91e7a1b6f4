"""The delivery log: each attempt, and when each integration last worked and last failed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cronbeats.storage.dialect import Id, Moment

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables, and carry over what is known of each integration's newest delivery."""
    op.create_table(
        "delivery_attempts",
        sa.Column("id", Id, nullable=False),
        sa.Column("alert_id", Id, nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("duration_ms", Id, nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("status_code", sa.Integer()),
        sa.Column("error", sa.Text()),
        sa.Column("answer", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_attempts"),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name="fk_delivery_attempts_alert_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_delivery_attempts_alert_id_id", "delivery_attempts", ["alert_id", "id"])
    op.create_table(
        "drill_jobs",
        sa.Column("workspace_id", Id, autoincrement=False, nullable=False),
        sa.Column("job_id", Id, nullable=False),
        sa.Column("drill_until", Moment),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_drill_jobs"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_drill_jobs_workspace_id"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_drill_jobs_job_id"),
    )
    op.add_column("integrations", sa.Column("last_success_at", Moment))
    op.add_column("integrations", sa.Column("last_failure_at", Moment))
    op.add_column("integrations", sa.Column("last_failure_reason", sa.Text()))
    op.execute(
        "UPDATE integrations SET last_success_at = last_delivery_at "
        "WHERE last_delivery_status = 'sent'"
    )
    op.execute(
        "UPDATE integrations SET last_failure_at = last_delivery_at, "
        "last_failure_reason = last_delivery_error WHERE last_delivery_status = 'failed'"
    )
