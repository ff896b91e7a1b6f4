"""Answers kept under the idempotency keys of their requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cronbeats.storage.dialect import Id, Moment

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table, empty: what was answered before this step was not kept."""
    op.create_table(
        "kept_answers",
        sa.Column("workspace_id", Id, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("kept_at", Moment, nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("body", sa.Text()),
        sa.Column("headers", sa.JSON()),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_kept_answers_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "key", name="pk_kept_answers"),
    )
    op.create_index("ix_kept_answers_kept_at", "kept_answers", ["kept_at"])
