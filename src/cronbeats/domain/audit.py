"""The audit log: who did what to what, when and from where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from cronbeats.domain.account import User
from cronbeats.domain.job import Job

LONGEST_VALUE = 300
"""Characters of a value that the audit log keeps; a longer one is cut."""


class ActorKind(StrEnum):
    """What kind of somebody did it."""

    PERSON = "person"
    API_KEY = "api_key"
    OPERATOR = "operator"
    CRONBEATS = "cronbeats"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and from which address; `name` is what they were called when they did it.

    `id` is a person's or a key's own; the operator at the command line and CronBeats have none.
    """

    kind: ActorKind
    name: str
    id: int | None = None
    address: str | None = None

    @property
    def user_id(self) -> int | None:
        """The id of the person who acts, None if it is no person."""
        return self.id if self.kind is ActorKind.PERSON else None


def person(user_id: int, email: str, address: str | None = None) -> Actor:
    """Return a person as the audit log knows them: by the address, which only one has."""
    return Actor(ActorKind.PERSON, email, user_id, address)


OPERATOR = Actor(ActorKind.OPERATOR, "Command line")
"""Whoever may use the server's machine."""

CRONBEATS = Actor(ActorKind.CRONBEATS, "CronBeats")
"""The service, where nobody asked it to."""


class AuditAction(StrEnum):
    """What was done, as the past tense of it."""

    JOB_CREATED = "job.created"
    JOB_UPDATED = "job.updated"
    JOB_PAUSED = "job.paused"
    JOB_RESUMED = "job.resumed"
    JOB_MUTED = "job.muted"
    JOB_UNMUTED = "job.unmuted"
    JOB_PINGED = "job.pinged"
    JOB_DELETED = "job.deleted"
    INTEGRATION_UPDATED = "integration.updated"
    INTEGRATION_TESTED = "integration.tested"
    ALERT_RULES_UPDATED = "alert_rules.updated"
    DRILL_STARTED = "drill.started"
    API_KEY_CREATED = "api_key.created"
    API_KEY_REVOKED = "api_key.revoked"
    MEMBER_INVITED = "member.invited"
    INVITATION_WITHDRAWN = "invitation.withdrawn"
    MEMBER_JOINED = "member.joined"
    MEMBER_ROLE_CHANGED = "member.role_changed"
    MEMBER_REMOVED = "member.removed"
    MEMBER_LEFT = "member.left"
    WORKSPACE_CREATED = "workspace.created"
    WORKSPACE_RENAMED = "workspace.renamed"
    WORKSPACE_PLAN_CHANGED = "workspace.plan_changed"
    WORKSPACE_OWNERSHIP_TRANSFERRED = "workspace.ownership_transferred"
    WORKSPACE_DELETED = "workspace.deleted"
    USER_SIGNED_UP = "user.signed_up"
    USER_SIGNED_IN = "user.signed_in"
    USER_SIGNED_OUT = "user.signed_out"
    USER_SESSION_ENDED = "user.session_ended"
    USER_PROFILE_CHANGED = "user.profile_changed"
    USER_PASSWORD_CHANGED = "user.password_changed"  # noqa: S105 - the name of an event
    USER_RESET_LINK_MADE = "user.reset_link_made"
    USER_PASSWORD_RESET = "user.password_reset"  # noqa: S105 - the name of an event
    USER_SECOND_FACTOR_ADDED = "user.second_factor_added"
    USER_SECOND_FACTOR_REMOVED = "user.second_factor_removed"
    USER_RECOVERY_CODES_RENEWED = "user.recovery_codes_renewed"
    USER_LINKED = "user.linked"
    USER_UNLINKED = "user.unlinked"


class TargetKind(StrEnum):
    """What kind of thing it was done to."""

    JOB = "job"
    INTEGRATION = "integration"
    ALERT_RULES = "alert_rules"
    API_KEY = "api_key"
    INVITATION = "invitation"
    MEMBER = "member"
    WORKSPACE = "workspace"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Target:
    """What it was done to, by the name it had then; what a workspace has only one of has no id."""

    kind: TargetKind
    name: str
    id: int | None = None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value that was changed, as text; of a secret neither is told."""

    field: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit log; without a workspace it is about a person, or one that is gone."""

    at: datetime
    actor: Actor
    action: AuditAction
    target: Target
    workspace_id: int | None
    changes: tuple[FieldChange, ...] = ()


def about_job(
    job: Job,
    action: AuditAction,
    by: Actor,
    now: datetime,
    changes: tuple[FieldChange, ...] = (),
) -> AuditEntry:
    """Return the entry that tells what was done to a job."""
    target = Target(TargetKind.JOB, job.name, job.id)
    return AuditEntry(now, by, action, target, job.workspace_id, changes)


def about_workspace(
    workspace_id: int,
    name: str,
    action: AuditAction,
    *,
    by: Actor,
    now: datetime,
    changes: tuple[FieldChange, ...] = (),
) -> AuditEntry:
    """Return the entry that tells what was done to a workspace of this name, in itself."""
    target = Target(TargetKind.WORKSPACE, name, workspace_id)
    return AuditEntry(now, by, action, target, workspace_id, changes)


def as_person(user: User, address: str | None) -> Actor:
    """Return a person as somebody who does something, from an address."""
    return Actor(ActorKind.PERSON, user.email, user.id, address)


def about_user(
    user: User,
    action: AuditAction,
    by: Actor,
    now: datetime,
    changes: tuple[FieldChange, ...] = (),
) -> AuditEntry:
    """Return the entry that tells what was done to somebody's account, in no workspace."""
    target = Target(TargetKind.USER, user.email, user.id)
    return AuditEntry(now, by, action, target, None, changes)


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Return which of the values of `after` are not as they were; what was not there was None."""
    return tuple(
        FieldChange(name, _as_text(before.get(name)), _as_text(value))
        for name, value in after.items()
        if before.get(name) != value
    )


def hidden_changes(names: Iterable[str]) -> tuple[FieldChange, ...]:
    """Return that values were changed that may be secret, so that none of them is told."""
    return tuple(FieldChange(name) for name in names)


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    text = ", ".join(value) if isinstance(value, tuple | list) else str(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
