"""Since when the slots of a job were unobserved, one after another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cronbeats.storage.dialect import Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column, empty: what was unobserved before this step begins no series."""
    op.add_column("job_states", sa.Column("unheard_since", Moment))
