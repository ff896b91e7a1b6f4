"""One thing that several use at the same time, and that others get in their turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Thing = TypeVar("Thing")

_MOST_IN_A_TURN = 16


class Shared(Generic[Thing]):
    """Who wants the thing while somebody uses it need not wait until it is given back and taken.

    When so many have shared it, whoever comes waits until `take` gives it anew, behind others.
    """

    def __init__(
        self,
        take: Callable[[], Coroutine[Any, Any, Thing]],
        give_back: Callable[[Thing], Awaitable[None]],
    ) -> None:
        self._take = take
        self._give_back = give_back
        self._turn: _Turn[Thing] | None = None

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[Thing]:
        """Give the thing while the block runs. Raises what taking it does."""
        turn = self._turn
        if turn is None or turn.joined == _MOST_IN_A_TURN:
            turn = self._turn = _Turn(asyncio.ensure_future(self._take()))
        turn.joined += 1
        turn.users += 1
        try:
            yield await asyncio.shield(turn.taking)
        finally:
            turn.users -= 1
            if turn.users == 0:
                await self._end(turn)

    async def _end(self, turn: _Turn[Thing]) -> None:
        if self._turn is turn:
            self._turn = None
        if not turn.taking.done():
            turn.taking.cancel()
        elif not turn.taking.cancelled() and turn.taking.exception() is None:
            await self._give_back(turn.taking.result())


@dataclass(slots=True, eq=False)
class _Turn(Generic[Thing]):
    """A use of the thing, by so many `users` now; so many `joined` in all."""

    taking: asyncio.Future[Thing]
    joined: int = 0
    users: int = 0
