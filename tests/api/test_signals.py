"""What a job has told us, newest first, and the output that it brought along."""

from typing import Any

from tests.api.answers import NOW, data_of, problem_of
from tests.support.world import Json, World


async def browse(world: World, job: Json, query: str = "") -> Any:
    return data_of(await world.api("GET", f"/jobs/{job['id']}/signals?{query}"))


async def output_of(world: World, job: Json, signal: Json) -> Any:
    return await world.api("GET", f"/jobs/{job['id']}/signals/{signal['id']}/output")


async def test_a_job_that_told_nothing_has_no_signals(world: World) -> None:
    pagination = {"page": 1, "per_page": 50, "total": 0, "total_pages": 0}
    assert await browse(world, await world.make_job()) == {
        "signals": [],
        "pagination": pagination,
    }


async def test_a_signal_is_shown_with_all_that_came_with_it(world: World) -> None:
    job = await world.make_job()
    await world.ping(
        job,
        "/progress/40?rid=run-1",
        json={"message": "half way"},
        headers={"User-Agent": "backup/2.1"},
    )
    [signal] = (await browse(world, job))["signals"]
    assert isinstance(signal["id"], int)
    assert signal == {
        "id": signal["id"],
        "type": "progress",
        "received_at": NOW,
        "run_id": "run-1",
        "message": "half way",
        "output_size": len('{"message":"half way"}'),
        "exit_code": None,
        "duration_ms": None,
        "progress": 40,
        "source_ip": "127.0.0.1",
        "user_agent": "backup/2.1",
    }


async def test_signals_are_listed_newest_first_and_in_pages(world: World) -> None:
    job, other = await world.make_job(), await world.make_job()
    await world.ping(other)
    verbs = {"/start": "start", "/progress/7": "progress", "/end/fail": "fail"}
    verbs |= {"/end/success": "success", "": "ping"}
    for verb in verbs:
        await world.ping(job, verb)
        world.clock.turn(20)
    seen = []
    for page in (1, 2, 3):
        listed = await browse(world, job, f"page={page}&per_page=2")
        assert listed["pagination"] == {
            "page": page,
            "per_page": 2,
            "total": 5,
            "total_pages": 3,
        }
        seen += listed["signals"]
    assert [signal["type"] for signal in seen] == list(verbs.values())[::-1]
    assert seen[0]["received_at"] == "2026-03-02T12:01:20Z"
    assert (await browse(world, job, "page=4&per_page=2"))["signals"] == []


async def test_signals_of_one_moment_stay_in_the_order_of_their_arrival(world: World) -> None:
    job = await world.make_job()
    for number in range(5):
        await world.ping(job, f"/progress/{number}")
    listed = (await browse(world, job))["signals"]
    assert [signal["progress"] for signal in listed] == [4, 3, 2, 1, 0]


async def test_the_end_of_a_run_shows_how_long_it_took(world: World) -> None:
    job = await world.make_job(expected_interval_seconds=3600)
    for end in ("/end/success", "/end/fail", ""):
        await world.ping(job, "/start")
        world.clock.turn(90.5)
        await world.ping(job, end)
        ended, started = (await browse(world, job, "per_page=2"))["signals"]
        assert (ended["duration_ms"], started["duration_ms"]) == (90_500, None), end
        world.clock.turn(60)


async def test_runs_with_ids_are_timed_each_on_its_own(world: World) -> None:
    job = await world.make_job(expected_interval_seconds=3600)
    await world.ping(job, "/start?rid=a")
    world.clock.turn(30)
    await world.ping(job, "/start?rid=b")
    world.clock.turn(30)
    await world.ping(job, "/end/success?rid=a")
    world.clock.turn(60)
    await world.ping(job, "/end/success?rid=b")
    ended = (await browse(world, job, "per_page=2"))["signals"]
    assert [(each["run_id"], each["duration_ms"]) for each in ended] == [
        ("b", 90_000),
        ("a", 60_000),
    ]


async def test_a_run_without_a_start_took_no_known_time(world: World) -> None:
    job = await world.make_job()
    await world.ping(job, "/end/success")
    [signal] = (await browse(world, job))["signals"]
    assert signal["duration_ms"] is None


async def test_the_exit_code_of_a_run_is_shown(world: World) -> None:
    job = await world.make_job()
    for verb in ("/0", "/3", "/255", "/end/success", "/fail"):
        await world.ping(job, verb)
        world.clock.turn(20)
    listed = (await browse(world, job))["signals"]
    assert [(each["type"], each["exit_code"]) for each in reversed(listed)] == [
        ("success", 0),
        ("fail", 3),
        ("fail", 255),
        ("success", None),
        ("fail", None),
    ]


async def test_progress_over_a_hundred_is_shown_as_a_hundred(world: World) -> None:
    job = await world.make_job()
    for told in (99, 100, 101, 10**12):
        await world.ping(job, f"/progress/{told}")
    listed = (await browse(world, job))["signals"]
    assert [signal["progress"] for signal in listed] == [100, 100, 100, 99]


async def test_output_is_given_back_as_it_came(world: World) -> None:
    job = await world.make_job()
    text = "<script>alert(1)</script>\n\tüber 😀\x1b[0m"
    await world.ping(job, "/end/fail", content=text.encode())
    [signal] = (await browse(world, job))["signals"]
    assert signal["output_size"] == len(text.encode())
    answer = await output_of(world, job, signal)
    assert (answer.status_code, answer.text) == (200, text)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Request-ID"]


async def test_a_signal_without_output_has_none_to_give(world: World) -> None:
    job = await world.make_job()
    await world.ping(job)
    [signal] = (await browse(world, job))["signals"]
    problem_of(await output_of(world, job, signal), 404, "not_found")
    problem_of(await output_of(world, job, {"id": signal["id"] + 1}), 404, "not_found")
