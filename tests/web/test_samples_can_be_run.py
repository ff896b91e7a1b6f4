"""The samples of the documentation do what the documentation says when they are run."""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from html import unescape

import httpx
import pytest
from aiohttp import web

from cronbeats.app import App
from cronbeats.settings import Settings
from tests.senders.receiver import Received, Receiver, answering
from tests.support.world import World

KEY = "cb_from_the_environment"
# Each runs all samples of its language, one after the other.
RUNNERS = {
    "curl": ["bash", "-eu", "-c", 'while IFS= read -r -d "" each; do eval "$each"; done'],
    "python": [
        sys.executable,
        "-c",
        "import sys\nfor each in sys.stdin.read().split(chr(0))[:-1]: exec(each, {})",
    ],
    "javascript": [
        "node",
        "-e",
        (
            "(async () => {"
            "  for (const each of require('fs').readFileSync(0, 'utf8').split('\\0').slice(0, -1))"
            "    await Object.getPrototypeOf(async () => {}).constructor(each)();"
            "})()"
        ),
    ],
}


@pytest.fixture
async def listener() -> AsyncIterator[Receiver]:
    """Give a server that notes what the samples ask for."""
    receiver = Receiver(respond=answering(200, '{"success": true}'))
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield receiver
    await runner.cleanup()


async def samples_of(world: World, listener: Receiver) -> dict[str, dict[str, str]]:
    """Return by language, and by the name of the call, the samples on the page of a server."""
    app = App(Settings(public_url=listener.origin), world.db, world.clock, world.senders)
    async with world.client_of(app) as http:
        html = (await http.get("/docs/api")).text
    calls = re.findall(r'<article class="call" id="(\w+)">(.*?)</article>', html, re.DOTALL)
    pattern = '<pre class="of-{}"[^>]*>(.*?)</pre>'
    return {
        language: {
            name: unescape(found[1])
            for name, call in calls
            if (found := re.search(pattern.format(language), call, re.DOTALL))
        }
        for language in RUNNERS
    }


async def run(language: str, samples: dict[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *RUNNERS[language],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "CRONBEATS_API_KEY": KEY, "NO_PROXY": "127.0.0.1"},
    )
    script = "".join(f"{sample}\0" for sample in samples.values())
    _, errors = await process.communicate(script.encode())
    assert process.returncode == 0, errors.decode()


def meaning(request: Received) -> tuple[str, str, str, object]:
    """Return what the API sees of a request."""
    body = json.loads(request.body) if request.body else None
    if body is not None:
        assert request.headers["content-type"] == "application/json"
    return request.method, request.path, request.headers["x-api-key"], body


async def ask(world: World, method: str, path: str, body: object) -> httpx.Response:
    """Send what a sample sends, about a job and a signal that there are."""
    job = await world.make_job()
    await world.ping(job, content=b"output")
    signals = (await world.api("GET", f"/jobs/{job['id']}/signals")).json()["data"]["signals"]
    path = path.replace("/jobs/1", f"/jobs/{job['id']}", 1)
    path = path.replace("/signals/1/", f"/signals/{signals[0]['id']}/")
    return await world.api(method, path.removeprefix("/api/v1"), body)


async def test_every_sample_asks_for_its_call_and_is_answered_as_documented(
    world: World, listener: Receiver
) -> None:
    samples = await samples_of(world, listener)
    asked: dict[str, list[tuple[str, str, str, object]]] = {}
    for language, each in samples.items():
        assert len(each) == len(world.published.operations)
        listener.received.clear()
        await run(language, each)
        asked[language] = [meaning(request) for request in listener.received]

    assert asked["python"] == asked["curl"]
    assert asked["javascript"] == asked["curl"]
    names = {
        operation["operationId"]: route for route, operation in world.published.operations.items()
    }
    for name, (method, path, key, body) in zip(samples["curl"], asked["curl"], strict=True):
        assert key == KEY
        assert world.published.route_of(method, path.partition("?")[0]) == names[name]
        answer = await ask(world, method, path, body)
        assert answer.is_success, (name, answer.text)
