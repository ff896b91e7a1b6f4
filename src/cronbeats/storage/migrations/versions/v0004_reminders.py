"""Reminders of open incidents, and jobs that are muted for a while."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cronbeats.storage.dialect import Id, Moment

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table, with a row for each incident that is open: people were told of it before.

    Where reminders were asked for, the first is due at once.
    """
    op.add_column("job_states", sa.Column("muted_until", Moment))
    op.create_table(
        "reminders",
        sa.Column("job_id", Id, autoincrement=False, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("announced_at", Moment),
        sa.Column("told_at", Moment, nullable=False),
        sa.Column("due_at", Moment),
        sa.PrimaryKeyConstraint("job_id", name="pk_reminders"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_reminders_job_id"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_reminders_workspace_id"
        ),
    )
    op.create_index("ix_reminders_workspace_id", "reminders", ["workspace_id"])
    is_planned = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_reminders_due_at",
        "reminders",
        ["due_at"],
        sqlite_where=is_planned,
        postgresql_where=is_planned,
    )
    op.execute(
        "INSERT INTO reminders (job_id, workspace_id, announced_at, told_at, due_at) "
        "SELECT jobs.id, jobs.workspace_id, incident_started_at, incident_started_at, "
        "CASE WHEN reminder_interval_seconds IS NOT NULL THEN incident_started_at END "
        "FROM jobs JOIN job_states ON job_states.job_id = jobs.id "
        "LEFT JOIN alert_rules ON alert_rules.workspace_id = jobs.workspace_id "
        "WHERE incident_started_at IS NOT NULL AND deleted_at IS NULL"
    )
