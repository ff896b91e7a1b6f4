"""Errands: what is done after an answer has left, so that its time tells nothing of it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

import structlog

_MOST_AT_ONCE = 4
_MOST_WAITING = 100

_log = structlog.get_logger()


class Errands:
    """Does a few things at a time; what fails is logged, and what is too much is not done."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(_MOST_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, name: str, errand: Coroutine[Any, Any, None], **about: int) -> None:
        """Do something soon, and let nobody wait for it; `about` says in the log which it was."""
        if len(self._tasks) >= _MOST_WAITING:
            errand.close()
            _log.error("errand_dropped", errand=name, reason="too many are waiting", **about)
            return
        task = asyncio.create_task(self._do(name, errand, about), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self, patience_seconds: float) -> None:
        """Wait for what was begun, but not for long; what is not done then is logged."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=patience_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _do(
        self, name: str, errand: Coroutine[Any, Any, None], about: Mapping[str, int]
    ) -> None:
        try:
            async with self._room:
                await errand
        except asyncio.CancelledError:
            _log.error("errand_dropped", errand=name, reason="the server stopped first", **about)
            raise
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it
            # Its kind alone: what went wrong may hold an address or a link.
            _log.error("errand_failed", errand=name, error=type(error).__name__, **about)
        finally:
            errand.close()
