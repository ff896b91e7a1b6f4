"""Roles and plans: who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person or a key is within a workspace."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"


class Action(StrEnum):
    """What somebody wants to do."""

    READ = "read"
    CHANGE_JOBS = "change_jobs"
    CHANGE_INTEGRATIONS = "change_integrations"
    MANAGE_KEYS = "manage_keys"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a workspace pays for; plans are data."""

    name: str
    has_api: bool


PLANS = {
    plan.name: plan
    for plan in (
        Plan("free", has_api=False),
        Plan("pro", has_api=False),
        Plan("business", has_api=True),
    )
}
DEFAULT_PLAN = "business"

_LEAST_ROLE = {
    Action.READ: Role.VIEWER,
    Action.CHANGE_JOBS: Role.MEMBER,
    Action.CHANGE_INTEGRATIONS: Role.ADMIN,
    Action.MANAGE_KEYS: Role.OWNER,
}
_RANK = {Role.VIEWER: 0, Role.MEMBER: 1, Role.ADMIN: 2, Role.OWNER: 3}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is knocking: an API key of one workspace."""

    key_id: int
    workspace_id: int
    role: Role
    plan: str


def least_role(action: Action) -> Role:
    """Return the least role that is enough for `action`."""
    return _LEAST_ROLE[action]


def may(role: Role, action: Action) -> bool:
    """Tell whether `role` is enough for `action`."""
    return _RANK[role] >= _RANK[_LEAST_ROLE[action]]


def has_api(plan: str) -> bool:
    """Tell whether a plan includes the Management API; an unknown plan does not."""
    return plan in PLANS and PLANS[plan].has_api
