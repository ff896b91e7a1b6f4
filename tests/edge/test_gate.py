"""The gate in front of a plain ASGI app: who is let in, and what the app's errors become."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from cronbeats.domain.access import Identity, Role
from cronbeats.domain.audit import Actor, ActorKind
from cronbeats.domain.errors import NotFoundError, UnavailableError
from cronbeats.edge.gate import Gate
from tests.api.answers import NOW, problem_of
from tests.support.world import ROOMY_PLANS, World

LARGEST = 1_000_000
PROXIES = (ip_network("127.0.0.0/8"),)
App = Callable[[Any, Any, Any], Any]


class Behind:
    """Notes who comes in, and reads all that they bring."""

    def __init__(self, error: Exception | None = None, *, starts: bool = False) -> None:
        self.error = error
        self.starts = starts
        self.states: list[Any] = []
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.states.append(scope["state"])
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        self.bodies.append(body)
        if self.error is None or self.starts:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        if self.error is not None:
            raise self.error
        await send({"type": "http.response.body", "body": b"well done"})


def unheeded(key_id: int, now: datetime) -> None:
    """Take no note of the use of a key."""


async def knock(world: World, behind: App, **request: Any) -> httpx.Response:
    gate = Gate(behind, world.db, world.clock, ROOMY_PLANS, unheeded, trusted_proxies=PROXIES)
    headers = {"X-API-Key": world.api_key, **request.pop("headers", {})}
    transport = httpx.ASGITransport(gate)
    async with httpx.AsyncClient(transport=transport, base_url="http://cronbeats.test") as http:
        return await http.post("/anywhere", headers=headers, **request)


async def test_who_has_a_key_is_let_in_with_what_it_stands_for(world: World) -> None:
    behind = Behind()
    answer = await knock(
        world, behind, json={"a": 1}, headers={"X-Forwarded-For": "10.0.0.1, 192.0.2.7"}
    )
    assert (answer.status_code, answer.text) == (200, "well done")
    [state] = behind.states
    actor = Actor(ActorKind.API_KEY, f"First key ({world.api_key[:8]}…)", 1, "192.0.2.7")
    assert state["identity"] == Identity(1, world.workspace_id, Role.OWNER, "business", actor)
    assert state["request_id"] == answer.headers["X-Request-ID"]
    assert [json.loads(body) for body in behind.bodies] == [{"a": 1}]


async def test_who_has_no_key_never_reaches_the_app(world: World) -> None:
    behind = Behind()
    answer = await knock(
        world, behind, headers={"X-API-Key": "cb_wrong"}, content=b"x" * 2 * LARGEST
    )
    problem_of(answer, 401, "invalid_api_key")
    assert behind.states == []


async def test_an_error_of_the_app_is_told_by_its_request_id_alone(world: World) -> None:
    with capture_logs() as log:
        answer = await knock(world, Behind(RuntimeError("hunter2")))
    assert answer.json() == {
        "success": False,
        "error": "internal_error",
        "message": "Something went wrong on our side; the log tells more under this request id",
        "request_id": answer.headers["X-Request-ID"],
        "meta": {"timestamp": NOW},
    }
    assert answer.status_code == 500
    [entry] = log
    assert str(entry["exc_info"]) == "hunter2"
    assert entry["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(NotFoundError("Not here"), 404, "not_found"), (UnavailableError("x"), 503, "unavailable")],
)
async def test_an_error_that_we_know_is_told_in_its_words(
    world: World, error: Exception, status: int, code: str
) -> None:
    answer = await knock(world, Behind(error))
    problem_of(answer, status, code)
    assert answer.headers.get("Retry-After") == ("1" if status == 503 else None)


async def test_an_answer_that_has_begun_is_not_answered_twice(world: World) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    gate = Gate(
        Behind(RuntimeError("half way"), starts=True),
        world.db,
        world.clock,
        ROOMY_PLANS,
        unheeded,
        trusted_proxies=PROXIES,
    )
    await gate({"headers": [(b"x-api-key", world.api_key.encode())]}, receive, send)
    assert [(message["type"], message["status"]) for message in sent] == [
        ("http.response.start", 200)
    ]


async def test_a_body_over_the_limit_is_refused_however_it_comes(world: World) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(LARGEST // 10_000):
            yield b" " * 10_000
        yield b"1"

    for content in (b" " * LARGEST + b"1", chunks()):
        behind = Behind()
        answer = await knock(
            world, behind, content=content, headers={"Content-Type": "application/json"}
        )
        body = problem_of(answer, 413, "payload_too_large")
        assert body["message"] == "The body has more than 1,000,000 bytes"
        assert behind.bodies == []
