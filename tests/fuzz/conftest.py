"""A CronBeats behind a socket whose alerts reach nobody, and that everybody may ask for a lot."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from cronbeats.api.app import build_routes
from cronbeats.api.openapi import build_document, operations
from cronbeats.app import App
from cronbeats.domain.alert import Alert
from cronbeats.domain.delivery import Delivered, Delivery
from cronbeats.domain.integration import IntegrationKind
from cronbeats.edge.asgi import Receive, Scope, Send
from cronbeats.senders.protocol import ConfigField, Sender, Senders
from cronbeats.senders.registry import HttpClient, MailServer, Security, build_senders
from cronbeats.settings import Settings
from cronbeats.storage.database import Database
from tests.support.databases import CIPHER
from tests.support.machine import free_port
from tests.support.world import ROOMY_PLANS, Json, World


@dataclass(frozen=True)
class QuietSender:
    """Asks for the values that a real sender asks for, and sends nothing anywhere."""

    real: Sender

    @property
    def kind(self) -> IntegrationKind:
        return self.real.kind

    @property
    def fields(self) -> tuple[ConfigField, ...]:
        return self.real.fields

    @property
    def unavailable(self) -> str | None:
        return self.real.unavailable

    def explain_bad(self, config: Mapping[str, str]) -> dict[str, list[str]]:
        return self.real.explain_bad(config)

    async def send(self, _config: Mapping[str, str], _alert: Alert) -> Delivery:
        return Delivered(200, duration_ms=1)


@dataclass(frozen=True)
class Reached:
    """Where it listens, whose keys to use there, and the last requests, told without their keys."""

    url: str
    keys: Mapping[str, str] = field(repr=False)
    document: Json = field(repr=False)
    asked: deque[str] = field(default_factory=lambda: deque(maxlen=5))
    unanswered: set[str] = field(default_factory=set)

    @property
    def operations(self) -> list[str]:
        """Every call, as in `GET /api/v1/jobs`."""
        return [route for route, _ in operations(self.document["paths"])]


@pytest.fixture
async def reached(world: World) -> AsyncIterator[Reached]:
    """Give the world's own server."""
    async with _served(world) as found:
        yield found


@pytest.fixture
async def sqlite_reached(sqlite_database_url: str) -> AsyncIterator[Reached]:
    """Give a server on SQLite, where the database makes no difference."""
    db = Database(sqlite_database_url, cipher=CIPHER)
    world = World(db)
    await world.settle_in()
    async with _served(world) as found:
        yield found
    await world.http.aclose()
    await db.close()


@asynccontextmanager
async def _served(world: World) -> AsyncIterator[Reached]:
    others = World(world.db)
    await others.settle_in("Others")
    app, settings, senders = _app_of(world)
    found = Reached(
        settings.own_url,
        {"home": world.api_key, "others": others.api_key},
        build_document(build_routes(senders), settings.own_url),
    )

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        # Time stands still in this world, so there is nothing for loops to do.
        if scope["type"] != "http":
            return
        asked = f"{scope['method']} {scope['raw_path']!r}?{scope['query_string']!r}"
        found.asked.append(asked)
        found.unanswered.add(asked)
        await app(scope, receive, send)
        found.unanswered.discard(asked)

    server = Server(
        watched,
        address="127.0.0.1",
        port=settings.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.auto,
        websockets=False,
        log_enabled=False,
    )
    serving = asyncio.create_task(server.serve())
    await _wait_until_it_listens(found.url)
    yield found
    server.stop()  # type: ignore[no-untyped-call]
    await serving
    await others.http.aclose()


def _app_of(world: World) -> tuple[App, Settings, Senders]:
    mail = MailServer("127.0.0.1", 25, "alerts@example.com", "", Security.NONE, "", "", 1.0)
    real = build_senders(HttpClient(), world.clock, mail_server=mail, allow_apprise=True)
    senders: Senders = {kind: QuietSender(sender) for kind, sender in real.items()}
    world.courier_senders = senders
    settings = Settings(port=free_port(), ping_rate_per_second=0)
    app = App(
        settings,
        world.db,
        world.clock,
        senders,
        world.lookout,
        plans=ROOMY_PLANS,
        pause=world.pass_time,
    )
    return app, settings, senders


async def _wait_until_it_listens(url: str) -> None:
    transport = httpx.AsyncHTTPTransport(retries=20)
    async with httpx.AsyncClient(transport=transport, trust_env=False) as http:
        assert (await http.get(url)).status_code == 200
