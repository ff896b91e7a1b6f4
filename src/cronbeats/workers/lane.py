"""A lane: the messages that one server has claimed for one integration, and how fast they go."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from cronbeats.services.deliver_alerts import LONGEST_SEND_SECONDS
from cronbeats.storage.claims import Claimed

# So many messages to one integration are on the wire at a time.
MOST_UNDER_WAY = 4
_FIRST_PACE = 4
_SLOWEST_PACE = 1
_FASTEST_PACE = 512
# A message that begins later than this before its lease ends might outlast it.
_LATEST_START = timedelta(seconds=LONGEST_SEND_SECONDS + 5)


class Lane:
    """Messages that wait for their turn, and those under way.

    `pace` is how many may be claimed: it grows with each that arrives, so that a receiver that
    keeps up gets many with one claim, and one that fails is tried with one at a time.
    """

    def __init__(self, *, is_failing: bool) -> None:
        self.pace = _SLOWEST_PACE if is_failing else _FIRST_PACE
        self.under_way = 0
        self._queue: deque[Claimed] = deque()

    @property
    def room(self) -> int:
        """How many more may be claimed; none before half of the pace is free."""
        free = self.pace - len(self._queue) - self.under_way
        return free if free * 2 >= self.pace else 0

    def add(self, claimed: Claimed) -> None:
        """Let a message wait for its turn."""
        self._queue.append(claimed)

    def has_next(self) -> bool:
        """Tell whether a message waits and may begin."""
        return bool(self._queue) and self.under_way < min(self.pace, MOST_UNDER_WAY)

    def next(self) -> Claimed:
        """Take the message whose turn it is; finished() must follow."""
        self.under_way += 1
        return self._queue.popleft()

    def drop(self) -> list[Claimed]:
        """Return what has not begun; it is to be given back."""
        dropped = list(self._queue)
        self._queue.clear()
        return dropped

    def returned(self) -> None:
        """Note that the message that was taken did not begin after all."""
        self.under_way -= 1

    def finished(self, *, went_well: bool) -> None:
        """Note the end of a message."""
        self.under_way -= 1
        self.pace = min(self.pace + 1, _FASTEST_PACE) if went_well else _SLOWEST_PACE


def is_too_late(claimed: Claimed, now: datetime) -> bool:
    """Tell whether a message that begins now might outlast its lease."""
    return now + _LATEST_START > claimed.lease.until
