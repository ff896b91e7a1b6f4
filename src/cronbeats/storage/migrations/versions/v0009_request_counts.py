"""The requests that each workspace made of the Management API, for its rate limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cronbeats.storage.dialect import Id, Moment

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table, empty: a workspace's row comes with its first request."""
    op.create_table(
        "request_counts",
        sa.Column("workspace_id", Id, autoincrement=False, nullable=False),
        sa.Column("minute_start", Moment, nullable=False),
        sa.Column("minute_count", sa.Integer(), nullable=False),
        sa.Column("day_start", Moment, nullable=False),
        sa.Column("day_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_request_counts_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_request_counts"),
    )
