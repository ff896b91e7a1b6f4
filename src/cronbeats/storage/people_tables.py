"""The tables of people and what belongs to them; schema.py has them together with all others."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from cronbeats.storage.dialect import Id, Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

workspaces = Table(
    "workspaces",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("plan", String(20), nullable=False),
    Column("created_at", Moment, nullable=False),
    # From then on it is not there for anybody; what it had is cleared away by and by.
    Column("deleted_at", Moment),
)

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("name", String(200)),
    Column("timezone", String(64)),
    Column("password_hash", String(200)),
    # Sealed for this row. It counts from when it was confirmed with a code; a code works once, so
    # the time step of the last one is kept.
    Column("totp_secret", Text),
    Column("totp_confirmed_at", Moment),
    Column("totp_last_step", Id),
    # Who the person is to the provider through which they sign in.
    Column("oidc_issuer", String(255)),
    Column("oidc_subject", String(255)),
    Index("ix_users_oidc_issuer_oidc_subject", "oidc_issuer", "oidc_subject", unique=True),
)

members = Table(
    "members",
    metadata,
    Column("workspace_id", Id, ForeignKey("workspaces.id"), primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True, index=True),
    Column("role", String(20), nullable=False),
    Column("created_at", Moment, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("workspace_id", Id, ForeignKey("workspaces.id"), nullable=False, index=True),
    Column("created_by", Id, ForeignKey("users.id")),
    Column("name", String(200), nullable=False),
    Column("prefix", String(20), nullable=False),
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_used_at", Moment),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
)

# Of every token below only its SHA-256 is kept, in hex.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False, index=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("address", String(45)),
    Column("user_agent", String(255)),
    # The password was right, and a code of the second factor is still awaited.
    Column("is_pending_code", Boolean, nullable=False),
)

known_devices = Table(
    "known_devices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False, index=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("expires_at", Moment, nullable=False, index=True),
)

one_time_links = Table(
    "one_time_links",
    metadata,
    Column("id", Id, primary_key=True),
    Column("purpose", String(20), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("user_id", Id, ForeignKey("users.id"), index=True),
    Column("workspace_id", Id, ForeignKey("workspaces.id"), index=True),
    Column("email", String(254)),
    Column("role", String(20)),
    Column("created_by", Id, ForeignKey("users.id")),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("used_at", Moment),
    # Of an invitation: whether the mail server took its letter; nothing until it was tried.
    Column("is_mailed", Boolean),
)

# What somebody has used up of the tries that they may make, as the moment at which all are there
# again; the subject is a hash of what is counted: an address, an account, or both.
sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("full_at", Moment, nullable=False, index=True),
)

# Who is on the way to the provider, to sign in or, with a user, to link an account.
authorization_requests = Table(
    "authorization_requests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("back", String(2000), nullable=False),
    Column("user_id", Id, ForeignKey("users.id"), index=True),
    Column("expires_at", Moment, nullable=False, index=True),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("code_hash", String(64), nullable=False),
    Column("used_at", Moment),
    UniqueConstraint("user_id", "code_hash"),
)

# Who did what: a person or a key may be gone by the time it is read, so it refers to neither.
audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Id, primary_key=True),
    Column("workspace_id", Id, ForeignKey("workspaces.id")),
    Column("at", Moment, nullable=False, index=True),
    Column("actor_kind", String(20), nullable=False),
    Column("actor_id", Id),
    Column("actor_name", String(260), nullable=False),
    Column("address", String(45)),
    Column("action", String(40), nullable=False),
    Column("target_kind", String(20), nullable=False),
    Column("target_id", Id),
    Column("target_name", String(260), nullable=False),
    Column("changes", JSON, nullable=False),
    Index("ix_audit_log_workspace_id_id", "workspace_id", "id"),
)
