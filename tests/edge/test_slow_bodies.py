"""A body that comes too slowly is answered, so that nobody holds a request open for ever."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

from starlette.requests import Request

from cronbeats.edge.asgi import AsgiApp
from cronbeats.edge.gate import Gate as ApiGate
from cronbeats.edge.slow_body import Body, Patience
from cronbeats.web.forms import read_form
from cronbeats.web.gate import Gate as WebGate
from tests.support.world import ROOMY_PLANS, World

Message = MutableMapping[str, Any]
NO_TIME = 0.0
PART: Message = {"type": "http.request", "body": b"a=", "more_body": True}


class Slow:
    """Sends a part of a body, or none, and no more."""

    def __init__(self, parts: int = 1) -> None:
        self._parts = [PART] * parts

    async def receive(self) -> Message:
        if self._parts:
            return self._parts.pop()
        await asyncio.Event().wait()
        raise AssertionError("it goes on for ever")


async def ask(door: AsgiApp, headers: dict[str, str]) -> tuple[int, bytes]:
    """Send a request whose body never ends; return the status and the body of the answer."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/anywhere",
        "query_string": b"",
        "headers": [*raw, (b"content-length", b"10")],
        "client": ("192.0.2.1", 1),
    }
    await asyncio.wait_for(door(scope, Slow().receive, send), 10)
    return sent[0]["status"], b"".join(each["body"] for each in sent[1:])


async def test_a_form_that_never_ends_is_refused() -> None:
    async def page(scope: Any, receive: Any, send: Any) -> None:
        await read_form(Request(scope, receive))

    status, body = await ask(WebGate(page, patience=Patience(NO_TIME)), {})
    assert (status, b"took too long" in body) == (408, True)


async def test_a_request_of_the_api_that_never_ends_is_refused(world: World) -> None:
    async def call(scope: Any, receive: Any, send: Any) -> None:
        await Request(scope, receive).body()

    gate = ApiGate(
        call,
        world.db,
        world.clock,
        ROOMY_PLANS,
        lambda *_: None,
        trusted_proxies=(),
        patience=Patience(NO_TIME),
    )
    headers = {"X-API-Key": world.api_key, "Content-Type": "application/json"}
    status, body = await ask(gate, headers)
    assert (status, b"bad_request" in body) == (400, True)


async def test_after_its_body_a_request_may_last_as_long_as_it_likes() -> None:
    gone = asyncio.Event()
    whole: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if whole:
            return whole.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    body = Body(receive, Patience(NO_TIME))
    await body.receive()
    waiting = asyncio.create_task(body.receive())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    gone.set()
    assert (await waiting)["type"] == "http.disconnect"
    assert not body.is_too_slow


async def test_when_patience_ends_nobody_is_waited_for_any_more() -> None:
    patience = Patience(60)
    waiting = asyncio.create_task(Body(Slow(parts=0).receive, patience).receive())
    await asyncio.sleep(0)
    patience.end(within_seconds=NO_TIME)
    for body in (waiting, Body(Slow(parts=0).receive, patience).receive()):
        assert (await asyncio.wait_for(body, 10))["type"] == "http.disconnect"


async def test_a_body_whose_rest_is_on_its_way_when_patience_ends_is_received_whole() -> None:
    patience, rest = Patience(60), asyncio.Event()

    async def receive() -> Message:
        await rest.wait()
        return {"type": "http.request", "body": b"the rest", "more_body": False}

    waiting = asyncio.create_task(Body(receive, patience).receive())
    await asyncio.sleep(0)
    patience.end()
    await asyncio.sleep(0.01)
    rest.set()
    assert (await waiting)["body"] == b"the rest"
