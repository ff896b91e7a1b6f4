"""What belongs to another workspace looks like what does not exist."""

from cronbeats.services.manage_integrations import save_integration
from cronbeats.services.set_up import set_up
from tests.api.answers import data_of, problem_of
from tests.api.routes import ROUTES, ids_of_new_job
from tests.support.world import World


async def stranger_in(world: World) -> str:
    """Make a second workspace, and return its key."""
    made = await set_up(world.db, "Elsewhere", "eve@example.com", world.clock())
    return made.api_key


async def test_anothers_job_looks_like_one_that_does_not_exist(world: World) -> None:
    ids, eve = await ids_of_new_job(world), await stranger_in(world)
    before = await world.get_job({"id": ids["job_id"]})
    for route, (_, body) in ROUTES.items():
        method, _, path = route.partition(" ")
        if "{job_id}" not in path:
            continue
        foreign = await world.api(method, path.format(**ids), body, key=eve)
        nobodys = {**ids, "job_id": 999_999}
        missing = await world.api(method, path.format(**nobodys), body, key=eve)
        problem_of(foreign, 404, "not_found")
        assert foreign.json() == missing.json(), route
    assert await world.get_job({"id": ids["job_id"]}) == before


async def test_a_stranger_changes_nothing(world: World) -> None:
    job, eve = await world.make_job(), await stranger_in(world)
    await world.api("POST", f"/jobs/{job['id']}/pause", key=eve)
    await world.api("PUT", "/integrations/webhook", {"url": "", "is_enabled": False}, key=eve)
    await world.api("PUT", "/integrations/alert-rules", {"alert_on_down": False}, key=eve)

    assert await world.get_job(job) == job
    [mine] = data_of(await world.api("GET", "/integrations"))["integrations"]
    assert (mine["is_enabled"], mine["is_configured"]) == (True, True)
    assert data_of(await world.api("GET", "/integrations/alert-rules"))["alert_on_down"] is True


async def test_lists_hold_only_what_is_of_the_workspace(world: World) -> None:
    eve = await stranger_in(world)
    await world.make_job()
    listed = data_of(await world.api("GET", "/jobs", key=eve))
    assert (listed["jobs"], listed["pagination"]["total"]) == ([], 0)
    [theirs] = data_of(await world.api("GET", "/integrations", key=eve))["integrations"]
    assert (theirs["url"], theirs["is_configured"]) == (None, False)


async def test_the_output_of_a_signal_is_found_under_its_own_job_only(world: World) -> None:
    job, other = await world.make_job(), await world.make_job()
    await world.ping(job, content=b"output")
    [signal] = data_of(await world.api("GET", f"/jobs/{job['id']}/signals"))["signals"]
    answer = await world.api("GET", f"/jobs/{other['id']}/signals/{signal['id']}/output")
    problem_of(answer, 404, "not_found")


async def test_an_alert_goes_to_the_integrations_of_its_own_workspace(world: World) -> None:
    made = await set_up(world.db, "Elsewhere", "eve@example.com", world.clock())
    values = {"url": "https://elsewhere.test/hook"}
    await save_integration(
        world.db, world.sender, made.workspace_id, values, is_enabled=True, now=world.clock()
    )
    answer = await world.api(
        "POST", "/jobs", {"name": "x", "expected_interval_seconds": 60}, key=made.api_key
    )
    await world.ping(data_of(answer, 201), "/end/fail")
    await world.deliver_all()
    assert [config["url"] for config in world.sender.configs] == ["https://elsewhere.test/hook"]
