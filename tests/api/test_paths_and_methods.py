"""A path that leads nowhere, a number that is none, and a method that a path does not know."""

from collections.abc import MutableMapping
from typing import Any

from tests.api.answers import problem_of
from tests.support.world import World

UNKNOWN = [
    "",
    "/",
    "/nothing",
    "/jobs/",
    "//jobs",
    "/Jobs",
    "/jobs/1/nothing",
    "/jobs/1/pause/now",
    "/jobs/1/signals/1",
    "/jobs/1/signals/1/output/",
    "/integrations/",
    "/integrations/pager/test",
    "/../v1/nothing",
    "/%2e%2e/jobs",
    "/jobs%00",
    "/jobs/%FF/%FE",
    "/docs",
    "/openapi.json/",
    "/openapi.yaml",
    "/redoc",
]
NO_IDS = [
    "abc",
    "0",
    "-1",
    "1.5",
    "1e3",
    "0x1",
    "%20",
    "%00",
    "%D9%A1",
    "null",
    "01",
    "+1",
    "%201",
    "1%20",
    "1_0",
    "1.0",
    "9" * 30,
    "9" * 9999,
]
NO_IDS += [str(2**63), str(2**64 + 1)]

ALLOWED = {
    "/jobs": {"GET", "HEAD", "POST"},
    "/jobs/1": {"GET", "HEAD"},
    "/jobs/1/pause": {"POST"},
    "/jobs/1/resume": {"POST"},
    "/jobs/1/signals": {"GET"},
    "/jobs/1/signals/1/output": {"GET"},
    "/integrations": {"GET"},
    "/integrations/webhook": {"PUT"},
    "/integrations/webhook/test": {"POST"},
    "/integrations/alert-rules": {"GET", "PUT"},
}


async def test_a_path_that_leads_nowhere_answers_404(world: World) -> None:
    for path in UNKNOWN:
        for method in ("GET", "POST", "BREW"):
            problem_of(await world.api(method, path), 404, "not_found")


async def test_an_id_that_is_no_number_or_nobodys_answers_404(world: World) -> None:
    job = await world.make_job()
    await world.ping(job, content=b"output")
    assert (await world.api("GET", "/jobs/1/signals/1/output")).status_code == 200
    for wrong in [*NO_IDS, str(2**53 - 1), str(2**53), "999"]:
        for method, path in (("GET", ""), ("POST", "/pause"), ("GET", "/signals")):
            problem_of(await world.api(method, f"/jobs/{wrong}{path}"), 404, "not_found")
    for wrong in NO_IDS:
        path = f"/jobs/1/signals/{wrong}/output"
        problem_of(await world.api("GET", path), 404, "not_found")


async def test_a_wrong_method_is_told_which_ones_there_are(world: World) -> None:
    for path, allowed in ALLOWED.items():
        for method in ("TRACE", "OPTIONS", "BREW"):
            answer = await world.api(method, path)
            problem_of(answer, 405, "method_not_allowed")
            told = {each.strip() for each in answer.headers["Allow"].split(",")}
            assert told >= allowed, path
            assert method not in told, path
            assert ("HEAD" in told) is ("GET" in told), path


async def test_head_is_answered_as_get_is_without_the_body(world: World) -> None:
    job = await world.make_job()
    for path in ("/jobs", f"/jobs/{job['id']}", "/jobs/999", "/jobs?per_page=0", "/nothing"):
        got, head = await world.api("GET", path), await world.api("HEAD", path)
        assert head.status_code == got.status_code, path
        assert await body_on_the_wire(world, "GET", path) == got.content, path
        assert await body_on_the_wire(world, "HEAD", path) == b"", path
        for name in ("Content-Type", "Content-Length"):
            assert head.headers[name] == got.headers[name], path
    answer = await world.api("HEAD", f"/jobs/{job['id']}/pause")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


async def test_nothing_of_the_api_is_ever_redirected(world: World) -> None:
    for path in ("/jobs/", "/jobs//", "/integrations/", "//jobs", "/jobs/1/"):
        answer = await world.api("GET", path)
        assert answer.status_code == 404, path
        assert "Location" not in answer.headers, path


async def test_a_path_beside_this_version_is_an_error_of_the_api_too(world: World) -> None:
    headers = {"X-API-Key": world.api_key}
    for path in ("/api", "/api/", "/api/v1", "/api/v2/jobs", "/api/v10", "/api/jobs"):
        problem_of(await world.http.get(path, headers=headers), 404, "not_found")
        problem_of(await world.http.get(path), 401, "invalid_api_key")


async def body_on_the_wire(world: World, method: str, path: str) -> bytes:
    """Ask without a client, which would not show a body that came with HEAD."""
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": f"/api/v1{path}",
        "query_string": query.encode(),
        "headers": [(b"x-api-key", world.api_key.encode())],
        "client": None,
    }
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await world.app(scope, receive, send)
    return b"".join(message.get("body", b"") for message in sent)
