"""What a job may be, field by field, and what is told when it may not."""

import json
from typing import Any

from tests.api.answers import data_of, errors_of
from tests.support.world import World

YEAR, MONTH = 31_536_000, 2_592_000
EVERY_MINUTE = {"expected_interval_seconds": 60}
WHOLE = "Must be a whole number."
TEXT = "Must be a text."
EMPTY = "Must not be empty."
ONE_LINE = "This must be one line of printable characters."
NO_CONTROLS = "This must not contain control characters."
UNICODE = "Must be valid Unicode text."

# (field, wrong value, reason)
WRONG: list[tuple[str, Any, str]] = [
    ("name", None, TEXT),
    ("name", 5, TEXT),
    ("name", ["x"], TEXT),
    ("name", "", EMPTY),
    ("name", " \t ", EMPTY),
    ("name", "x" * 201, "Must be at most 200 characters long."),
    ("name", f" {'x' * 200}", "Must be at most 200 characters long."),
    ("name", "a\nb", ONE_LINE),
    ("name", "a\0b", ONE_LINE),
    ("name", "a\x1b[31mb", ONE_LINE),
    ("name", "a\ud83d", UNICODE),
    ("description", 5, TEXT),
    ("description", "x" * 256, "Must be at most 255 characters long."),
    ("description", "a\0b", NO_CONTROLS),
    ("description", "a\x07", NO_CONTROLS),
    ("description", "\ude00", UNICODE),
    ("expected_interval_seconds", "86400", WHOLE),
    ("expected_interval_seconds", True, WHOLE),
    ("expected_interval_seconds", 60.5, WHOLE),
    ("expected_interval_seconds", [60], WHOLE),
    ("expected_interval_seconds", float("nan"), WHOLE),
    ("expected_interval_seconds", float("inf"), WHOLE),
    ("expected_interval_seconds", 0, "Must be 1 or more."),
    ("expected_interval_seconds", -1, "Must be 1 or more."),
    ("expected_interval_seconds", YEAR + 1, f"Must be {YEAR} or less."),
    ("expected_interval_seconds", 10**30, f"Must be {YEAR} or less."),
    ("timezone", None, TEXT),
    ("timezone", 0, TEXT),
    ("timezone", "x" * 65, "Must be at most 64 characters long."),
    ("grace_seconds", None, WHOLE),
    ("grace_seconds", "300", WHOLE),
    ("grace_seconds", False, WHOLE),
    ("grace_seconds", -1, "Must be 0 or more."),
    ("grace_seconds", MONTH + 1, f"Must be {MONTH} or less."),
    ("down_after_seconds", "1", WHOLE),
    ("down_after_seconds", -1, "Must be 0 or more."),
    ("down_after_seconds", MONTH + 1, f"Must be {MONTH} or less."),
    ("max_runtime_seconds", True, WHOLE),
    ("max_runtime_seconds", 0, "Must be 1 or more."),
    ("max_runtime_seconds", YEAR + 1, f"Must be {YEAR} or less."),
    ("failure_tolerance", None, WHOLE),
    ("failure_tolerance", -1, "Must be 0 or more."),
    ("failure_tolerance", 101, "Must be 100 or less."),
    ("recovery_threshold", None, WHOLE),
    ("recovery_threshold", 0, "Must be 1 or more."),
    ("recovery_threshold", 101, "Must be 100 or less."),
    ("tags", None, "Must be a list."),
    ("tags", "db", "Must be a list."),
    ("tags", {"db": 1}, "Must be a list."),
    ("tags", ["x"] * 21, "Must have at most 20 items."),
]
WRONG_TAGS: list[tuple[Any, str]] = [
    (5, TEXT),
    (None, TEXT),
    ("", EMPTY),
    ("x" * 51, "Must be at most 50 characters long."),
    (f"{'x' * 50} ", "Must be at most 50 characters long."),
    ("a\nb", ONE_LINE),
    ("\ud83d", UNICODE),
]

