"""Lets a few requests in at a time, so that many of them leave the processor to pings."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from cronbeats.domain.errors import OverloadedError

AT_ONCE = 4
_MOST_IN_LINE = 200
_LONGEST_WAIT_SECONDS = 3.0
# Whoever is inside for so long waits for others: a receiver, a reader, the database.
_BUSY_SECONDS = 1.0
_LONGEST_RETRY_SECONDS = 4


class Turnstile:
    """A turn for each request; `at_once` says how many may have theirs at the same time.

    The others stand in line for `longest_wait_seconds` at most. Who has not ended its turn after
    `busy_seconds` is not counted any more: streams, and tests of receivers that hang.
    """

    def __init__(
        self,
        note_refusal: Callable[[], None] = lambda: None,
        *,
        at_once: Callable[[], int] = lambda: AT_ONCE,
        longest_wait_seconds: float = _LONGEST_WAIT_SECONDS,
        busy_seconds: float = _BUSY_SECONDS,
    ) -> None:
        self._note_refusal = note_refusal
        self._at_once = at_once
        self._longest_wait = longest_wait_seconds
        self._busy_seconds = busy_seconds
        self._inside = 0
        self._line: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Callable[[], None]]:
        """Wait for a turn, and end it after the block, or when what is given is called.

        Raises OverloadedError if there is none.
        """
        if self._line or self._inside >= self._at_once():
            await self._wait_in_line()
        else:
            self._inside += 1
        inside = _Inside(self._leave)
        timer = asyncio.get_running_loop().call_later(self._busy_seconds, inside.leave)
        try:
            yield inside.leave
        finally:
            timer.cancel()
            inside.leave()

    async def _wait_in_line(self) -> None:
        if len(self._line) >= _MOST_IN_LINE:
            raise self._refuse()
        place = asyncio.get_running_loop().create_future()
        self._line.append(place)
        try:
            async with asyncio.timeout(self._longest_wait):
                await place
        except BaseException as error:
            # The turn may have come in the very moment in which nobody waited for it any more.
            if place.done() and not place.cancelled():
                self._leave()
            elif place in self._line:
                self._line.remove(place)
            if isinstance(error, TimeoutError):
                raise self._refuse() from None
            raise

    def _refuse(self) -> OverloadedError:
        self._note_refusal()
        return OverloadedError(random.randint(1, _LONGEST_RETRY_SECONDS))  # noqa: S311 - no secret

    def _leave(self) -> None:
        self._inside -= 1
        while self._line and self._inside < self._at_once():
            place = self._line.popleft()
            if not place.done():
                place.set_result(None)
                self._inside += 1


class _Inside:
    """Somebody who has a turn, and leaves once."""

    def __init__(self, leave: Callable[[], None]) -> None:
        self._leave: Callable[[], None] | None = leave

    def leave(self) -> None:
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()
