"""Since when the ends of a job's runs may have come unheard, one after another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cronbeats.storage.dialect import Moment

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column, empty: what was unobserved before this step begins no series."""
    op.add_column("job_states", sa.Column("unheard_ends_since", Moment))
