"""A PostgreSQL server tidies the busy tables early."""

from __future__ import annotations

from alembic import op

from cronbeats.storage.dialect import keep_table

revision = "0017"
down_revision = "0016"

_TIDY_EARLY = {
    "autovacuum_vacuum_scale_factor": 0.02,
    "autovacuum_analyze_scale_factor": 0.05,
    "autovacuum_vacuum_insert_scale_factor": 0.1,
}


# Of these, as many rows go as come, or each row is written again and again: a fifth of dead rows,
# the usual bound, would be millions.
_BUSY = ("job_states", "signals", "runs", "transitions", "alerts", "delivery_attempts")


def upgrade() -> None:
    """Change settings alone."""
    for table in _BUSY:
        keep_table(op.get_bind(), table, _TIDY_EARLY)
