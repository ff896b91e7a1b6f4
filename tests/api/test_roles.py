"""Every route is used by those who may, and by nobody else."""

from cronbeats.domain.access import Role
from cronbeats.storage.schema import request_counts
from tests.api.answers import problem_of
from tests.api.furnished import ask, furnish
from tests.api.routes import ROUTES, all_routes, ids_of_new_job
from tests.support.stored_rows import stored_rows, without
from tests.support.world import World

RANKS = [Role.VIEWER, Role.MEMBER, Role.ADMIN, Role.OWNER]


async def test_every_route_has_its_least_role(world: World) -> None:
    assert all_routes(world.senders) == set(ROUTES)


async def test_every_route_is_open_from_its_least_role_on(world: World) -> None:
    read_only = await ids_of_new_job(world)
    keys = {role: await world.key_with(role) for role in RANKS}
    for route, (least, body) in ROUTES.items():
        method, _, path = route.partition(" ")
        for role in RANKS[RANKS.index(least) :]:
            ids = read_only if method == "GET" else await ids_of_new_job(world)
            answer = await world.api(method, path.format(**ids), body, key=keys[role])
            assert answer.is_success, (route, role, answer.text)


async def test_whoever_may_not_do_something_changes_nothing_at_all(world: World) -> None:
    ada = await furnish(world, world.api_key, "ada")
    world.clock.turn(1)
    keys = {role: await world.key_with(role) for role in RANKS}
    before = without(await stored_rows(world.db), request_counts)
    sent = len(world.sender.attempts)
    for route in sorted(all_routes(world.senders)):
        for role in RANKS[: RANKS.index(ROUTES[route][0])]:
            answer = await ask(world, route, ada.ids, {"X-API-Key": keys[role]})
            body = problem_of(answer, 403, "insufficient_permissions")
            assert body["message"] == f"A key with the role {role} may not do this", route
        assert without(await stored_rows(world.db), request_counts) == before, route
    assert len(world.sender.attempts) == sent


async def test_whoever_may_not_do_something_hears_of_that_first(world: World) -> None:
    viewer = await world.key_with(Role.VIEWER)
    answer = await world.api("POST", "/jobs/999/pause", key=viewer)
    body = problem_of(answer, 403, "insufficient_permissions")
    assert body["message"] == "A key with the role viewer may not do this"
