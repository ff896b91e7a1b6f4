"""Workspaces that were deleted, until nothing of them is left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cronbeats.storage.dialect import Moment

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Let a workspace be marked; none is yet."""
    op.add_column("workspaces", sa.Column("deleted_at", Moment))