# (field, good value, as it is shown)
GOOD: list[tuple[str, Any, Any]] = [
    ("name", "x", "x"),
    ("name", "x" * 200, "x" * 200),
    ("name", "  Sicherung für 東京 😀  ", "Sicherung für 東京 😀"),
    ("name", "<script>alert(1)</script> & '\"", "<script>alert(1)</script> & '\""),
    ("description", None, None),
    ("description", "", ""),
    ("description", "é" * 255, "é" * 255),
    ("description", "two\nlines\tand a tab", "two\nlines\tand a tab"),
    ("expected_interval_seconds", 1, 1),
    ("expected_interval_seconds", 60.0, 60),
    ("expected_interval_seconds", YEAR, YEAR),
    ("timezone", "America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ("grace_seconds", 0, 0),
    ("grace_seconds", MONTH, MONTH),
    ("down_after_seconds", None, 300),
    ("down_after_seconds", 0, 0),
    ("down_after_seconds", MONTH, MONTH),
    ("max_runtime_seconds", None, None),
    ("max_runtime_seconds", 1, 1),
    ("max_runtime_seconds", YEAR, YEAR),
    ("failure_tolerance", 0, 0),
    ("failure_tolerance", 100, 100),
    ("recovery_threshold", 1, 1),
    ("recovery_threshold", 100, 100),
    ("tags", [], []),
    ("tags", ["db", " prod ", "db"], ["db", "prod"]),
    ("tags", [f"{n:050}" for n in range(20)], [f"{n:050}" for n in range(20)]),
]


async def create(world: World, **values: Any) -> Any:
    """Ask for a job; bodies are written with every escape that JSON knows."""
    body = json.dumps({"name": "Backup", **EVERY_MINUTE, **values}).encode()
    return await world.api(
        "POST", "/jobs", content=body, headers={"Content-Type": "application/json"}
    )


async def test_a_value_that_breaks_a_rule_is_told_with_the_rule(world: World) -> None:
    for field, value, reason in WRONG:
        errors = errors_of(await create(world, **{field: value}))
        assert errors == {field: [reason]}, (field, value)
    for tag, reason in WRONG_TAGS:
        errors = errors_of(await create(world, tags=["good", tag]))
        assert errors == {"tags.1": [reason]}, tag
    assert data_of(await world.api("GET", "/jobs"))["pagination"]["total"] == 0


async def test_the_same_rules_hold_for_changes(world: World) -> None:
    job = await world.make_job()
    for field, value, reason in WRONG:
        answer = await world.api(
            "PUT",
            f"/jobs/{job['id']}/update",
            content=json.dumps({field: value}).encode(),
            headers={"Content-Type": "application/json"},
        )
        assert errors_of(answer) == {field: [reason]}, (field, value)
    assert await world.get_job(job) == job


async def test_values_at_the_end_of_their_range_are_good(world: World) -> None:
    for field, value, shown in GOOD:
        job = data_of(await create(world, **{field: value}), 201)
        assert job[field] == shown, (field, value)
        assert await world.get_job(job) == job, (field, value)


async def test_a_job_needs_a_name_and_a_schedule(world: World) -> None:
    errors = errors_of(await world.api("POST", "/jobs", {}))
    assert errors["name"] == ["Required."]
    errors = errors_of(await world.api("POST", "/jobs", {"name": "x"}))
    assert errors == {"expected_interval_seconds": ["Required, unless cron_expression is given."]}


async def test_all_mistakes_of_a_request_are_told_at_once(world: World) -> None:
    wrong = {"name": "", "grace_seconds": "1", "expected_interval_seconds": True, "tags": [1, ""]}
    errors = errors_of(await create(world, **wrong, intervall=60, ID=5))
    assert errors == {
        "name": [EMPTY],
        "grace_seconds": [WHOLE],
        "expected_interval_seconds": [WHOLE],
        "tags.0": [TEXT],
        "tags.1": [EMPTY],
        "intervall": ["There is no such field."],
        "ID": ["There is no such field."],
    }


async def test_what_only_we_decide_cannot_be_written(world: World) -> None:
    for field in ("id", "job_key", "workspace_id", "status", "is_enabled", "created_at", "state"):
        errors = errors_of(await create(world, **{field: 1}))
        assert errors == {field: ["There is no such field."]}


async def test_names_of_every_script_are_welcome(world: World) -> None:
    for name in (
        "Sauvegarde\u00a0nocturne",
        "夜間　バックアップ",
        "👨\u200d👩\u200d👧 Backup",
        "نسخ احتياطي",
    ):
        assert (await world.make_job(name=name, tags=[name]))["name"] == name
