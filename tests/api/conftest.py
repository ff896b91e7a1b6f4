"""A world whose alerts really leave, to a server on this machine."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from cronbeats.app import App
from cronbeats.senders.protocol import Senders
from cronbeats.senders.registry import HttpClient, build_senders
from cronbeats.settings import Settings
from tests.senders.mail import server_at
from tests.senders.receiver import Receiver
from tests.support.published import published
from tests.support.stand_ins.mail import MailStandIn, mail_stand_in
from tests.support.world import ROOMY_PLANS, World


@pytest.fixture
async def far_side() -> AsyncIterator[Receiver]:
    """Give the server that is told: it stands for Slack, Discord, Telegram and a webhook."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield receiver
    await runner.cleanup()


@pytest.fixture
async def mail_server() -> AsyncIterator[MailStandIn]:
    """Give the mail server of this machine."""
    async with mail_stand_in() as server:
        yield server


@pytest.fixture
async def telling_world(world: World, far_side: Receiver) -> AsyncIterator[World]:
    """Give a world that has a sender of every kind and may call this machine."""
    client = HttpClient(allowed_networks=["127.0.0.0/8"], allow_http=True)
    senders = build_senders(client, world.clock, telegram_api_base=far_side.origin)
    await _tell_through(world, senders)
    yield world
    await client.close()


@pytest.fixture
async def mailing_world(world: World, mail_server: MailStandIn) -> World:
    """Give a world that can send e-mail."""
    senders = build_senders(HttpClient(), world.clock, mail_server=server_at(mail_server.port))
    await _tell_through(world, senders)
    return world


@pytest.fixture
async def apprising_world(world: World) -> World:
    """Give a world whose operator allows Apprise."""
    await _tell_through(world, build_senders(HttpClient(), world.clock, allow_apprise=True))
    return world


async def _tell_through(world: World, senders: Senders) -> None:
    world.courier_senders = senders
    world.app = App(
        Settings(ping_rate_per_second=0), world.db, world.clock, senders, plans=ROOMY_PLANS
    )
    await world.http.aclose()
    world.published = published(senders)
    world.http = world.client_of(world.app)
