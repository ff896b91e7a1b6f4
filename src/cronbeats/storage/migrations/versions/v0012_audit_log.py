"""The audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cronbeats.storage.dialect import Id, Moment

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table, empty: who did what before this step was not written down."""
    op.create_table(
        "audit_log",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id),
        sa.Column("at", Moment, nullable=False),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("actor_id", Id),
        sa.Column("actor_name", sa.String(length=260), nullable=False),
        sa.Column("address", sa.String(length=45)),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("target_kind", sa.String(length=20), nullable=False),
        sa.Column("target_id", Id),
        sa.Column("target_name", sa.String(length=260), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_audit_log_workspace_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_workspace_id_id", "audit_log", ["workspace_id", "id"])
    op.create_index("ix_audit_log_at", "audit_log", ["at"])
