"""Arrivals: people who sign in, or join a workspace, and the audit log's line that tells it."""

from __future__ import annotations

from datetime import datetime

from cronbeats.domain.access import Role
from cronbeats.domain.account import User
from cronbeats.domain.audit import (
    Actor,
    AuditAction,
    AuditEntry,
    FieldChange,
    Target,
    TargetKind,
    about_user,
    as_person,
)
from cronbeats.domain.session import Client, SignedIn
from cronbeats.storage import audit_log, known_devices, members, sessions
from cronbeats.storage.database import Transaction


async def begin_session(
    tx: Transaction, user_id: int, client: Client, device: str | None, now: datetime
) -> SignedIn:
    """Begin a session in a browser, and know its device, which had this token before, if any."""
    session = await sessions.begin(tx, user_id, client, now)
    return SignedIn(user_id, session, await known_devices.remember(tx, user_id, device, now))


async def sign_in(
    tx: Transaction,
    user: User,
    client: Client,
    device: str | None,
    now: datetime,
    *,
    issuer: str | None = None,
) -> SignedIn:
    """Begin a session of somebody who has shown all that is needed, and know the device.

    `issuer` is the provider that said who it is, None if it was the password.
    """
    signed_in = await begin_session(tx, user.id, client, device, now)
    by = as_person(user, client.address)
    changes = () if issuer is None else (FieldChange("provider", None, issuer),)
    await audit_log.add(tx, [about_user(user, AuditAction.USER_SIGNED_IN, by, now, changes)])
    return signed_in


async def join(
    tx: Transaction, workspace_id: int, user: User, role: Role, *, by: Actor, now: datetime
) -> None:
    """Make a person, who is none yet, a member of a workspace that is locked."""
    await members.add(tx, workspace_id, user.id, role, now)
    target = Target(TargetKind.MEMBER, user.email, user.id)
    change = FieldChange("role", None, role)
    entry = AuditEntry(now, by, AuditAction.MEMBER_JOINED, target, workspace_id, (change,))
    await audit_log.add(tx, [entry])
