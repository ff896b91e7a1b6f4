"""The hub: tells open pages which jobs of their workspace changed."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from cronbeats.domain.hint import Gathered, Hints

MOST_OF_A_SESSION = 8
"""Streams that one session may have open in this process; browsers open one a visible page."""

MOST_IN_ALL = 1000
"""Streams that this process has open at most."""

_POSITION = re.compile(r"(\w+)-([0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a stream does what, in seconds.

    `gap` lies between two hints at least; after `heartbeat` of silence a sign of life is sent; and
    nothing is sent to a session that was last looked at `trust` ago.
    """

    gap: float = 0.4
    heartbeat: float = 15.0
    trust: float = 5.0


class Subscription:
    """What one open page has not been told yet."""

    def __init__(self, workspace_id: int) -> None:
        self.workspace_id = workspace_id
        self._hints = Hints()
        self._news = asyncio.Event()
        self._end = asyncio.Event()

    @property
    def is_over(self) -> bool:
        """Whether the stream is to end."""
        return self._end.is_set()

    @property
    def are_readers_new(self) -> bool:
        """Whether somebody's role changed or session ended since something was last told."""
        return self._hints.are_readers_new

    def add(self, hints: Hints) -> None:
        """Note what changed."""
        self._hints.merge(hints)
        self._news.set()

    def end(self) -> None:
        """Let the stream end."""
        self._end.set()
        self._news.set()

    def take(self) -> Hints:
        """Return what is to be told, which counts as told from now on."""
        taken, self._hints = self._hints, Hints()
        self._news.clear()
        return taken

    async def wait(self, seconds: float) -> None:
        """Wait until there is something to tell, or the stream is over, but not longer."""
        await _wait_for(self._news, seconds)

    async def pause(self, seconds: float) -> None:
        """Let hints gather for so long, unless the stream is over."""
        await _wait_for(self._end, seconds)


class Hub:
    """Gives what changed to each subscription of its workspace.

    A position names what had been heard at a moment, so that a page can ask whether it missed
    something since: as in `4f1c…-17`.
    """

    def __init__(self, pace: Pace | None = None) -> None:
        self.pace = pace or Pace()
        self._name = uuid4().hex
        self._count = 0
        self._last: dict[int, int] = {}
        self._last_of_any = 0
        self._subscriptions: dict[Subscription, int] = {}
        self._is_closed = False

    @property
    def position(self) -> str:
        """What has been heard up to now."""
        return f"{self._name}-{self._count}"

    def has_missed(self, workspace_id: int, position: str) -> bool:
        """Tell whether anything may have changed in a workspace since that position."""
        match = _POSITION.fullmatch(position)
        if match is None or match[1] != self._name:
            return True
        return max(self._last.get(workspace_id, 0), self._last_of_any) > int(match[2])

    def hear(self, gathered: Gathered) -> None:
        """Take note of what changed."""
        self._count += 1
        self._last.update({each: self._count for each, hints in gathered.items() if hints})
        for each in self._subscriptions:
            if each.workspace_id in gathered:
                each.add(gathered[each.workspace_id])

    def hear_any(self) -> None:
        """Take note that any job of any workspace may have changed."""
        self._count += 1
        self._last_of_any = self._count
        for each in self._subscriptions:
            each.add(Hints(is_any=True))

    def has_room(self, session_id: int) -> bool:
        """Tell whether a session may have one more subscription."""
        if self._is_closed or len(self._subscriptions) >= MOST_IN_ALL:
            return False
        return Counter(self._subscriptions.values())[session_id] < MOST_OF_A_SESSION

    @contextmanager
    def subscribed(self, workspace_id: int, session_id: int) -> Iterator[Subscription]:
        """Give the hints of a workspace while the block runs."""
        made = Subscription(workspace_id)
        if self._is_closed:
            made.end()
        self._subscriptions[made] = session_id
        try:
            yield made
        finally:
            del self._subscriptions[made]

    def close(self) -> None:
        """Let every stream end, and none begin."""
        self._is_closed = True
        for each in self._subscriptions:
            each.end()


async def _wait_for(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
