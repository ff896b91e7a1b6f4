"""Every call that changes something leaves exactly the entries that it should, from whoever did it.

The calls are those of the route table: a new one that is no GET must say here what it leaves.
"""

from typing import Any

from cronbeats.domain.audit import Actor, ActorKind, AuditAction, AuditEntry, FieldChange
from tests.api.routes import ROUTES, ids_of_new_job
from tests.support.audit import entries
from tests.support.world import Json, World

NOTHING: list[str] = []

# Which body is sent, what it leaves, and what the same call leaves when it is made again.
LEAVES: dict[str, tuple[Any, list[str], list[str]]] = {
    "POST /jobs": (None, ["job.created"], ["job.created"]),
    "PUT /jobs/by-name/{name}": (None, ["job.created"], NOTHING),
    "PUT /jobs/{job_id}/update": (None, ["job.updated"], NOTHING),
    "PATCH /jobs/{job_id}": (None, ["job.updated"], NOTHING),
    "POST /jobs/{job_id}/delete": (None, ["job.deleted"], NOTHING),
    "DELETE /jobs/{job_id}": (None, ["job.deleted"], NOTHING),
    "POST /jobs/bulk/pause": ({}, ["job.paused"], NOTHING),
    "POST /jobs/bulk/resume": ({}, NOTHING, NOTHING),
    "POST /jobs/bulk/delete": ({}, ["job.deleted"], NOTHING),
    "POST /jobs/bulk/mute": ({"seconds": 60}, ["job.muted"], ["job.muted"]),
    "POST /jobs/bulk/unmute": ({}, NOTHING, NOTHING),
    "POST /jobs/{job_id}/mute": (None, ["job.muted"], ["job.muted"]),
    "POST /jobs/{job_id}/unmute": (None, NOTHING, NOTHING),
    "POST /jobs/{job_id}/pause": (None, ["job.paused"], NOTHING),
    "POST /jobs/{job_id}/resume": (None, NOTHING, NOTHING),
    "POST /schedule-preview": (None, NOTHING, NOTHING),
    "PUT /integrations/alert-rules": ({"alert_on_late": True}, ["alert_rules.updated"], NOTHING),
    "POST /integrations/drill": (None, ["drill.started"], ["drill.started"]),
    "PUT /integrations/webhook": ({"is_enabled": False}, ["integration.updated"], NOTHING),
    "POST /integrations/webhook/test": (None, ["integration.tested"], ["integration.tested"]),
}
# What can only be undone leaves its entry when there was something to undo.
UNDONE = {
    "POST /jobs/{job_id}/resume": ("/jobs/{job_id}/pause", None, "job.resumed"),
    "POST /jobs/{job_id}/unmute": ("/jobs/{job_id}/mute", {"seconds": 60}, "job.unmuted"),
    "POST /jobs/bulk/resume": ("/jobs/{job_id}/pause", None, "job.resumed"),
    "POST /jobs/bulk/unmute": ("/jobs/{job_id}/mute", {"seconds": 60}, "job.unmuted"),
}


async def new_entries(
    world: World, route: str, ids: dict[str, Any], body: Json | None
) -> list[AuditEntry]:
    """Make a call; return what it left in the audit log."""
    before = len(await entries(world.db, world.workspace_id))
    method, _, path = route.partition(" ")
    world.clock.turn(1)
    await world.api(method, path.format(**ids), body)
    return (await entries(world.db, world.workspace_id))[before:]


def body_of(route: str, ids: dict[str, Any]) -> Json | None:
    chosen, usual = LEAVES[route][0], ROUTES[route][1]
    if "/bulk/" in route:
        return {**(chosen or {}), "job_ids": [ids["job_id"]]}
    return usual if chosen is None else chosen


def test_every_call_that_may_change_something_says_what_it_leaves() -> None:
    assert {route for route in ROUTES if not route.startswith("GET ")} == set(LEAVES)


