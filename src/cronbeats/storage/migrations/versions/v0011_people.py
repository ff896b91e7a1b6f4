"""Passwords, second factors, sessions, one-time links, and how often somebody tried."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cronbeats.storage.dialect import Id, Moment

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the columns and make the tables: nobody has a password yet, and nobody is signed in."""
    for column in (
        sa.Column("name", sa.String(length=200)),
        sa.Column("timezone", sa.String(length=64)),
        sa.Column("password_hash", sa.String(length=200)),
        sa.Column("totp_secret", sa.Text()),
        sa.Column("totp_confirmed_at", Moment),
        sa.Column("totp_last_step", Id),
        sa.Column("oidc_issuer", sa.String(length=255)),
        sa.Column("oidc_subject", sa.String(length=255)),
    ):
        op.add_column("users", column)
    op.create_index(
        "ix_users_oidc_issuer_oidc_subject", "users", ["oidc_issuer", "oidc_subject"], unique=True
    )
    _create_sessions()
    _create_known_devices()
    _create_one_time_links()
    _create_sign_in_tries()
    _create_recovery_codes()


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("last_seen_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("address", sa.String(length=45)),
        sa.Column("user_agent", sa.String(length=255)),
        sa.Column("is_pending_code", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_sessions_token_hash"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])


def _create_known_devices() -> None:
    op.create_table(
        "known_devices",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_known_devices_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_known_devices"),
        sa.UniqueConstraint("token_hash", name="uq_known_devices_token_hash"),
    )
    op.create_index("ix_known_devices_user_id", "known_devices", ["user_id"])
    op.create_index("ix_known_devices_expires_at", "known_devices", ["expires_at"])


def _create_one_time_links() -> None:
    op.create_table(
        "one_time_links",
        sa.Column("id", Id, nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", Id),
        sa.Column("workspace_id", Id),
        sa.Column("email", sa.String(length=254)),
        sa.Column("role", sa.String(length=20)),
        sa.Column("created_by", Id),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("used_at", Moment),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_one_time_links_user_id"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_one_time_links_workspace_id"
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_one_time_links_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_links"),
        sa.UniqueConstraint("token_hash", name="uq_one_time_links_token_hash"),
    )
    for column in ("user_id", "workspace_id", "expires_at"):
        op.create_index(f"ix_one_time_links_{column}", "one_time_links", [column])


def _create_sign_in_tries() -> None:
    op.create_table(
        "sign_in_tries",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("full_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_sign_in_tries"),
    )
    op.create_index("ix_sign_in_tries_full_at", "sign_in_tries", ["full_at"])


def _create_recovery_codes() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", Moment),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_recovery_codes_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_codes"),
        sa.UniqueConstraint("user_id", "code_hash", name="uq_recovery_codes_user_id_code_hash"),
    )
