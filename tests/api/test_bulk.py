"""Many jobs at once: the good ones are changed together, the others are told of in order."""

from tests.api.answers import data_of, errors_of, problem_of
from tests.support.world import Json, World


async def test_the_good_ones_are_paused_and_the_others_told_of_in_order(world: World) -> None:
    first, second, third = [await world.make_job(name=name) for name in "abc"]
    await world.api("POST", f"/jobs/{second['id']}/pause")
    ids = [999, third["id"], second["id"], first["id"], third["id"]]
    assert await bulk(world, "pause", ids) == {
        "total_requested": 5,
        "successfully_paused": 2,
        "failed": [
            {"id": 999, "error": "Job not found"},
            {"id": second["id"], "error": "Job is already disabled"},
            {"id": third["id"], "error": "Job is already disabled"},
        ],
    }
    assert await statuses(world) == ["disabled"] * 3


async def test_paused_jobs_are_resumed_together(world: World) -> None:
    jobs = [await world.make_job(name=name) for name in "ab"]
    ids = [job["id"] for job in jobs]
    await bulk(world, "pause", ids[:1])
    assert await bulk(world, "resume", ids) == {
        "total_requested": 2,
        "successfully_resumed": 1,
        "failed": [{"id": ids[1], "error": "Job is already enabled"}],
    }


async def test_deleted_jobs_are_gone_together(world: World) -> None:
    ids = [(await world.make_job(name=name))["id"] for name in "abc"]
    assert await bulk(world, "delete", [ids[0], ids[2], ids[0]]) == {
        "total_requested": 3,
        "successfully_deleted": 2,
        "failed": [{"id": ids[0], "error": "Job not found"}],
    }
    assert [job["id"] for job in data_of(await world.api("GET", "/jobs"))["jobs"]] == [ids[1]]


async def test_what_is_no_list_of_ids_changes_nothing(world: World) -> None:
    job = await world.make_job()
    one = job["id"]
    for bad in ([], [one] * 101, ["1"], [True], [0], [-1], [2**53], [1.5], "1", None, [one, "x"]):
        answer = await world.api("POST", "/jobs/bulk/delete", {"job_ids": bad})
        assert all(field.startswith("job_ids") for field in errors_of(answer)), bad
    errors_of(await world.api("POST", "/jobs/bulk/delete", {"job_ids": [one], "force": True}))
    problem_of(await world.api("POST", "/jobs/bulk/explode", {"job_ids": [one]}), 404, "not_found")
    assert await world.get_job(job) == job


async def bulk(world: World, what: str, ids: list[int]) -> Json:
    report: Json = data_of(await world.api("POST", f"/jobs/bulk/{what}", {"job_ids": ids}))
    return report


async def statuses(world: World) -> list[str]:
    return [job["status"] for job in data_of(await world.api("GET", "/jobs"))["jobs"]]
