"""A service on this machine that is told over HTTP, as strict as the real one."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from aiohttp import web

from tests.support.stand_ins.script import Reply, Script, always, drip, flood, hang, reset


class HttpStandIn(ABC):
    """Takes what the real service takes, unless `script` says otherwise.

    `taken` is what it took; `config` is how an integration that tells it is set up.
    """

    def __init__(self) -> None:
        self.origin = ""
        self.script: Callable[[], Script] = always(Script.CALM)
        self.taken: list[Any] = []
        self.attempts = 0

    @property
    @abstractmethod
    def config(self) -> dict[str, str]: ...

    @abstractmethod
    def look_at(self, request: web.Request, body: bytes) -> Reply:
        """Take a message, or say what is wrong with it in the service's own words."""

    @abstractmethod
    def say(self, script: Script) -> Reply:
        """Return the service's own answer for ERROR, THROTTLE, GONE and REFUSE."""

    def behave(self, choose: Callable[[], Script]) -> None:
        """Do with each request what `choose` says then."""
        self.script = choose

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.attempts += 1
        body = await request.read()
        script = self.script()
        match script:
            case Script.CALM:
                return self.look_at(request, body).response()
            case Script.HANG:
                return await hang()
            case Script.RESET:
                return await reset(request)
            case Script.DRIP:
                return await drip(request)
            case Script.FLOOD:
                return await flood(request)
            case _:
                return self.say(script).response()


Some = TypeVar("Some", bound=HttpStandIn)


@asynccontextmanager
async def listening(stand_in: Some) -> AsyncIterator[Some]:
    """Let a stand-in listen on 127.0.0.1."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", stand_in.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stand_in.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield stand_in
    await runner.cleanup()


def units(text: str) -> int:
    """Count as services do that keep UTF-16: an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
