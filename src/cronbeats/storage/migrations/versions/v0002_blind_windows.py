"""The pulse of the service and its blind windows; runs that begin again without an end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cronbeats.storage.dialect import Id, Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make both tables, empty: before this step nobody knew when the service was blind."""
    op.create_table(
        "pulse",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("alive_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pulse"),
    )
    op.create_table(
        "blind_windows",
        sa.Column("id", Id, nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("ended_at", Moment, nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_blind_windows"),
    )
    op.create_index("ix_blind_windows_ended_at", "blind_windows", ["ended_at"])
    op.add_column("job_states", sa.Column("unended_since", Moment))
