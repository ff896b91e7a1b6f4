"""Whether the letter of an invitation was taken by the mail server."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Let it be noted; of letters sent before, nobody knows."""
    op.add_column("one_time_links", sa.Column("is_mailed", sa.Boolean))
