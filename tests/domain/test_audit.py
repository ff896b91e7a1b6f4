"""The audit log says which values were changed, briefly, and of a secret only that it was."""

from datetime import UTC, datetime

from cronbeats.domain.audit import (
    LONGEST_VALUE,
    FieldChange,
    changes_between,
    hidden_changes,
)


def test_only_what_is_not_as_it_was_is_told() -> None:
    before = {"a": 1, "b": None, "c": True, "d": ("x",), "e": None}
    at = datetime(2026, 3, 2, 12, 0, 5, tzinfo=UTC)
    after = {"a": 1, "b": at, "c": False, "d": (), "e": 0}
    assert changes_between(before, after) == (
        FieldChange("b", None, "2026-03-02T12:00:05Z"),
        FieldChange("c", "true", "false"),
        FieldChange("d", "x", ""),
        FieldChange("e", None, "0"),
    )


def test_what_was_not_there_was_nothing() -> None:
    assert changes_between({}, {"role": "admin", "expires_at": None}) == (
        FieldChange("role", None, "admin"),
    )


def test_a_long_value_is_cut_where_it_is_too_long() -> None:
    [kept] = changes_between({}, {"a": "x" * LONGEST_VALUE})
    assert kept.after == "x" * LONGEST_VALUE
    [cut] = changes_between({}, {"a": "x" * LONGEST_VALUE + "y"})
    assert cut.after == "x" * (LONGEST_VALUE - 1) + "…"


def test_a_secret_is_named_and_not_told() -> None:
    assert hidden_changes(["url"]) == (FieldChange("url", None, None),)
