"""Every table, on one page."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    false,
)

from cronbeats.storage import people_tables
from cronbeats.storage.dialect import Folded, Id, Moment

# Those of people stand by themselves.
metadata = people_tables.metadata
workspaces = people_tables.workspaces
users = people_tables.users
members = people_tables.members
api_keys = people_tables.api_keys
sessions = people_tables.sessions
known_devices = people_tables.known_devices
one_time_links = people_tables.one_time_links
sign_in_tries = people_tables.sign_in_tries
recovery_codes = people_tables.recovery_codes
audit_log = people_tables.audit_log
authorization_requests = people_tables.authorization_requests

# One row a workspace: what it asked of the Management API in the minute and in the day at hand.
request_counts = Table(
    "request_counts",
    metadata,
    Column("workspace_id", Id, ForeignKey("workspaces.id"), primary_key=True, autoincrement=False),
    Column("minute_start", Moment, nullable=False),
    Column("minute_count", Integer, nullable=False),
    Column("day_start", Moment, nullable=False),
    Column("day_count", Integer, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("workspace_id", Id, ForeignKey("workspaces.id"), nullable=False),
    Column("job_key", String(8), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("description", String(255)),
    # Name and description as they are searched and sorted: with neither case nor ways of typing.
    Column("folded_name", Folded),
    Column("folded_description", Folded),
    Column("expected_interval_seconds", Integer),
    Column("cron_expression", String(200)),
    Column("timezone", String(64), nullable=False),
    Column("grace_seconds", Integer, nullable=False),
    Column("down_after_seconds", Integer),
    Column("max_runtime_seconds", Integer),
    Column("failure_tolerance", Integer, nullable=False),
    Column("recovery_threshold", Integer, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("deleted_at", Moment),
    Index("ix_jobs_workspace_id_id", "workspace_id", "id"),
    Index("ix_jobs_workspace_id_folded_name", "workspace_id", "folded_name", "id"),
)

# How a job stands changes with every ping, what it is called hardly ever: two tables, so that the
# busy rows are narrow. The open incident's columns spare a join on every ping.
job_states = Table(
    "job_states",
    metadata,
    Column("job_id", Id, ForeignKey("jobs.id"), primary_key=True, autoincrement=False),
    Column("status", String(20), nullable=False),
    Column("since", Moment, nullable=False),
    Column("reason", String(20)),
    Column("due_at", Moment),
    Column("good_streak", Integer, nullable=False),
    Column("bad_streak", Integer, nullable=False),
    Column("missed_streak", Integer, nullable=False),
    Column("run_count", Integer, nullable=False),
    Column("incident_count", Integer, nullable=False),
    Column("incident_started_at", Moment),
    Column("incident_reason", String(20)),
    Column("incident_missed_runs", Integer),
    Column("last_kind", String(20)),
    Column("last_run_id", String(64)),
    Column("last_counted_at", Moment),
    Column("last_signal_at", Moment),
    Column("last_start_at", Moment),
    Column("last_success_at", Moment),
    Column("last_failure_at", Moment),
    Column("last_duration_ms", Id),
    Column("unended_since", Moment),
    Column("unheard_since", Moment),
    Column("unheard_ends_since", Moment),
    Column("open_runs", Integer, nullable=False),
    # When the clock must look at the job again: its deadline, or some moment before it. A ping that
    # only moves the deadline later leaves this alone, and so leaves the index alone.
    Column("wake_at", Moment),
    # A person chose it, not the law, and no change of state touches it.
    Column("muted_until", Moment),
    # Half of each page is for the next versions of its rows: every ping makes one.
    postgresql_with={"fillfactor": 50},
)
Index(
    "ix_job_states_wake_at",
    job_states.c.wake_at,
    sqlite_where=job_states.c.wake_at.is_not(None),
    postgresql_where=job_states.c.wake_at.is_not(None),
)

runs = Table(
    "runs",
    metadata,
    Column("job_id", Id, ForeignKey("jobs.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("outcome", String(20), nullable=False),
    Column("slot_at", Moment),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Column("run_id", String(64)),
    Column("deadline_at", Moment),
    Column("exit_code", Integer),
    Column("progress", Integer),
    Column("message", Text),
)
_is_open = and_(runs.c.started_at.is_not(None), runs.c.ended_at.is_(None))
Index("ix_runs_open", runs.c.job_id, sqlite_where=_is_open, postgresql_where=_is_open)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("reason", String(20), nullable=False),
    Column("missed_runs", Integer, nullable=False),
    Column("ended_at", Moment),
    UniqueConstraint("job_id", "number"),
)

transitions = Table(
    "transitions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("before", String(20), nullable=False),
    Column("after", String(20), nullable=False),
    Column("reason", String(20)),
    Column("incident_number", Integer),
    Index("ix_transitions_job_id_id", "job_id", "id"),
)

# The output stands last: a list of signals need not read past the other columns.
signals = Table(
    "signals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("run_id", String(64)),
    Column("message", Text),
    Column("progress", Integer),
    Column("exit_code", Integer),
    Column("duration_ms", Id),
    Column("source_ip", String(45)),
    Column("user_agent", String(255)),
    Column("output_size", Integer, nullable=False),
    Column("output", Text),
    Index("ix_signals_job_id_id", "job_id", "id"),
)

# What was answered to a request with an idempotency key; written with what it did, so that there is
# the one if and only if there is the other. Without a status only within that transaction.
kept_answers = Table(
    "kept_answers",
    metadata,
    Column("workspace_id", Id, ForeignKey("workspaces.id"), primary_key=True, autoincrement=False),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("kept_at", Moment, nullable=False, index=True),
    Column("status", Integer),
    Column("body", Text),
    Column("headers", JSON),
)

integrations = Table(
    "integrations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("workspace_id", Id, ForeignKey("workspaces.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("config", JSON, nullable=False),
    Column("is_enabled", Boolean, nullable=False),
    Column("is_configured", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("last_delivery_status", String(20)),
    Column("last_delivery_at", Moment),
    Column("last_delivery_error", Text),
    Column("last_success_at", Moment),
    Column("last_failure_at", Moment),
    Column("last_failure_reason", Text),
    # Nothing is sent before `resume_at`, because the other side asked for it or the integration is
    # broken.
    Column("resume_at", Moment),
    Column("broken_since", Moment),
    Column("broken_reason", Text),
    UniqueConstraint("workspace_id", "kind"),
)

alert_rules = Table(
    "alert_rules",
    metadata,
    Column("workspace_id", Id, ForeignKey("workspaces.id"), primary_key=True, autoincrement=False),
    Column("alert_on_down", Boolean, nullable=False),
    Column("alert_on_recovery", Boolean, nullable=False),
    Column("alert_on_late", Boolean, nullable=False),
    Column("reminder_interval_seconds", Integer),
)

# What is still to be said about an open incident: one row for each job that is down.
reminders = Table(
    "reminders",
    metadata,
    Column("job_id", Id, ForeignKey("jobs.id"), primary_key=True, autoincrement=False),
    Column("workspace_id", Id, ForeignKey("workspaces.id"), nullable=False, index=True),
    Column("announced_at", Moment),
    Column("told_at", Moment, nullable=False),
    Column("due_at", Moment),
)
Index(
    "ix_reminders_due_at",
    reminders.c.due_at,
    sqlite_where=reminders.c.due_at.is_not(None),
    postgresql_where=reminders.c.due_at.is_not(None),
)

# One row is one event owed to one integration. `event` holds what was true when it was owed, so
# that a message tells it rightly however late it leaves.
alerts = Table(
    "alerts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("event_id", String(36), nullable=False, unique=True),
    Column("workspace_id", Id, ForeignKey("workspaces.id"), nullable=False, index=True),
    Column("integration_id", Id, ForeignKey("integrations.id"), nullable=False),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("event", JSON, nullable=False),
    Column("status", String(20), nullable=False),
    Column("owed_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("settled_at", Moment),
    Column("error", Text),
    Column("status_code", Integer),
    # Who holds the lease: only the holder settles.
    Column("claim_token", String(36)),
    Column("may_have_arrived", Boolean, nullable=False, server_default=false()),
    Column("digest_id", String(36)),
    Index("ix_alerts_recent", "integration_id", "kind", "owed_at"),
    Index("ix_alerts_job_id_id", "job_id", "id"),
)
_is_owed = alerts.c.status == "owed"
Index(
    "ix_alerts_owed",
    alerts.c.integration_id,
    alerts.c.job_id,
    alerts.c.id,
    sqlite_where=_is_owed,
    postgresql_where=_is_owed,
)
Index(
    "ix_alerts_next_attempt_at",
    alerts.c.next_attempt_at,
    sqlite_where=_is_owed,
    postgresql_where=_is_owed,
)

Index(
    "ix_alerts_due",
    alerts.c.integration_id,
    alerts.c.next_attempt_at,
    alerts.c.id,
    sqlite_where=_is_owed,
    postgresql_where=_is_owed,
)
_is_digested = and_(_is_owed, alerts.c.digest_id.is_not(None))
Index(
    "ix_alerts_digest_id",
    alerts.c.digest_id,
    sqlite_where=_is_digested,
    postgresql_where=_is_digested,
)
_is_settled = alerts.c.settled_at.is_not(None)
Index(
    "ix_alerts_settled_at",
    alerts.c.settled_at,
    sqlite_where=_is_settled,
    postgresql_where=_is_settled,
)

# One row for each attempt to deliver an alert; its answer stands last, as nothing reads past it.
delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("alert_id", Id, ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("duration_ms", Id, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("status_code", Integer),
    Column("error", Text),
    Column("answer", Text),
    Index("ix_delivery_attempts_alert_id_id", "alert_id", "id"),
)

# The job that tests and drills of a workspace are about; a drill runs until `drill_until`.
drill_jobs = Table(
    "drill_jobs",
    metadata,
    Column("workspace_id", Id, ForeignKey("workspaces.id"), primary_key=True, autoincrement=False),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False),
    Column("drill_until", Moment),
)

# One row: the last moment at which any server process was known to accept pings, by the clock of
# the database's server.
pulse = Table(
    "pulse",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("alive_at", Moment, nullable=False),
)

blind_windows = Table(
    "blind_windows",
    metadata,
    Column("id", Id, primary_key=True),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=False, index=True),
    Column("reason", String(20), nullable=False),
)
