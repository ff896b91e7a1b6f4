"""Patience: how long something may take; it is looked at now and then.

A timer for each message costs a twentieth of what sending it does, and nearly none ever rings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

_LOOKS = 10

Result = TypeVar("Result")


class Patience:
    """Ends what takes longer than `seconds`, a tenth of them late at most."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._deadlines: dict[asyncio.Task[Any], float] = {}
        self._ended: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def bear(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Wait for `work` and return its result; a task bears one at a time.

        Raises TimeoutError if it takes too long, and what it raises.
        """
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None  # noqa: S101 - tells the type checker that this is no callback
        self._deadlines[task] = loop.time() + self.seconds
        if self._timer is None:
            self._look_later(loop)
        cancelling = task.cancelling()
        try:
            return await work
        except asyncio.CancelledError:
            # Whoever else has cancelled the task is to be heard.
            if task in self._ended and task.cancelling() - 1 <= cancelling:
                raise TimeoutError from None
            raise
        finally:
            del self._deadlines[task]
            if task in self._ended:
                self._ended.remove(task)
                task.uncancel()

    def _look_later(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_later(self.seconds / _LOOKS, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for task, deadline in self._deadlines.items():
            if deadline <= now and task not in self._ended:
                self._ended.add(task)
                task.cancel()
        if self._deadlines:
            self._look_later(loop)
        else:
            self._timer = None