async def test_every_call_leaves_exactly_its_entries(world: World) -> None:
    name = f"First key ({world.api_key[:8]}…)"
    by = Actor(ActorKind.API_KEY, name, 1, "127.0.0.1")
    for route, (_, first, again) in LEAVES.items():
        ids = await ids_of_new_job(world)
        body = body_of(route, ids)
        for expected in (first, again):
            left = await new_entries(world, route, ids, body)
            assert [entry.action for entry in left] == expected, route
            assert {entry.actor for entry in left} <= {by}, route
            assert {entry.workspace_id for entry in left} <= {world.workspace_id}, route


async def test_what_undoes_something_leaves_its_entry_once(world: World) -> None:
    for route, (path, body, action) in UNDONE.items():
        ids = await ids_of_new_job(world)
        await world.api("POST", path.format(**ids), body)
        left = await new_entries(world, route, ids, body_of(route, ids))
        assert [(entry.action, entry.target.id) for entry in left] == [(action, ids["job_id"])]
        assert await new_entries(world, route, ids, body_of(route, ids)) == []


async def test_a_call_that_fails_leaves_nothing(world: World) -> None:
    ids = {**await ids_of_new_job(world), "job_id": 999_999}
    for route, body in (
        ("PATCH /jobs/{job_id}", {"name": "y"}),
        ("POST /jobs/{job_id}/pause", None),
        ("DELETE /jobs/{job_id}", None),
        ("POST /jobs/{job_id}/mute", {"seconds": 60}),
        ("POST /jobs", {"name": "x", "cron_expression": "61 * * * *"}),
        ("PUT /integrations/webhook", {"nonsense": "x"}),
        ("PUT /integrations/alert-rules", {"alert_on_late": "x"}),
    ):
        assert await new_entries(world, route, ids, body) == [], route


async def test_many_jobs_leave_an_entry_each(world: World) -> None:
    ids = [(await world.make_job(name=f"Job {number}"))["id"] for number in range(3)]
    body = {"job_ids": [*ids, ids[0], 999_999]}
    for what in ("pause", "resume", "delete"):
        left = await new_entries(world, f"POST /jobs/bulk/{what}", {}, body)
        assert [entry.target.id for entry in left] == ids, what


async def test_a_request_that_is_made_again_under_its_key_leaves_one_entry(world: World) -> None:
    body = {"name": "Once", "expected_interval_seconds": 60}
    for _ in range(2):
        await world.api("POST", "/jobs", body, headers={"Idempotency-Key": "k"})
    left = [entry for entry in await entries(world.db) if entry.target.name == "Once"]
    assert [entry.action for entry in left] == [AuditAction.JOB_CREATED]


async def test_an_edit_tells_each_value_as_it_was_and_as_it_became(world: World) -> None:
    job = await world.make_job(tags=["a", "b"])
    ids = {"job_id": job["id"]}
    changes = {"cron_expression": "0 2 * * *", "timezone": "Europe/Berlin", "tags": ["c"]}
    [entry] = await new_entries(world, "PATCH /jobs/{job_id}", ids, {**changes, "name": "Backup"})
    assert set(entry.changes) == {
        FieldChange("expected_interval_seconds", "60", None),
        FieldChange("cron_expression", None, "0 2 * * *"),
        FieldChange("timezone", "UTC", "Europe/Berlin"),
        FieldChange("tags", "a, b", "c"),
    }


async def test_a_renamed_job_is_told_by_the_name_it_had(world: World) -> None:
    job = await world.make_job()
    [entry] = await new_entries(world, "PATCH /jobs/{job_id}", {"job_id": job["id"]}, {"name": "y"})
    assert (entry.target.name, entry.changes) == ("Backup", (FieldChange("name", "Backup", "y"),))


async def test_no_value_of_an_integration_is_told(world: World) -> None:
    secrets = {"url": "https://receiver.test/hunter2", "secret": "hunter2-hunter2-hunter2-1"}
    [entry] = await new_entries(world, "PUT /integrations/webhook", {}, secrets)
    named = {FieldChange(name) for name in secrets if name in str(entry.changes)}
    assert set(entry.changes) == named
    assert named
    assert "hunter2" not in str(await entries(world.db))
    assert await new_entries(world, "PUT /integrations/webhook", {}, secrets) == []
