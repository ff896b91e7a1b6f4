"""Who holds a claim, what may have arrived, digests; when an integration resumes, and if broken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cronbeats.storage.dialect import Moment

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns; whatever was attempted before this step may have arrived."""
    op.add_column("integrations", sa.Column("resume_at", Moment))
    op.add_column("integrations", sa.Column("broken_since", Moment))
    op.add_column("integrations", sa.Column("broken_reason", sa.Text()))
    op.add_column("alerts", sa.Column("claim_token", sa.String(length=36)))
    op.add_column("alerts", sa.Column("digest_id", sa.String(length=36)))
    op.add_column(
        "alerts",
        sa.Column("may_have_arrived", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    alerts = sa.table(
        "alerts",
        sa.column("status", sa.String),
        sa.column("attempts", sa.Integer),
        sa.column("may_have_arrived", sa.Boolean),
    )
    attempted = sa.and_(alerts.c.status == "owed", alerts.c.attempts > 0)
    op.execute(sa.update(alerts).where(attempted).values(may_have_arrived=True))
    _create_indexes()


def _create_indexes() -> None:
    op.create_index("ix_alerts_recent", "alerts", ["integration_id", "kind", "owed_at"])
    op.create_index("ix_alerts_job_id_id", "alerts", ["job_id", "id"])
    _create_partial_index(
        "ix_alerts_due", ["integration_id", "next_attempt_at", "id"], "status = 'owed'"
    )
    _create_partial_index(
        "ix_alerts_digest_id", ["digest_id"], "status = 'owed' AND digest_id IS NOT NULL"
    )
    _create_partial_index("ix_alerts_settled_at", ["settled_at"], "settled_at IS NOT NULL")


def _create_partial_index(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "alerts", columns, sqlite_where=where, postgresql_where=where)
