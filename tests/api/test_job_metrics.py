"""How each job stands is told to Prometheus, by a key that may read."""

from collections.abc import Sequence

import pytest
from sqlalchemy import insert, select

from cronbeats.domain.access import Role
from cronbeats.storage.schema import job_states, jobs
from tests.support.queries import noting_queries
from tests.support.scrape import OPENMETRICS, Scrape, scraped
from tests.support.world import Json, World

HOSTILE = 'Q"uo\\te\nof {"job" 🎉'
STATUS, DURATION = "cronbeats_job_status", "cronbeats_job_last_duration_seconds"
SUCCESS, SIGNAL = (f"cronbeats_job_last_{what}_timestamp_seconds" for what in ("success", "signal"))


async def scrape(world: World, path: str = "/metrics", accept: str = "text/plain") -> Scrape:
    key = await world.key_with(Role.VIEWER)
    return scraped(await world.api("GET", path, key=key, headers={"Accept": accept}))


def statuses(told: Scrape) -> dict[str, str]:
    """Return the status of each job by its name."""
    return {
        sample.labels["name"]: sample.labels["status"]
        for metric in told.metrics
        for sample in metric.samples
        if sample.name == STATUS and sample.value
    }


@pytest.mark.parametrize("accept", ["text/plain", OPENMETRICS])
async def test_a_job_is_told_in_numbers(world: World, accept: str) -> None:
    job = await world.make_job(tags=["disk", "nightly"])
    await world.ping(job, "/start")
    world.clock.turn(8.25)
    await world.ping(job, "/end/success")
    succeeded = world.clock().timestamp()
    world.clock.turn(5)
    await world.ping(job, "/log")
    told = await scrape(world, accept=accept)
    it = {"job_id": str(job["id"]), "name": "Backup"}
    assert told.value("cronbeats_job_info", tags=",disk,nightly,", **it) == 1
    assert statuses(told) == {"Backup": "healthy"}
    assert len(told.values(STATUS, **it)) == 5
    assert told.value(DURATION, **it) == 8.25
    assert told.value(SUCCESS, **it) == pytest.approx(succeeded)
    assert told.value(SIGNAL, **it) == pytest.approx(succeeded + 5)
    assert told.value("cronbeats_job_paused", **it) == 0
    assert told.value("cronbeats_job_muted", **it) == 0
    assert job["job_key"] not in str(told.metrics)


async def test_what_a_job_has_not_done_yet_is_left_out(world: World) -> None:
    await world.make_job()
    told = await scrape(world)
    assert statuses(told) == {"Backup": "pending"}
    assert told.value("cronbeats_job_info", tags="") == 1
    assert not told.names() & {DURATION, SUCCESS, SIGNAL}


async def test_statuses_are_those_of_the_moment_also_before_the_clock_looks(world: World) -> None:
    await world.ping(await world.make_job(name="sleeps"))
    paused = await world.make_job(name="paused")
    await world.api("POST", f"/jobs/{paused['id']}/pause")
    world.clock.turn(91)
    told = await scrape(world)
    assert statuses(told) == {"sleeps": "late", "paused": "disabled"}
    assert told.value("cronbeats_job_paused", name="paused") == 1
    assert told.value("cronbeats_job_paused", name="sleeps") == 0
    world.clock.turn(3600)
    assert statuses(await scrape(world))["sleeps"] == "down"


async def test_a_mute_that_is_over_is_none(world: World) -> None:
    job = await world.make_job()
    await world.api("POST", f"/jobs/{job['id']}/mute", {"seconds": 60})
    assert (await scrape(world)).value("cronbeats_job_muted") == 1
    world.clock.turn(60)
    assert (await scrape(world)).value("cronbeats_job_muted") == 0


@pytest.mark.parametrize("accept", ["text/plain", OPENMETRICS])
async def test_names_and_tags_are_escaped(world: World, accept: str) -> None:
    name = HOSTILE.replace("\n", " ")
    await world.make_job(name=name, tags=['a"b\\', "c,d"])
    told = await scrape(world, accept=accept)
    assert told.value("cronbeats_job_info", name=name, tags=',a"b\\,c,d,') == 1


async def test_jobs_are_chosen_by_their_tags(world: World) -> None:
    for tags in (["a"], ["a", "b"], ["b"]):
        await world.make_job(name="+".join(tags), tags=tags)
    assert set(statuses(await scrape(world, "/metrics?tag=a"))) == {"a", "a+b"}
    assert set(statuses(await scrape(world, "/metrics?tag=a&tag=b"))) == {"a+b"}


async def test_very_many_jobs_cost_no_more_queries_and_too_many_are_refused(world: World) -> None:
    pattern = await world.make_job(tags=["few"])
    async with noting_queries(world.db) as few:
        await scrape(world)
    await copy_job(world, pattern, range(10_001, 20_001))
    async with noting_queries(world.db) as many:
        answer = await world.api("GET", "/metrics")
    assert len(many) <= len(few)
    assert answer.status_code == 422
    assert "There are more than 10000 of these jobs" in answer.text
    assert len(statuses(await scrape(world, "/metrics?tag=few"))) == 1


async def copy_job(world: World, pattern: Json, ids: Sequence[int]) -> None:
    """Make jobs like one, but without its tags, as quickly as can be."""
    async with world.db.write() as tx:
        job = (await tx.execute(select(jobs).where(jobs.c.id == pattern["id"]))).one()._asdict()
        own = job_states.c.job_id == pattern["id"]
        state = (await tx.execute(select(job_states).where(own))).one()._asdict()
        rows = [{**job, "id": id_, "job_key": f"{id_:08}", "tags": []} for id_ in ids]
        await tx.execute(insert(jobs), rows)
        await tx.execute(insert(job_states), [{**state, "job_id": id_} for id_ in ids])
