"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cronbeats.storage.dialect import Id, Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    _create_users()
    _create_workspaces()
    _create_alert_rules()
    _create_api_keys()
    _create_integrations()
    _create_jobs()
    _create_members()
    _create_alerts()
    _create_incidents()
    _create_job_states()
    _create_runs()
    _create_signals()
    _create_transitions()


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", Id, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )


def _create_workspaces() -> None:
    op.create_table(
        "workspaces",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("plan", sa.String(length=20), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workspaces"),
    )


def _create_alert_rules() -> None:
    op.create_table(
        "alert_rules",
        sa.Column("workspace_id", Id, autoincrement=False, nullable=False),
        sa.Column("alert_on_down", sa.Boolean(), nullable=False),
        sa.Column("alert_on_recovery", sa.Boolean(), nullable=False),
        sa.Column("alert_on_late", sa.Boolean(), nullable=False),
        sa.Column("reminder_interval_seconds", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_alert_rules_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_alert_rules"),
    )


def _create_api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("created_by", Id),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("last_used_at", Moment),
        sa.Column("expires_at", Moment),
        sa.Column("revoked_at", Moment),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_api_keys_created_by"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_api_keys_workspace_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
    )
    op.create_index("ix_api_keys_workspace_id", "api_keys", ["workspace_id"])


def _create_integrations() -> None:
    op.create_table(
        "integrations",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("config", sa.JSON(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("is_configured", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("last_delivery_status", sa.String(length=20)),
        sa.Column("last_delivery_at", Moment),
        sa.Column("last_delivery_error", sa.Text()),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_integrations_workspace_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_integrations"),
        sa.UniqueConstraint("workspace_id", "kind", name="uq_integrations_workspace_id_kind"),
    )


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("job_key", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=255)),
        sa.Column("expected_interval_seconds", sa.Integer()),
        sa.Column("cron_expression", sa.String(length=200)),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("grace_seconds", sa.Integer(), nullable=False),
        sa.Column("down_after_seconds", sa.Integer()),
        sa.Column("max_runtime_seconds", sa.Integer()),
        sa.Column("failure_tolerance", sa.Integer(), nullable=False),
        sa.Column("recovery_threshold", sa.Integer(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("deleted_at", Moment),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_jobs_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("job_key", name="uq_jobs_job_key"),
    )
    op.create_index("ix_jobs_workspace_id_id", "jobs", ["workspace_id", "id"])


def _create_members() -> None:
    op.create_table(
        "members",
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_members_user_id"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_members_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "user_id", name="pk_members"),
    )
    op.create_index("ix_members_user_id", "members", ["user_id"])


def _create_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", Id, nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("integration_id", Id, nullable=False),
        sa.Column("job_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("event", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("owed_at", Moment, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", Moment, nullable=False),
        sa.Column("lease_until", Moment),
        sa.Column("settled_at", Moment),
        sa.Column("error", sa.Text()),
        sa.Column("status_code", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["integration_id"], ["integrations.id"], name="fk_alerts_integration_id"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_alerts_job_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_alerts_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint("event_id", name="uq_alerts_event_id"),
    )
    op.create_index(
        "ix_alerts_next_attempt_at",
        "alerts",
        ["next_attempt_at"],
        sqlite_where=sa.text("status = 'owed'"),
        postgresql_where=sa.text("status = 'owed'"),
    )
    op.create_index(
        "ix_alerts_owed",
        "alerts",
        ["integration_id", "job_id", "id"],
        sqlite_where=sa.text("status = 'owed'"),
        postgresql_where=sa.text("status = 'owed'"),
    )
    op.create_index("ix_alerts_workspace_id", "alerts", ["workspace_id"])


def _create_incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", Id, nullable=False),
        sa.Column("job_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("missed_runs", sa.Integer(), nullable=False),
        sa.Column("ended_at", Moment),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_incidents_job_id"),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
        sa.UniqueConstraint("job_id", "number", name="uq_incidents_job_id_number"),
    )


def _create_job_states() -> None:
    op.create_table(
        "job_states",
        sa.Column("job_id", Id, autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("reason", sa.String(length=20)),
        sa.Column("due_at", Moment),
        sa.Column("good_streak", sa.Integer(), nullable=False),
        sa.Column("bad_streak", sa.Integer(), nullable=False),
        sa.Column("missed_streak", sa.Integer(), nullable=False),
        sa.Column("run_count", sa.Integer(), nullable=False),
        sa.Column("incident_count", sa.Integer(), nullable=False),
        sa.Column("incident_started_at", Moment),
        sa.Column("incident_reason", sa.String(length=20)),
        sa.Column("incident_missed_runs", sa.Integer()),
        sa.Column("last_kind", sa.String(length=20)),
        sa.Column("last_run_id", sa.String(length=64)),
        sa.Column("last_counted_at", Moment),
        sa.Column("last_signal_at", Moment),
        sa.Column("last_start_at", Moment),
        sa.Column("last_success_at", Moment),
        sa.Column("last_failure_at", Moment),
        sa.Column("last_duration_ms", Id),
        sa.Column("open_runs", sa.Integer(), nullable=False),
        sa.Column("wake_at", Moment),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_job_states_job_id"),
        sa.PrimaryKeyConstraint("job_id", name="pk_job_states"),
    )
    op.create_index(
        "ix_job_states_wake_at",
        "job_states",
        ["wake_at"],
        sqlite_where=sa.text("wake_at IS NOT NULL"),
        postgresql_where=sa.text("wake_at IS NOT NULL"),
    )


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("job_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("slot_at", Moment),
        sa.Column("started_at", Moment),
        sa.Column("ended_at", Moment),
        sa.Column("run_id", sa.String(length=64)),
        sa.Column("deadline_at", Moment),
        sa.Column("exit_code", sa.Integer()),
        sa.Column("progress", sa.Integer()),
        sa.Column("message", sa.Text()),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_runs_job_id"),
        sa.PrimaryKeyConstraint("job_id", "number", name="pk_runs"),
    )
    op.create_index(
        "ix_runs_open",
        "runs",
        ["job_id"],
        sqlite_where=sa.text("started_at IS NOT NULL AND ended_at IS NULL"),
        postgresql_where=sa.text("started_at IS NOT NULL AND ended_at IS NULL"),
    )


def _create_signals() -> None:
    op.create_table(
        "signals",
        sa.Column("id", Id, nullable=False),
        sa.Column("job_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("run_id", sa.String(length=64)),
        sa.Column("message", sa.Text()),
        sa.Column("progress", sa.Integer()),
        sa.Column("exit_code", sa.Integer()),
        sa.Column("duration_ms", Id),
        sa.Column("source_ip", sa.String(length=45)),
        sa.Column("user_agent", sa.String(length=255)),
        sa.Column("output_size", sa.Integer(), nullable=False),
        sa.Column("output", sa.Text()),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_signals_job_id"),
        sa.PrimaryKeyConstraint("id", name="pk_signals"),
    )
    op.create_index("ix_signals_job_id_id", "signals", ["job_id", "id"])


def _create_transitions() -> None:
    op.create_table(
        "transitions",
        sa.Column("id", Id, nullable=False),
        sa.Column("job_id", Id, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("before", sa.String(length=20), nullable=False),
        sa.Column("after", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=20)),
        sa.Column("incident_number", sa.Integer()),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_transitions_job_id"),
        sa.PrimaryKeyConstraint("id", name="pk_transitions"),
    )
    op.create_index("ix_transitions_job_id_id", "transitions", ["job_id", "id"])
