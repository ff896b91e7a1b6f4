"""Whether an API key works, or why it does not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cronbeats.domain.access import Role
from cronbeats.domain.api_key import ApiKey, KeyStatus, MadeKey

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def key(**values: Any) -> ApiKey:
    return ApiKey(1, 1, "CI", "cb_abcde", Role.ADMIN, NOW, **values)


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({}, KeyStatus.LIVE),
        ({"expires_at": NOW + MOMENT}, KeyStatus.LIVE),
        ({"expires_at": NOW}, KeyStatus.EXPIRED),
        ({"revoked_at": NOW}, KeyStatus.REVOKED),
        ({"revoked_at": NOW - MOMENT, "expires_at": NOW - MOMENT}, KeyStatus.REVOKED),
        ({"is_backed": False}, KeyStatus.ORPHANED),
        ({"is_backed": False, "expires_at": NOW}, KeyStatus.EXPIRED),
    ],
)
def test_a_key_is_live_unless_something_ended_it(values: dict[str, Any], status: KeyStatus) -> None:
    assert key(**values).status(NOW) is status


def test_a_secret_is_not_shown_by_accident() -> None:
    assert "cb_secret" not in repr(MadeKey(key(), "cb_secret"))
