"""People on their way to the provider through which they sign in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cronbeats.storage.dialect import Id, Moment

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the table, empty: nobody is on the way."""
    op.create_table(
        "authorization_requests",
        sa.Column("id", Id, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("back", sa.String(length=2000), nullable=False),
        sa.Column("user_id", Id),
        sa.Column("expires_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_authorization_requests_user_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_authorization_requests"),
        sa.UniqueConstraint("token_hash", name="uq_authorization_requests_token_hash"),
    )
    op.create_index(
        "ix_authorization_requests_expires_at", "authorization_requests", ["expires_at"]
    )
    op.create_index("ix_authorization_requests_user_id", "authorization_requests", ["user_id"])
