"""Roles and plans: who may do what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cronbeats.domain.audit import Actor
from cronbeats.domain.errors import PlanRequiredError
from cronbeats.domain.rate_limit import RateLimits


class Role(StrEnum):
    """What a person or a key is within a workspace."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"


class Action(StrEnum):
    """What somebody wants to do; to own is to transfer or delete the workspace."""

    READ = "read"
    CHANGE_JOBS = "change_jobs"
    CHANGE_INTEGRATIONS = "change_integrations"
    READ_MEMBERS = "read_members"
    MANAGE_MEMBERS = "manage_members"
    MANAGE_WORKSPACE = "manage_workspace"
    READ_AUDIT_LOG = "read_audit_log"
    MANAGE_KEYS = "manage_keys"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a workspace may use; plans are data.

    `api_limits` hold for everybody who knocks with a key, also if the plan has no API.
    """

    name: str
    has_api: bool
    api_limits: RateLimits


Plans = Mapping[str, Plan]

_API_LIMITS = RateLimits(per_minute=60, per_day=20_000)
PLANS: Plans = {
    plan.name: plan
    for plan in (
        Plan("free", has_api=False, api_limits=_API_LIMITS),
        Plan("pro", has_api=False, api_limits=_API_LIMITS),
        Plan("business", has_api=True, api_limits=_API_LIMITS),
    )
}
DEFAULT_PLAN = "business"

_LEAST_ROLE = {
    Action.READ: Role.VIEWER,
    Action.CHANGE_JOBS: Role.MEMBER,
    Action.CHANGE_INTEGRATIONS: Role.ADMIN,
    Action.READ_MEMBERS: Role.VIEWER,
    Action.MANAGE_MEMBERS: Role.ADMIN,
    Action.MANAGE_WORKSPACE: Role.ADMIN,
    Action.READ_AUDIT_LOG: Role.ADMIN,
    Action.MANAGE_KEYS: Role.OWNER,
    Action.OWN: Role.OWNER,
}
_RANK = {Role.VIEWER: 0, Role.MEMBER: 1, Role.ADMIN: 2, Role.OWNER: 3}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is knocking: an API key of one workspace; `actor` is what the audit log says of it."""

    key_id: int
    workspace_id: int
    role: Role
    plan: str
    actor: Actor


def least_role(action: Action) -> Role:
    """Return the least role that is enough for `action`."""
    return _LEAST_ROLE[action]


def may(role: Role, action: Action) -> bool:
    """Tell whether `role` is enough for `action`."""
    return _RANK[role] >= _RANK[_LEAST_ROLE[action]]


def find_plan(plans: Plans, name: str) -> Plan:
    """Return the plan of this name; one that is not known has no API."""
    return plans.get(name) or Plan(name, has_api=False, api_limits=_API_LIMITS)


def require_api(plan: Plan) -> None:
    """Raise PlanRequiredError if a plan does not include the Management API."""
    if not plan.has_api:
        raise PlanRequiredError("Management API access requires the Business plan")
