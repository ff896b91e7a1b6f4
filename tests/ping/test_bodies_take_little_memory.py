"""However many bodies are on their way, and however slowly they come, they take little memory."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

from cronbeats.edge.slow_body import Patience
from cronbeats.ping.reader import BodyReader

Message = MutableMapping[str, Any]
LIMIT, ROOM = 10, 100


class Sender:
    """Sends parts of a body, each when it is told to."""

    def __init__(self) -> None:
        self._parts: asyncio.Queue[Message] = asyncio.Queue()
        self.receive = self._parts.get

    async def send(self, size: int, *, more: bool = True) -> None:
        self._parts.put_nowait({"type": "http.request", "body": b"x" * size, "more_body": more})
        await asyncio.sleep(0)
        await asyncio.sleep(0)


async def test_where_many_come_at_once_no_more_of_each_is_read_than_is_kept() -> None:
    reader = BodyReader(LIMIT, room_bytes=ROOM)
    greedy, late = Sender(), Sender()
    first = asyncio.create_task(reader.read(greedy.receive))
    await greedy.send(ROOM)
    second = asyncio.create_task(reader.read(late.receive))
    await late.send(4)
    await late.send(20)
    await late.send(30, more=False)
    body, size = await second
    assert (len(body), size) == (LIMIT, 54)

    await greedy.send(50)
    await greedy.send(50, more=False)
    body, size = await first
    assert (len(body), size) == (ROOM, 200)


async def test_the_room_is_free_again_when_a_body_was_read_or_its_sender_has_gone() -> None:
    reader = BodyReader(LIMIT, room_bytes=ROOM, patience=Patience(60))
    for is_gone in (False, True):
        sender = Sender()
        reading = asyncio.create_task(reader.read(sender.receive))
        await sender.send(ROOM + 50)
        if is_gone:
            reading.cancel()
            await asyncio.wait([reading])
        else:
            await sender.send(0, more=False)
            assert len((await reading)[0]) == ROOM + 50
    sender = Sender()
    reading = asyncio.create_task(reader.read(sender.receive))
    await sender.send(ROOM - 1)
    await sender.send(1, more=False)
    assert len((await reading)[0]) == ROOM


async def test_what_comes_too_slowly_counts_as_all_there_is() -> None:
    reader = BodyReader(LIMIT, patience=Patience(0.01))
    sender = Sender()
    reading = asyncio.create_task(reader.read(sender.receive))
    await sender.send(3)
    assert await reading == (b"xxx", 3)
