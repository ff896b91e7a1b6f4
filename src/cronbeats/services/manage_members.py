"""Manage members: list them, change their roles, let them go, and hand a workspace over.

Who goes, or may decide about fewer people, leaves no way back open: their invitations that they
could not make any more are withdrawn.
Whoever changes who is in a workspace holds the lock of its row, so that what is seen there is so.
"""

from __future__ import annotations

from datetime import datetime

from cronbeats.domain.access import Role
from cronbeats.domain.audit import (
    Actor,
    AuditAction,
    AuditEntry,
    FieldChange,
    Target,
    TargetKind,
)
from cronbeats.domain.errors import InvalidValueError, NotAllowedError, NotFoundError
from cronbeats.domain.membership import (
    Member,
    about_invitation,
    may_manage,
    require_may_manage,
    require_owner_left,
)
from cronbeats.storage import api_keys, audit_log, invitations, members, workspaces
from cronbeats.storage.database import Database, Transaction

_NOT_HERE = "There is no such member in this workspace"


async def browse_members(db: Database, workspace_id: int) -> list[Member]:
    """Return everybody in a workspace, in the order in which they joined."""
    async with db.read() as tx:
        return await members.browse(tx, workspace_id)


async def change_role(
    db: Database, workspace_id: int, user_id: int, role: Role, *, by: Actor, now: datetime
) -> Member:
    """Give a member another role, from their next request on.

    The keys of an owner who is none any more do not work. Raises NotFoundError, NotAllowedError if
    whoever asks may not decide about both roles, and ConflictError about the last owner.
    """
    async with db.write() as tx:
        own = await workspaces.lock_as(tx, workspace_id, by.user_id)
        member = await _get(tx, workspace_id, user_id)
        require_may_manage(own, member.role, role)
        if role is not member.role:
            await _require_another_owner(tx, workspace_id, member)
            await members.set_role(tx, workspace_id, user_id, role)
            change = FieldChange("role", member.role, role)
            done = AuditAction.MEMBER_ROLE_CHANGED
            await _write_down(tx, workspace_id, member, done, change, by=by, now=now)
            await _withdraw_invitations(tx, workspace_id, member, role, by=by, now=now)
        return await _get(tx, workspace_id, user_id)


async def remove_member(
    db: Database, workspace_id: int, user_id: int, *, by: Actor, now: datetime
) -> Member:
    """Let somebody be in a workspace no more, from their next request on; return who it was.

    Raises NotFoundError, NotAllowedError if whoever asks may not decide about people of that role,
    and ConflictError about the last owner.
    """
    async with db.write() as tx:
        own = await workspaces.lock_as(tx, workspace_id, by.user_id)
        member = await _get(tx, workspace_id, user_id)
        require_may_manage(own, member.role)
        await _let_go(tx, workspace_id, member, AuditAction.MEMBER_REMOVED, by=by, now=now)
    return member


async def leave(db: Database, workspace_id: int, *, by: Actor, now: datetime) -> None:
    """Let a person go who wants to. Raises NotFoundError; ConflictError about the last owner."""
    async with db.write() as tx:
        await workspaces.lock_as(tx, workspace_id, by.user_id)
        member = await _get(tx, workspace_id, by.user_id or 0)
        await _let_go(tx, workspace_id, member, AuditAction.MEMBER_LEFT, by=by, now=now)


async def transfer_ownership(
    db: Database, workspace_id: int, user_id: int, *, by: Actor, now: datetime
) -> Member:
    """Make a member an owner in the place of whoever asks, who becomes an admin.

    The new owner takes over the keys of the old one, so that no program stops. Raises
    NotFoundError, NotAllowedError if whoever asks is no owner, and InvalidValueError if nobody else
    is meant.
    """
    async with db.write() as tx:
        own = await workspaces.lock_as(tx, workspace_id, by.user_id)
        if own is not Role.OWNER or by.user_id is None:
            raise NotAllowedError("Only an owner may hand a workspace over")
        if user_id == by.user_id:
            raise InvalidValueError({"user_id": ["Choose somebody else."]})
        member = await _get(tx, workspace_id, user_id)
        before = await _get(tx, workspace_id, by.user_id)
        await members.set_role(tx, workspace_id, user_id, Role.OWNER)
        await members.set_role(tx, workspace_id, by.user_id, Role.ADMIN)
        await api_keys.take_over(tx, workspace_id, by.user_id, user_id)
        change = FieldChange("owner", before.email, member.email)
        done = AuditAction.WORKSPACE_OWNERSHIP_TRANSFERRED
        await _write_down(tx, workspace_id, member, done, change, by=by, now=now)
        await _withdraw_invitations(tx, workspace_id, before, Role.ADMIN, by=by, now=now)
        return await _get(tx, workspace_id, user_id)


async def _get(tx: Transaction, workspace_id: int, user_id: int) -> Member:
    member = await members.get(tx, workspace_id, user_id)
    if member is None:
        raise NotFoundError(_NOT_HERE)
    return member


async def _let_go(
    tx: Transaction,
    workspace_id: int,
    member: Member,
    done: AuditAction,
    *,
    by: Actor,
    now: datetime,
) -> None:
    await _require_another_owner(tx, workspace_id, member)
    await members.remove(tx, workspace_id, member.user_id)
    change = FieldChange("role", member.role, None)
    await _write_down(tx, workspace_id, member, done, change, by=by, now=now)
    await _withdraw_invitations(tx, workspace_id, member, None, by=by, now=now)


async def _withdraw_invitations(
    tx: Transaction,
    workspace_id: int,
    member: Member,
    role: Role | None,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Withdraw what a member invited to and may not any more, with this role or, if gone, none."""
    for each in await invitations.browse(tx, workspace_id, now):
        if each.created_by != member.email or (role is not None and may_manage(role, each.role)):
            continue
        await invitations.use_up(tx, each.id, now)
        entry = about_invitation(each, AuditAction.INVITATION_WITHDRAWN, by, now)
        await audit_log.add(tx, [entry])


async def _require_another_owner(tx: Transaction, workspace_id: int, member: Member) -> None:
    if member.role is Role.OWNER:
        require_owner_left(await members.count(tx, workspace_id, Role.OWNER) - 1)


async def _write_down(
    tx: Transaction,
    workspace_id: int,
    member: Member,
    done: AuditAction,
    change: FieldChange,
    *,
    by: Actor,
    now: datetime,
) -> None:
    target = Target(TargetKind.MEMBER, member.email, member.user_id)
    await audit_log.add(tx, [AuditEntry(now, by, done, target, workspace_id, (change,))])
