"""Admins look after members and viewers, owners after everybody, and one owner stays."""

import pytest

from cronbeats.domain.access import Role
from cronbeats.domain.errors import ConflictError, NotAllowedError
from cronbeats.domain.membership import (
    given_roles,
    may_manage,
    require_may_manage,
    require_owner_left,
)

# Who may decide about whom.
MAY = {
    Role.OWNER: {Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER},
    Role.ADMIN: {Role.MEMBER, Role.VIEWER},
    Role.MEMBER: set(),
    Role.VIEWER: set(),
}


@pytest.mark.parametrize("own", Role)
@pytest.mark.parametrize("other", Role)
def test_who_may_decide_about_whom(own: Role, other: Role) -> None:
    assert may_manage(own, other) is (other in MAY[own])
    assert (other in given_roles(own)) is (other in MAY[own])


def test_all_the_roles_at_hand_must_be_within_ones_reach() -> None:
    require_may_manage(Role.ADMIN, Role.MEMBER, Role.VIEWER)
    for roles in ((Role.MEMBER, Role.ADMIN), (Role.ADMIN, Role.MEMBER)):
        with pytest.raises(NotAllowedError) as caught:
            require_may_manage(Role.ADMIN, *roles)
        assert str(caught.value) == "Admins of a workspace may not decide about admins"


def test_a_workspace_keeps_an_owner() -> None:
    require_owner_left(1)
    with pytest.raises(ConflictError):
        require_owner_left(0)
