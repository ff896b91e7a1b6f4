"""Every route is used by those who may, and by nobody else."""

from cronbeats.domain.access import Role
from tests.api.answers import problem_of
from tests.api.routes import ROUTES, all_routes, ids_of_new_job
from tests.support.world import World

RANKS = [Role.VIEWER, Role.MEMBER, Role.ADMIN, Role.OWNER]


async def test_every_route_has_its_least_role(world: World) -> None:
    assert all_routes(world.senders) == set(ROUTES)


async def test_every_route_is_open_from_its_least_role_on(world: World) -> None:
    read_only = await ids_of_new_job(world)
    keys = {role: await world.key_with(role) for role in RANKS}
    for route, (least, body) in ROUTES.items():
        method, _, path = route.partition(" ")
        for role in RANKS:
            ids = read_only if method == "GET" else await ids_of_new_job(world)
            answer = await world.api(method, path.format(**ids), body, key=keys[role])
            if RANKS.index(role) >= RANKS.index(least):
                assert answer.is_success, (route, role, answer.text)
            else:
                problem_of(answer, 403, "insufficient_permissions")


async def test_whoever_may_not_do_something_changes_nothing(world: World) -> None:
    job, viewer = await world.make_job(), await world.key_with(Role.VIEWER)
    await world.api("POST", f"/jobs/{job['id']}/pause", key=viewer)
    await world.api("PUT", f"/jobs/{job['id']}/update", {"name": "y"}, key=viewer)
    await world.api("POST", "/jobs", {"name": "x", "expected_interval_seconds": 60}, key=viewer)
    member = await world.key_with(Role.MEMBER)
    await world.api("PUT", "/integrations/webhook", {"url": ""}, key=member)
    await world.api("POST", "/integrations/webhook/test", key=member)
    await world.api("PUT", "/integrations/alert-rules", {"alert_on_down": False}, key=member)

    listed = (await world.api("GET", "/jobs")).json()["data"]
    assert (listed["jobs"], listed["pagination"]["total"]) == ([job], 1)
    [webhook] = (await world.api("GET", "/integrations")).json()["data"]["integrations"]
    assert webhook["is_configured"]
    rules = (await world.api("GET", "/integrations/alert-rules")).json()["data"]
    assert rules["alert_on_down"] is True
    assert world.sender.attempts == []


async def test_whoever_may_not_do_something_hears_of_that_first(world: World) -> None:
    viewer = await world.key_with(Role.VIEWER)
    answer = await world.api("POST", "/jobs/999/pause", key=viewer)
    body = problem_of(answer, 403, "insufficient_permissions")
    assert body["message"] == "A key with the role viewer may not do this"
