"""All that is wrong with a request is told in one answer, wherever it is."""

import json
from typing import Any

from tests.api.answers import errors_of, problem_of
from tests.support.world import World

WHOLE = "Must be a whole number."
UNKNOWN = "There is no such field."
NOT_BOTH = "Give either this or expected_interval_seconds, not both."
FIVE = "A cron expression has 5 fields: minute, hour, day of month, month, day of week."
NO_ZONE = "'Mars/Base' is not a time zone. Use an IANA name such as Europe/Berlin or UTC."


async def test_mistakes_in_fields_do_not_hide_those_in_the_schedule(world: World) -> None:
    job = await world.make_job()
    bad = {"grace_seconds": -1, "cron_expression": "x", "timezone": "Mars/Base", "colour": 1}
    errors = {
        "grace_seconds": ["Must be 0 or more."],
        "cron_expression": [FIVE],
        "timezone": [NO_ZONE],
        "colour": [UNKNOWN],
    }
    for method, path in (("PUT", f"/jobs/{job['id']}/update"), ("PATCH", f"/jobs/{job['id']}")):
        assert errors_of(await world.api(method, path, bad)) == errors
    errors["name"] = ["Required."]
    assert errors_of(await world.api("POST", "/jobs", bad)) == errors


async def test_mistakes_between_fields_are_told_with_those_in_them(world: World) -> None:
    both = {"expected_interval_seconds": 0, "cron_expression": "* * * * *", "timezone": 5}
    errors = {
        "expected_interval_seconds": ["Must be 1 or more."],
        "cron_expression": [NOT_BOTH],
        "timezone": ["Must be a text."],
    }
    assert errors_of(await world.api("POST", "/schedule-preview", both)) == errors
    assert errors_of(await world.api("POST", "/jobs", {"name": "x", **both})) == errors
    neither = errors_of(await world.api("POST", "/jobs", {"tags": [5]}))
    assert neither == {
        "name": ["Required."],
        "expected_interval_seconds": ["Required, unless cron_expression is given."],
        "tags.0": ["Must be a text."],
    }


async def test_a_change_that_takes_both_schedules_away_is_told_so_with_the_rest(
    world: World,
) -> None:
    job = await world.make_job()
    bad = {"expected_interval_seconds": None, "cron_expression": None, "grace_seconds": -1}
    assert errors_of(await world.api("PATCH", f"/jobs/{job['id']}", bad)) == {
        "expected_interval_seconds": ["Required, unless cron_expression is given."],
        "grace_seconds": ["Must be 0 or more."],
    }


async def test_a_change_that_takes_one_schedule_away_is_told_so_with_the_rest(
    world: World,
) -> None:
    job = await world.make_job()
    for bad, field, reason in (
        (
            {"expected_interval_seconds": None},
            "expected_interval_seconds",
            "Required, unless cron_expression is given.",
        ),
        (
            {"cron_expression": None},
            "cron_expression",
            "Must not be null, unless expected_interval_seconds is given.",
        ),
    ):
        answer = await world.api("PATCH", f"/jobs/{job['id']}", {**bad, "grace_seconds": -1})
        assert errors_of(answer) == {field: [reason], "grace_seconds": ["Must be 0 or more."]}


async def test_mistakes_in_the_query_are_told_with_those_in_the_body(world: World) -> None:
    answer = await world.api("POST", "/jobs?notify=1", {"name": "", "grace_seconds": "5"})
    assert errors_of(answer) == {
        "notify": [UNKNOWN],
        "name": ["Must not be empty."],
        "grace_seconds": [WHOLE],
        "expected_interval_seconds": ["Required, unless cron_expression is given."],
    }


async def test_each_wrong_id_of_many_is_told_with_its_place(world: World) -> None:
    ids: list[Any] = [1, "2", 0, True, 2**63]
    answer = await world.api("POST", "/jobs/bulk/pause", {"job_ids": ids, "force": True})
    assert errors_of(answer) == {
        "job_ids.1": [WHOLE],
        "job_ids.2": ["Must be 1 or more."],
        "job_ids.3": [WHOLE],
        "job_ids.4": [f"Must be {2**53 - 1} or less."],
        "force": [UNKNOWN],
    }


async def test_a_list_without_any_id_is_told_in_our_words(world: World) -> None:
    answer = await world.api("POST", "/jobs/bulk/mute", {"job_ids": [], "seconds": 0})
    assert errors_of(answer) == {
        "job_ids": ["Must not be empty."],
        "seconds": ["Must be 1 or more."],
    }


async def test_integrations_tell_a_wrong_value_with_a_wrong_type(telling_world: World) -> None:
    bad = {"bot_token": "nonsense", "chat_id": 5, "is_enabled": "yes", "colour": 1}
    errors = errors_of(await telling_world.api("PUT", "/integrations/telegram?x=1", bad))
    assert errors.keys() == {"x", *bad}
    assert errors["bot_token"][0].startswith("Must look like ")


async def test_alert_rules_tell_all_as_well(world: World) -> None:
    bad = {"alert_on_down": "yes", "reminder_interval_seconds": 59, "alert_on_up": True}
    assert errors_of(await world.api("PUT", "/integrations/alert-rules", bad)) == {
        "alert_on_down": ["Must be true or false."],
        "reminder_interval_seconds": ["Must be 60 or more."],
        "alert_on_up": [UNKNOWN],
    }


async def test_a_field_that_is_given_twice_is_told_with_the_others(world: World) -> None:
    body = b'{"name":"a","name":"b","expected_interval_seconds":60,"grace_seconds":"x","x":1,"x":2}'
    headers = {"Content-Type": "application/json"}
    answer = await world.api("POST", "/jobs", content=body, headers=headers)
    assert errors_of(answer) == {
        "name": ["Must be given only once."],
        "grace_seconds": [WHOLE],
        "x": [UNKNOWN],
    }


async def test_an_id_that_leads_nowhere_is_told_before_all_else(world: World) -> None:
    problem_of(await world.api("PATCH", "/jobs/x?y=1", {"grace_seconds": -1}), 404, "not_found")


async def test_a_mistake_is_told_without_its_value(world: World) -> None:
    secret = {"secret": "hunter2\n", "url": "ftp://user:hunter2@x"}
    answer = await world.api("PUT", "/integrations/webhook", secret)
    assert "hunter2" not in json.dumps(answer.json())
