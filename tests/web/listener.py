"""An open page that listens: a browser's EventSource, without sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from cronbeats.edge.asgi import AsgiApp, Message

_PATIENCE_SECONDS = 10


class Listener:
    """Reads the stream at a path; `session` is the token of whoever listens."""

    def __init__(self, app: AsgiApp, path: str, session: str, **headers: str) -> None:
        path, _, query = path.partition("?")
        headers = {"accept": "text/event-stream", "cookie": f"cronbeats={session}", **headers}
        self._scope: Message = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("192.0.2.1", 50000),
            "server": ("cronbeats.test", 80),
        }
        self._app = app
        self._sent: asyncio.Queue[Message] = asyncio.Queue()
        self._left = asyncio.Event()
        self._is_asked = False

    async def run(self) -> None:
        await self._app(self._scope, self._receive, self._sent.put)

    def leave(self) -> None:
        """Close the page."""
        self._left.set()

    async def status(self) -> int:
        """Return the status of the answer, once it begins."""
        return int((await self._next())["status"])

    async def text(self) -> str | None:
        """Return what is said next, None if nothing will be said any more."""
        said = await self._next()
        return said["body"].decode() if said.get("more_body") else None

    async def hint(self) -> Any:
        """Return the next hint, None if there will be none."""
        while (text := await self.text()) is not None:
            data = [line[6:] for line in text.splitlines() if line.startswith("data: ")]
            if data:
                return json.loads(data[0])
        return None

    async def _next(self) -> Message:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await self._sent.get()

    async def _receive(self) -> Message:
        if not self._is_asked:
            self._is_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}


@asynccontextmanager
async def listening(
    app: AsgiApp, path: str, session: str, **headers: str
) -> AsyncIterator[Listener]:
    """Listen while the block runs; at its end the page is closed, and the stream must end."""
    listener = Listener(app, path, session, **headers)
    task = asyncio.create_task(listener.run())
    try:
        yield listener
    finally:
        listener.leave()
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await task
