"""A loop: does its step again and again, sooner when it is woken, and survives what goes wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from cronbeats.domain.errors import UnavailableError

_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 5.0

_log = structlog.get_logger()


class Loop:
    """Runs `step` for ever.

    The step returns the seconds until there may be more to do (0: at once), and is called after
    that time, after `longest_sleep_seconds`, or when somebody calls wake(), whichever comes first.
    Waking is a hint; sleeping no longer than that is the truth. After a failure it pauses, longer
    after each, from `first_pause_seconds` to 5 s.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], Awaitable[float]],
        longest_sleep_seconds: float,
        first_pause_seconds: float = _FIRST_PAUSE_SECONDS,
    ) -> None:
        self.name = name
        self._step = step
        self._longest_sleep = longest_sleep_seconds
        self._first_pause = first_pause_seconds
        self._woken = asyncio.Event()
        self._is_stopping = False
        self._failures = 0
        self._last_turn: float | None = None

    def wake(self) -> None:
        """Say that there may be something to do."""
        self._woken.set()

    def stop(self) -> None:
        """End after the step at hand."""
        self._is_stopping = True
        self._woken.set()

    def seconds_since_turn(self) -> float | None:
        """Return how long ago a step last ended well, None if none did yet."""
        return None if self._last_turn is None else time.monotonic() - self._last_turn

    async def run(self) -> None:
        """Run until stop() is called."""
        while not self._is_stopping:
            self._woken.clear()
            pause = await self._turn()
            if pause > 0 and not self._is_stopping:
                await self._sleep(pause)

    async def _turn(self) -> float:
        """Do one step; return how long to sleep after it."""
        try:
            pause = await self._step()
        except UnavailableError as error:
            return self._note_failure(error, is_our_fault=False)
        except Exception as error:  # noqa: BLE001 - a loop that ends is a forgotten job
            return self._note_failure(error, is_our_fault=True)
        if self._failures:
            _log.info("loop_recovered", loop=self.name, failures=self._failures)
        self._failures = 0
        self._last_turn = time.monotonic()
        return min(pause, self._longest_sleep)

    def _note_failure(self, error: Exception, *, is_our_fault: bool) -> float:
        self._failures += 1
        details = {"exc_info": error} if is_our_fault else {"error": str(error)}
        _log.error("loop_failed", loop=self.name, failures=self._failures, **details)
        return min(self._first_pause * self._failures, _LONGEST_PAUSE_SECONDS)

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            pass
