"""GET, POST and HEAD are alike; clients know no other methods and few statuses."""

import pytest

from tests.ping.door import KEY, Jobs, caller, door_to

PATHS = ["", "/start", "/end/success", "/end/fail", "/fail", "/log", "/0", "/3"]
PATHS += ["/progress", "/progress/40"]
WRONG = ["/end/maybe", "/progress/-1", "/begin", "/"]
OTHER_METHODS = ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]


@pytest.mark.parametrize("path", PATHS)
async def test_get_post_and_head_are_the_same_signal(path: str) -> None:
    jobs = Jobs()
    async with caller(door_to(jobs)) as http:
        for method in ("GET", "POST", "HEAD"):
            answer = await http.request(method, f"/ping/{KEY}{path}?rid=7", content=b"output")
            assert answer.status_code == 200, method
    assert len(jobs.signals) == 3
    assert jobs.signals == [jobs.signals[0]] * 3
    assert (jobs.signals[0].run_id, jobs.signals[0].output) == ("7", "output")


async def test_head_is_answered_like_get_but_without_a_body() -> None:
    async with caller(door_to(Jobs())) as http:
        for path in [*PATHS, *WRONG]:
            get = await http.get(f"/ping/{KEY}{path}")
            head = await http.head(f"/ping/{KEY}{path}")
            assert head.status_code == get.status_code, path
            assert head.headers.keys() == get.headers.keys(), path
            assert head.content == b"", path
            assert int(head.headers["Content-Length"]) > 0, path


@pytest.mark.parametrize("method", OTHER_METHODS)
async def test_any_other_method_is_an_invalid_request(method: str) -> None:
    jobs = Jobs()
    async with caller(door_to(jobs)) as http:
        for path in [*PATHS, *WRONG, "/../nobody"]:
            answer = await http.request(method, f"/ping/{KEY}{path}", content=b"x")
            assert answer.status_code == 400, path
            assert answer.json() == {
                "status": "error",
                "message": "Invalid request: use GET, POST or HEAD",
            }
    assert jobs.signals == []


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
async def test_a_ping_is_never_redirected(method: str) -> None:
    jobs = Jobs()
    async with caller(door_to(jobs)) as http:
        for path in PATHS:
            for slash in ("", "/"):
                answer = await http.request(method, f"/ping/{KEY}{path}{slash}")
                assert answer.status_code == 200, path + slash
                assert "Location" not in answer.headers, path + slash
    without, with_slash = jobs.signals[::2], jobs.signals[1::2]
    assert without == with_slash
    assert len(without) == len(PATHS)


async def test_an_impossible_argument_is_answered_with_the_rule() -> None:
    rules = {
        "/end": "end must be followed by success or fail",
        "/end/maybe": "end must be followed by success or fail",
        "/progress/-1": "progress must be a whole number, 0 or more",
        "/start/now": "start takes no argument",
    }
    async with caller(door_to(Jobs())) as http:
        for path, rule in rules.items():
            answer = await http.get(f"/ping/{KEY}{path}")
            assert answer.status_code == 400, path
            assert answer.json() == {"status": "error", "message": f"Invalid request: {rule}"}


async def test_the_progress_in_the_path_goes_before_that_in_the_body() -> None:
    jobs = Jobs()
    async with caller(door_to(jobs)) as http:
        for path in ("/progress/40", "/progress/0", "/progress"):
            await http.post(f"/ping/{KEY}{path}", json={"message": "m", "progress": 70})
    assert [signal.progress for signal in jobs.signals] == [40, 0, 70]
    assert jobs.signals[0]._replace(progress=None) == jobs.signals[2]._replace(progress=None)
