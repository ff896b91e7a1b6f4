"""Alert rules: what a workspace wants to hear of."""

from typing import Any

from tests.api.answers import data_of, errors_of
from tests.support.world import Json, World

DEFAULTS = {
    "alert_on_down": True,
    "alert_on_recovery": True,
    "alert_on_late": False,
    "reminder_interval_seconds": None,
}
PATH = "/integrations/alert-rules"
YEAR = 31_536_000


async def put(world: World, changes: Any) -> Json:
    saved: Json = data_of(await world.api("PUT", PATH, changes))
    assert data_of(await world.api("GET", PATH)) == saved
    return saved


async def test_a_workspace_that_never_chose_has_the_defaults(world: World) -> None:
    assert data_of(await world.api("GET", PATH)) == DEFAULTS
    assert await put(world, {}) == DEFAULTS


async def test_the_rules_of_the_published_document_can_be_set(world: World) -> None:
    for chosen in (False, True):
        rules = {"alert_on_down": chosen, "alert_on_recovery": not chosen}
        assert await put(world, rules) == {**DEFAULTS, **rules}


async def test_rules_that_are_left_out_stay(world: World) -> None:
    expected: Json = dict(DEFAULTS)
    changes: list[Json] = [
        {"alert_on_late": True},
        {"alert_on_down": False},
        {"reminder_interval_seconds": 3600},
        {"alert_on_recovery": False, "alert_on_down": True},
        {"reminder_interval_seconds": None},
        {},
    ]
    for change in changes:
        expected |= change
        assert await put(world, change) == expected


async def test_a_rule_that_breaks_a_rule_is_told_by_field(world: World) -> None:
    cases: list[tuple[Json, str]] = [
        ({"alert_on_down": None}, "Must be true or false."),
        ({"alert_on_down": 1}, "Must be true or false."),
        ({"alert_on_recovery": "true"}, "Must be true or false."),
        ({"alert_on_late": []}, "Must be true or false."),
        ({"reminder_interval_seconds": True}, "Must be a whole number."),
        ({"reminder_interval_seconds": "3600"}, "Must be a whole number."),
        ({"reminder_interval_seconds": 59}, "Must be 60 or more."),
        ({"reminder_interval_seconds": YEAR + 1}, f"Must be {YEAR} or less."),
        ({"alert_on_pause": True}, "There is no such field."),
    ]
    for change, reason in cases:
        errors = errors_of(await world.api("PUT", PATH, {"alert_on_late": True, **change}))
        assert list(errors.values()) == [[reason]], change
    assert data_of(await world.api("GET", PATH)) == DEFAULTS
    for end in (60, YEAR):
        await put(world, {"reminder_interval_seconds": end})


async def test_the_rules_decide_what_is_told(world: World) -> None:
    job = await world.make_job()
    await put(world, {"alert_on_down": False, "alert_on_late": True})
    await world.ping(job)
    await world.pass_time(180, step=10)
    await world.ping(job)
    await world.deliver_all()
    assert world.sender.told == ["job.late", "job.recovered"]
