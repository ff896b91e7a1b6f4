"""Room beside each job's state, so that PostgreSQL can keep its next version on the same page."""

from __future__ import annotations

from alembic import op

from cronbeats.storage.dialect import leave_room

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Leave it from now on; pages that are full get it as what is old on them is swept out."""
    leave_room(op.get_bind(), "job_states", percent=50)
