"""Nobody is blamed while the body of a ping is on its way."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

from cronbeats.ping.intake import Intake
from tests.ping.door import KEY, OTHER_KEY, Jobs, caller, door_to

Message = MutableMapping[str, Any]


async def test_a_ping_whose_body_comes_slowly_holds_judgement_back() -> None:
    intake = Intake(Jobs().receive, lambda: None)
    door = door_to(intake)
    async with caller(door) as http:
        await http.get(f"/ping/{KEY}")
    sent = asyncio.Event()
    for key, holds_back in ((KEY, True), (OTHER_KEY, False)):
        sent.clear()
        ping = asyncio.create_task(door(scope(key), slowly(sent), swallow))
        await asyncio.sleep(0)
        assert (intake.oldest_unsettled() is not None) is holds_back, key
        sent.set()
        await ping
        assert intake.oldest_unsettled() is None


def scope(key: str) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": f"/ping/{key}",
        "raw_path": f"/ping/{key}".encode(),
        "query_string": b"",
        "headers": [(b"content-length", b"3")],
        "client": ("192.0.2.1", 1),
    }


def slowly(sent: asyncio.Event) -> Any:
    async def receive() -> Message:
        await sent.wait()
        return {"type": "http.request", "body": b"log", "more_body": False}

    return receive


async def swallow(_message: Message) -> None:
    pass
