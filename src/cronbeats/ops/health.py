"""Is the process alive, and is it ready to work?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import orjson

from cronbeats.domain.errors import CronBeatsError
from cronbeats.edge.asgi import Send
from cronbeats.storage.database import Database
from cronbeats.storage.migrate import is_migrated

_PATIENCE_SECONDS = 3.0
# Much longer than any loop sleeps, and as long as the slowest of its steps may take.
_STUCK_AFTER_SECONDS = 15.0


class Turning(Protocol):
    """A loop, as far as its health goes."""

    name: str

    def seconds_since_turn(self) -> float | None:
        """Return how long ago it last did its work, None if it never did."""


class Health:
    """Answers `/healthz` (the process is alive) and `/readyz` (it can do its work)."""

    def __init__(
        self,
        db: Database,
        loops: Iterable[Turning],
        warnings: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._db = db
        self._loops = tuple(loops)
        self._warnings = warnings

    async def alive(self, send: Send) -> None:
        """Answer that the process is alive: it just did."""
        await _answer(send, 200, {"status": "ok"})

    async def ready(self, send: Send) -> None:
        """Answer 200 if everything works, else 503, and for each part what is wrong.

        A clock that is off is told, but to accept no pings would be worse than to time them badly.
        """
        checks = {"database": await self._check_database(), "loops": self._check_loops()}
        is_ready = all(check == "ok" for check in checks.values())
        status = "ok" if is_ready else "not ready"
        content: dict[str, Any] = {"status": status, "checks": checks}
        if warnings := self._warnings():
            content["warnings"] = warnings
        await _answer(send, 200 if is_ready else 503, content)

    async def _check_database(self) -> str:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                migrated = await is_migrated(self._db)
        except TimeoutError:
            return "the database does not answer"
        except CronBeatsError as error:
            return str(error)
        return "ok" if migrated else "the database is not migrated: run cronbeats migrate"

    def _check_loops(self) -> str:
        stuck = [loop.name for loop in self._loops if _is_stuck(loop)]
        return f"not turning: {', '.join(stuck)}" if stuck else "ok"


def _is_stuck(loop: Turning) -> bool:
    idle = loop.seconds_since_turn()
    return idle is None or idle > _STUCK_AFTER_SECONDS


async def _answer(send: Send, status: int, content: dict[str, Any]) -> None:
    body = orjson.dumps(content)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
