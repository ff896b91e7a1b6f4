"""A job is expected every so many seconds, or at the times of a cron expression: not both."""

from typing import Any

from tests.api.answers import data_of, errors_of
from tests.support.world import World

FIVE = "A cron expression has 5 fields: minute, hour, day of month, month, day of week."
NOT_FIVE = ["", " ", "* * * *", "* * * * * *", "@daily"]
NOT_CRON = ["60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "*/0 * * * *"]
NOT_CRON += [
    "a b c d e",
    "5-1 * * * *",
    "1,,2 * * * *",
    "-1 * * * *",
    "* * * * \0",
    "\uff11 * * * *",
    "0 0 30 2 *",
]
BAD_ZONES = ["", " ", "utc ", "Mars/Base", "europe/berlin", "UTC+1", "+01:00", "../UTC", "/etc"]
BAD_ZONES += ["Europe", "Europe/", "Europe/Berlin\0", "zone.tab", "😀"]


async def errors_for(world: World, **values: Any) -> dict[str, list[str]]:
    return errors_of(await world.api("POST", "/jobs", {"name": "x", **values}))


async def test_both_kinds_of_schedule_at_once_are_refused(world: World) -> None:
    errors = await errors_for(
        world, expected_interval_seconds=60, cron_expression="* * * * *", timezone="Mars/Base"
    )
    assert errors == {
        "cron_expression": ["Give either this or expected_interval_seconds, not both."],
        "timezone": [
            "'Mars/Base' is not a time zone. Use an IANA name such as Europe/Berlin or UTC."
        ],
    }


async def test_no_schedule_is_refused_as_well(world: World) -> None:
    expected = {"expected_interval_seconds": ["Required, unless cron_expression is given."]}
    assert await errors_for(world) == expected
    assert await errors_for(world, expected_interval_seconds=None) == expected
    assert await errors_for(world, cron_expression=None) == expected


async def test_a_cron_expression_that_is_none_is_told_why(world: World) -> None:
    for expression in NOT_FIVE:
        errors = await errors_for(world, cron_expression=expression)
        assert errors == {"cron_expression": [FIVE]}, expression
    for expression in NOT_CRON:
        errors = await errors_for(world, cron_expression=expression)
        assert errors.keys() == {"cron_expression"}, expression
        assert errors["cron_expression"][0].startswith("Not a cron expression: "), expression
    for value, reason in (
        (5, "Must be a text."),
        ("* " * 101, "Must be at most 200 characters long."),
    ):
        assert await errors_for(world, cron_expression=value) == {"cron_expression": [reason]}


async def test_a_time_zone_that_is_none_is_told_so(world: World) -> None:
    for zone in BAD_ZONES:
        errors = await errors_for(world, cron_expression="* * * * *", timezone=zone)
        assert errors.keys() == {"timezone"}, zone
        assert "is not a time zone" in errors["timezone"][0], zone
        errors = await errors_for(world, expected_interval_seconds=60, timezone=zone)
        assert errors.keys() == {"timezone"}, zone


async def test_a_cron_job_is_shown_with_its_expression(world: World) -> None:
    wish = {"name": "x", "cron_expression": "  0\t4  * * 1-5 ", "timezone": "Europe/Berlin"}
    job = data_of(await world.api("POST", "/jobs", wish), 201)
    assert job["cron_expression"] == "0 4 * * 1-5"
    assert job["expected_interval_seconds"] is None
    assert job["timezone"] == "Europe/Berlin"


async def test_a_null_schedule_is_as_good_as_none(world: World) -> None:
    for cron, interval in (("0 4 * * *", None), (None, 60)):
        wish = {"name": "x", "cron_expression": cron, "expected_interval_seconds": interval}
        job = data_of(await world.api("POST", "/jobs", wish), 201)
        assert (job["cron_expression"], job["expected_interval_seconds"]) == (cron, interval)
