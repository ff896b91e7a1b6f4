"""Who may do what, role by role."""

from __future__ import annotations

import pytest

from cronbeats.domain.access import DEFAULT_PLAN, PLANS, Action, Role, may

VIEWER = {Action.READ, Action.READ_MEMBERS}
MEMBER = VIEWER | {Action.CHANGE_JOBS}
ADMIN = MEMBER | {
    Action.CHANGE_INTEGRATIONS,
    Action.MANAGE_MEMBERS,
    Action.MANAGE_WORKSPACE,
    Action.READ_AUDIT_LOG,
}
OWNER = ADMIN | {Action.MANAGE_KEYS, Action.OWN}
ALLOWED = {Role.VIEWER: VIEWER, Role.MEMBER: MEMBER, Role.ADMIN: ADMIN, Role.OWNER: OWNER}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_a_role_may_do_what_the_table_says_and_nothing_else(role: Role, action: Action) -> None:
    assert may(role, action) is (action in ALLOWED[role])


def test_only_the_business_plan_has_the_api() -> None:
    assert {name for name, plan in PLANS.items() if plan.has_api} == {"business"}


def test_a_workspace_of_ones_own_starts_with_the_api() -> None:
    assert PLANS[DEFAULT_PLAN].has_api


def test_a_plan_is_found_by_its_own_name() -> None:
    assert all(plan.name == name for name, plan in PLANS.items())
    assert set(PLANS) == {"free", "pro", "business"}
