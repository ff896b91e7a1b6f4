"""A body that comes too slowly: nobody may hold a request open for as long as they like."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf

from cronbeats.edge.asgi import Message, Receive

_PATIENCE_SECONDS = 30.0
_LAST_SECONDS = 2.0


class Patience:
    """How many seconds bodies may take to arrive, and that it ends soon once end() was called."""

    def __init__(self, seconds: float = _PATIENCE_SECONDS) -> None:
        self._seconds = seconds
        self._latest = inf
        self._limits: set[asyncio.Timeout] = set()

    def deadline(self) -> float:
        """Return until when a body that begins to arrive now may take, by the loop's clock."""
        return min(asyncio.get_running_loop().time() + self._seconds, self._latest)

    @asynccontextmanager
    async def until(self, deadline: float) -> AsyncIterator[None]:
        """Raise TimeoutError in the block at the deadline, or when patience ends."""
        async with asyncio.timeout_at(min(deadline, self._latest)) as limit:
            self._limits.add(limit)
            try:
                yield
            finally:
                self._limits.discard(limit)

    def end(self, within_seconds: float = _LAST_SECONDS) -> None:
        """Wait for no body beyond that, as the server is about to stop.

        Those whose next packet is on its way need some time yet: an output that was cut is lost.
        """
        self._latest = asyncio.get_running_loop().time() + within_seconds
        for limit in self._limits:
            limit.reschedule(min(limit.when() or inf, self._latest))


class Body:
    """Receives a request until its body is whole.

    If there is no patience for that, it `is_too_slow`, as if the client had gone.
    """

    def __init__(self, receive: Receive, patience: Patience) -> None:
        self._receive = receive
        self._patience = patience
        self._deadline = patience.deadline()
        self._is_whole = False
        self.is_too_slow = False

    async def receive(self) -> Message:
        """Return what comes next: a part of the body, or that the client has gone."""
        if self._is_whole:
            return await self._receive()
        try:
            async with self._patience.until(self._deadline):
                message = await self._receive()
        except TimeoutError:
            self.is_too_slow = True
            return {"type": "http.disconnect"}
        self._is_whole = not message.get("more_body", False)
        return message
