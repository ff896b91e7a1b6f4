"""A body that comes too slowly: nobody may hold a request open for as long as they like."""

from __future__ import annotations

import asyncio

from cronbeats.edge.asgi import Message, Receive

PATIENCE_SECONDS = 30.0


class Body:
    """Receives a request until its body is whole.

    If that takes longer than `patience_seconds`, it `is_too_slow`, as if the client had gone.
    """

    def __init__(self, receive: Receive, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._receive = receive
        self._until = asyncio.get_running_loop().time() + patience_seconds
        self._is_whole = False
        self.is_too_slow = False

    async def receive(self) -> Message:
        """Return what comes next: a part of the body, or that the client has gone."""
        if self._is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            self.is_too_slow = True
            return {"type": "http.disconnect"}
        self._is_whole = not message.get("more_body", False)
        return message
