"""What a stand-in can be told to do, and how a server that speaks HTTP does it."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from aiohttp import web

THROTTLED_SECONDS = 7
_MEGABYTE = b"x" * 2**20
_MOST_MEGABYTES = 64


class Script(Enum):
    """One way to behave."""

    CALM = auto()
    ERROR = auto()
    HANG = auto()
    RESET = auto()
    DRIP = auto()
    FLOOD = auto()
    THROTTLE = auto()
    GONE = auto()
    REFUSE = auto()


TROUBLES = (Script.ERROR, Script.RESET, Script.THROTTLE)


@dataclass(frozen=True)
class Reply:
    """An answer over HTTP."""

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    def response(self) -> web.Response:
        return web.Response(
            status=self.status,
            text=self.body,
            headers=self.headers,
            content_type=self.content_type,
        )


def always(script: Script) -> Callable[[], Script]:
    return lambda: script


def at_times(percent: int, seed: int) -> Callable[[], Script]:
    """Be in trouble in so many of a hundred cases, the same ones for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - no secret depends on it

    def choose() -> Script:
        return chance.choice(TROUBLES) if chance.randrange(100) < percent else Script.CALM

    return choose


async def hang() -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError("nobody wakes it up")


async def reset(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def drip(request: web.Request) -> web.StreamResponse:
    """Send the head of an answer one byte at a time, for ever."""
    transport = request.transport
    assert transport is not None
    transport.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    while not transport.is_closing():
        transport.write(b".")
        await asyncio.sleep(0.02)
    return web.Response()


async def flood(request: web.Request) -> web.StreamResponse:
    """Take the message, and say far more than anybody wants to read."""
    response = web.StreamResponse(headers={"Content-Type": "text/plain"})
    await response.prepare(request)
    for _ in range(_MOST_MEGABYTES):
        await response.write(_MEGABYTE)
    raise AssertionError("all of a huge answer was read")
