"""Membership: who is what in a workspace, and who may change that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cronbeats.domain.access import Action, Role, may
from cronbeats.domain.audit import (
    Actor,
    AuditAction,
    AuditEntry,
    FieldChange,
    Target,
    TargetKind,
)
from cronbeats.domain.errors import ConflictError, NotAllowedError

INVITATION_LASTS = timedelta(days=7)
"""How long an invitation can be accepted unless somebody chose otherwise."""

LONGEST_INVITATION = timedelta(days=30)
"""How long an invitation can be accepted at most."""

MOST_INVITATIONS = 100
"""Invitations of a workspace that are open at a time."""

MOST_WORKSPACES = 50
"""Workspaces that one person may own."""

_OWNED_BY_OWNERS = frozenset({Role.OWNER, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Membership:
    """What a person is in one workspace."""

    workspace_id: int
    workspace_name: str
    plan: str
    role: Role

    def may(self, action: Action) -> bool:
        """Tell whether the role is enough for `action`."""
        return may(self.role, action)


@dataclass(frozen=True, slots=True)
class Member:
    """A person of a workspace; `name` is None until the person chose one."""

    user_id: int
    email: str
    name: str | None
    role: Role
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link behind which somebody joins a workspace; with an address only who has that one.

    `created_by` is the address of whoever invited, None once that person is gone. `is_mailed` tells
    whether the mail server took its letter, None while it was not tried.
    """

    id: int
    workspace_id: int
    workspace_name: str
    role: Role
    email: str | None
    created_by: str | None
    created_at: datetime
    expires_at: datetime
    is_mailed: bool | None = None


def may_manage(own: Role, other: Role) -> bool:
    """Tell whether somebody may invite, change and remove people of another role.

    Admins look after members and viewers, owners after everybody.
    """
    if other in _OWNED_BY_OWNERS:
        return own is Role.OWNER
    return may(own, Action.MANAGE_MEMBERS)


def given_roles(own: Role) -> list[Role]:
    """Return the roles that somebody may give to others, the least first."""
    every = (Role.VIEWER, Role.MEMBER, Role.ADMIN, Role.OWNER)
    return [role for role in every if may_manage(own, role)]


def about_invitation(
    invitation: Invitation, action: AuditAction, by: Actor, now: datetime
) -> AuditEntry:
    """Return the entry that tells what was done with an invitation."""
    name = invitation.email or "Anybody with the link"
    target = Target(TargetKind.INVITATION, name, invitation.id)
    change = FieldChange("role", None, invitation.role)
    return AuditEntry(now, by, action, target, invitation.workspace_id, (change,))


def require_may_manage(own: Role, *others: Role) -> None:
    """Raise NotAllowedError if somebody may not make, or change, people of all these roles."""
    for other in others:
        if not may_manage(own, other):
            raise NotAllowedError(f"{_many(own)} of a workspace may not decide about {other}s")


def require_owner_left(owners: int) -> None:
    """Raise ConflictError if a workspace would be left with no owner."""
    if owners < 1:
        raise ConflictError(
            "A workspace keeps at least one owner; make somebody else an owner first"
        )


def _many(role: Role) -> str:
    return f"{role.capitalize()}s"
