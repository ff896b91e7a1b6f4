"""Success and error look alike whatever was asked for."""

from tests.api.answers import NOW, data_of, errors_of, problem_of
from tests.support.world import World


async def test_a_success_is_an_envelope_around_the_data(world: World) -> None:
    job = data_of(
        await world.api("POST", "/jobs", {"name": "a", "cron_expression": "* * * * *"}), 201
    )
    assert data_of(await world.api("GET", f"/jobs/{job['id']}")) == job
    listed = data_of(await world.api("GET", "/jobs"))
    assert listed.keys() == {"jobs", "pagination"}
    assert listed["jobs"] == [job]


async def test_an_error_is_told_as_the_published_document_shows_it(world: World) -> None:
    answer = await world.api("GET", "/jobs", key="cb_nobody")
    assert (answer.status_code, answer.json()) == (
        401,
        {
            "success": False,
            "error": "invalid_api_key",
            "message": "Invalid or expired API key",
            "meta": {"timestamp": NOW},
        },
    )


async def test_a_broken_rule_is_told_by_field(world: World) -> None:
    answer = await world.api("POST", "/jobs", {"name": "a", "expected_interval_seconds": 0})
    assert (answer.status_code, answer.json()) == (
        422,
        {
            "success": False,
            "error": "validation_error",
            "message": "The request has values that break a rule",
            "errors": {"expected_interval_seconds": ["Must be 1 or more."]},
            "meta": {"timestamp": NOW},
        },
    )
    assert errors_of(answer) == answer.json()["errors"]


async def test_each_answer_bears_a_request_id_of_its_own(world: World) -> None:
    answers = [
        await world.api("GET", "/jobs"),
        await world.api("GET", "/jobs"),
        await world.api("GET", "/jobs", key="cb_nobody"),
        await world.api("GET", "/nothing"),
        await world.api("GET", "/jobs/7"),
        await world.api("PATCH", "/jobs"),
        await world.api("GET", "/jobs?per_page=101"),
        await world.api("POST", "/jobs", content=b"x", headers={"Content-Type": "text/plain"}),
        await world.api("GET", "/integrations/alert-rules"),
        await world.http.get("/api/v1/jobs"),
    ]
    ids = [answer.headers.get_list("X-Request-ID") for answer in answers]
    assert [len(each) for each in ids] == [1] * len(answers)
    assert len({each[0] for each in ids}) == len(answers)


async def test_a_request_id_cannot_be_chosen_by_the_client(world: World) -> None:
    answer = await world.api("GET", "/jobs", headers={"X-Request-ID": "chosen"})
    data_of(answer)
    assert answer.headers.get_list("X-Request-ID") != ["chosen"]


async def test_errors_bear_the_moment_at_which_they_were_told(world: World) -> None:
    world.clock.turn(3661.9)
    body = problem_of(await world.api("GET", "/jobs/7"), 404, "not_found")
    assert body["meta"]["timestamp"] == "2026-03-02T13:01:01Z"
