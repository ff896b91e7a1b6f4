"""Who may wait for the next commit: under more load than can be stored, some are refused at once.

All others are then quick. A burst may fill the line with what can be stored while clients listen;
where more comes all the time, a long line would help nobody, so it is kept short.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from math import ceil, inf

_MOST_WAITING = 20_000
_MOST_BYTES = 64 * 1024 * 1024
# Clients listen for 5 s.
_BURST_SECONDS = 3.0
# What is stored later than a burst takes to drain is no burst.
_STANDING_SECONDS = 0.5
# Who was not seen to know a job's key goes first, so that strangers keep no known job out.
_SHARE_OF_STRANGERS = 0.5
# How much the newest full batch says of the next one.
_WEIGHT = 0.3
# Clients try some five times: the longer it lasts, the longer they should wait for the next one.
_LONGEST_RETRY_SECONDS = 8
_LATELY_SECONDS = 10.0
_STALL_SECONDS = 1.0
_NOBODY_IS_BLAMED = "they are told to come again, and no job is blamed for it"


class Admission:
    """Knows from the batches that were stored how long one more signal would have to wait.

    `most_at_once` signals at most are stored together. As long as all who wait fit into one batch,
    nobody is refused: then it is not their number for which they wait.
    """

    def __init__(
        self,
        most_at_once: int,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._most_at_once = most_at_once
        self._monotonic = monotonic
        self._jitter = jitter
        self._seconds_each = 0.0
        self._wait_seconds = 0.0
        self._begun = 0.0
        self._standing_since: float | None = None
        self._refusing_since: float | None = None
        self._refused_at = -inf

    def admits(self, waiting: int, their_bytes: int, *, is_known: bool) -> bool:
        """Tell whether one more may wait behind so many, who can be stored in time.

        What they sent takes so many bytes of memory.
        """
        if waiting >= _MOST_WAITING or their_bytes >= _MOST_BYTES:
            return False
        if waiting < self._most_at_once:
            return True
        share = 1.0 if is_known else _SHARE_OF_STRANGERS
        self._wait_seconds = waiting * self._seconds_each
        return self._wait_seconds < self._longest_wait_seconds() * share

    def is_pressed(self) -> bool:
        """Tell whether more wait than fit into one batch."""
        return self._standing_since is not None

    def note_begun(self, taken: int, left: int, *, is_alone: bool = True) -> None:
        """Know that a batch of so many was taken, and so many are left in the line.

        Unless it `is_alone`, it is stored only after the one that is under way already.
        """
        now = self._monotonic()
        if is_alone:
            self._begun = now
        # A batch that is not full has emptied the line: what is left waits for its own job.
        if taken < self._most_at_once:
            self._standing_since = None
        elif left and self._standing_since is None:
            self._standing_since = now

    def note_stored(self, count: int) -> None:
        """Know that the batch at hand, of so many, was stored: only a full one tells how fast."""
        begun, self._begun = self._begun, self._monotonic()
        self._refusing_since = None
        if count < self._most_at_once:
            self._wait_seconds = 0.0
            return
        seconds = (self._begun - begun) / count
        if self._seconds_each:
            seconds = self._seconds_each + _WEIGHT * (seconds - self._seconds_each)
        self._seconds_each = seconds

    def note_refused(self) -> None:
        """Know that somebody was refused, or that a signal could not be stored."""
        self._refused_at = self._monotonic()
        if self._refusing_since is None:
            self._refusing_since = self._refused_at

    def warning(self) -> str | None:
        """Say in words that pings are being refused, None if none was lately."""
        now = self._monotonic()
        if now - self._refused_at > _LATELY_SECONDS:
            return None
        if self._refusing_since is not None and now - self._refusing_since > _STALL_SECONDS:
            lasted = now - self._refusing_since
            return f"none could be stored for {lasted:.0f} s: {_NOBODY_IS_BLAMED}"
        return f"some are refused: {_NOBODY_IS_BLAMED}"

    def retry_after_seconds(self) -> int:
        """Return after how long one who was refused should send again: not all at the same time."""
        since = self._refusing_since
        lasted = 0.0 if since is None else self._monotonic() - since
        seconds = max(1.0, min(max(lasted, self._wait_seconds), _LONGEST_RETRY_SECONDS))
        soonest, latest = ceil(seconds / 2), min(int(seconds) + 1, _LONGEST_RETRY_SECONDS)
        return soonest + int(self._jitter() * (latest - soonest + 1))

    def _longest_wait_seconds(self) -> float:
        """Return how long the line may be; after a burst, no quicker shorter than it can drain."""
        if self._standing_since is None:
            return _BURST_SECONDS
        beyond = self._monotonic() - self._standing_since - _BURST_SECONDS
        return max(_STANDING_SECONDS, _BURST_SECONDS - max(0.0, beyond))
