from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from cronbeats.senders.registry import HttpClient
from tests.senders.receiver import Receiver


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Give a server that listens on 127.0.0.1."""
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
async def http() -> AsyncIterator[HttpClient]:
    """Give a client that may call this machine."""
    client = HttpClient(allowed_networks=["127.0.0.0/8"], allow_http=True)
    yield client
    await client.close()


@pytest.fixture
async def impatient_http() -> AsyncIterator[HttpClient]:
    """Give a client that waits for a moment only."""
    client = HttpClient(
        allowed_networks=["127.0.0.0/8"], allow_http=True, total_timeout_seconds=0.2
    )
    yield client
    await client.close()


@pytest.fixture
async def guarded_http() -> AsyncIterator[HttpClient]:
    """Give a client that may call public addresses only."""
    client = HttpClient(allow_http=True)
    yield client
    await client.close()
