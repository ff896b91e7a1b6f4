"""How fast is too fast."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

_MOST_REMEMBERED = 100_000
# Forgetting goes through all that is remembered, so it is not done for each that comes.
_FORGOTTEN_AT_ONCE = 10_000
# Moments are sums of many fractions.
_HARDLY_ANY_SECONDS = 1e-6


class TokenBuckets:
    """A token bucket for each name: `burst` at once, `rate` a second for long.

    Forgets full buckets, as a forgotten bucket is a full one; then those that were made first.
    `rate` 0 means no limit. `now` reads seconds that never run backwards.
    """

    def __init__(self, rate: float, burst: int, now: Callable[[], float]) -> None:
        self._is_limited = rate > 0
        self._seconds_a_token = 1 / rate if rate > 0 else 0.0
        self._burst_seconds = burst * self._seconds_a_token
        self._now = now
        # When each bucket will be full again.
        self._full_at: dict[str, float] = {}

    def take(self, name: str) -> float:
        """Take a token; return 0 if there was one, else the seconds until there will be."""
        if not self._is_limited:
            return 0.0
        now = self._now()
        full_at = max(now, self._full_at.get(name, now)) + self._seconds_a_token
        wait = full_at - now - self._burst_seconds
        if wait > _HARDLY_ANY_SECONDS:
            return wait
        self._full_at[name] = full_at
        if len(self._full_at) > _MOST_REMEMBERED:
            self._forget(now)
        return 0.0

    def wait(self, name: str) -> float:
        """Return the seconds until there is a token, without taking it; 0 if there is one."""
        full_at = self._full_at.get(name)
        if full_at is None:
            return 0.0
        wait = full_at - self._now() + self._seconds_a_token - self._burst_seconds
        return wait if wait > _HARDLY_ANY_SECONDS else 0.0

    def _forget(self, now: float) -> None:
        kept = {name: full_at for name, full_at in self._full_at.items() if full_at > now}
        too_many = len(kept) - (_MOST_REMEMBERED - _FORGOTTEN_AT_ONCE)
        self._full_at = dict(islice(kept.items(), too_many, None)) if too_many > 0 else kept


class Acquaintances:
    """Which jobs an address has pinged with success lately."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], None] = {}

    def meet(self, address: str, key: str) -> None:
        """Remember that `address` knows the job key `key`; who was met first is forgotten first."""
        self._known[address, key] = None
        if len(self._known) > _MOST_REMEMBERED:
            del self._known[next(iter(self._known))]

    def know(self, address: str, key: str) -> bool:
        """Tell whether `address` was seen to know `key`."""
        return (address, key) in self._known
