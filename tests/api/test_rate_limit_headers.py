"""Whatever is answered to who has a key, it says what is left of the limits, once."""

from typing import Any

import httpx
import pytest
from sqlalchemy import update

from cronbeats.app import App
from cronbeats.domain.access import Role
from cronbeats.domain.integration import IntegrationKind
from cronbeats.settings import Settings
from cronbeats.storage.schema import workspaces
from tests.api.answers import RATE_LIMIT_HEADERS
from tests.api.routes import ROUTES, ids_of_new_job
from tests.api.test_unforeseen_errors import BrokenSender
from tests.support.world import World

TEXT = {"content": b"x", "headers": {"Content-Type": "text/plain"}}
BROKEN = {"content": b"{", "headers": {"Content-Type": "application/json"}}
LARGE = {"content": b" " * 1_000_001, "headers": {"Content-Type": "application/json"}}
ASKED: list[tuple[int, str, str, dict[str, Any]]] = [
    (200, "GET", "/jobs", {}),
    (201, "POST", "/jobs", {"json": {"name": "x", "expected_interval_seconds": 60}}),
    (400, "POST", "/jobs", BROKEN),
    (404, "GET", "/nothing", {}),
    (404, "GET", "/jobs/999", {}),
    (404, "GET", "/jobs/abc", {}),
    (405, "BREW", "/jobs", {}),
    (413, "POST", "/jobs", LARGE),
    (415, "POST", "/jobs", TEXT),
    (422, "POST", "/jobs", {"json": {"name": "x", "expected_interval_seconds": 0}}),
    (422, "GET", "/jobs?per_page=101", {}),
]


def assert_counted(answer: httpx.Response, number: int) -> None:
    """Check the headers of an answer; before it there were `number` requests, less one."""
    names = [name for name, _ in answer.headers.multi_items() if name.startswith("x-ratelimit-")]
    assert sorted(names) == sorted(RATE_LIMIT_HEADERS), answer.text
    assert answer.headers["X-RateLimit-Remaining-Minute"] == str(60 - number)
    assert answer.headers["X-RateLimit-Remaining-Day"] == str(20_000 - number)


async def test_success_and_errors_count_alike(limited_world: World) -> None:
    for number, (status, method, path, more) in enumerate(ASKED, start=1):
        answer = await limited_world.api(method, path, **more)
        assert answer.status_code == status, answer.text
        assert_counted(answer, number)


async def test_who_may_not_do_something_is_counted(limited_world: World) -> None:
    viewer = await limited_world.key_with(Role.VIEWER)
    answer = await limited_world.api("POST", "/jobs/1/pause", key=viewer)
    assert answer.status_code == 403
    assert_counted(answer, 1)


async def test_a_plan_without_the_api_is_counted(limited_world: World) -> None:
    async with limited_world.db.write() as tx:
        await tx.execute(update(workspaces).values(plan="free"))
    for number in (1, 2):
        answer = await limited_world.api("GET", "/jobs")
        assert (answer.status_code, answer.json()["error"]) == (403, "business_plan_required")
        assert_counted(answer, number)


@pytest.mark.parametrize(
    ("method", "path", "body"), [("PUT", "", {"url": "x"}), ("POST", "/test", None)]
)
async def test_an_unforeseen_error_is_counted(
    limited_world: World, method: str, path: str, body: Any
) -> None:
    senders = {IntegrationKind.WEBHOOK: BrokenSender()}
    app = App(Settings(), limited_world.db, limited_world.clock, senders)
    await limited_world.http.aclose()
    limited_world.http = httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://cronbeats.test"
    )
    answer = await limited_world.api(method, f"/integrations/webhook{path}", body)
    assert answer.status_code == 500
    assert_counted(answer, 1)


async def test_every_route_tells_what_is_left(world: World) -> None:
    for route, (_, body) in ROUTES.items():
        method, _, path = route.partition(" ")
        ids = await ids_of_new_job(world)
        answer = await world.api(method, path.format(**ids), body)
        assert answer.is_success, route
        assert set(answer.headers) >= RATE_LIMIT_HEADERS, route
