"""How fast is too fast."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

_MOST_REMEMBERED = 100_000


class TokenBuckets:
    """A token bucket for each name: `burst` at once, `rate` a second for long.

    Forgets the names that were quiet longest; a forgotten bucket is a full one. `rate` 0 means no
    limit. `now` reads seconds that never run backwards.
    """

    def __init__(self, rate: float, burst: int, now: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> float:
        """Take a token; return 0 if there was one, else the seconds until there will be."""
        wait = self.wait(name)
        if wait == 0 and self._rate > 0:
            tokens, moment = self._buckets[name]
            self._buckets[name] = (tokens - 1, moment)
        return wait

    def wait(self, name: str) -> float:
        """Return the seconds until there is a token, without taking it; 0 if there is one."""
        if self._rate <= 0:
            return 0.0
        now = self._now()
        tokens, before = self._buckets.pop(name, (self._burst, now))
        tokens = min(self._burst, tokens + (now - before) * self._rate)
        self._buckets[name] = (tokens, now)
        if len(self._buckets) > _MOST_REMEMBERED:
            self._buckets.popitem(last=False)
        return 0.0 if tokens >= 1 else (1 - tokens) / self._rate


class Acquaintances:
    """Which jobs an address has pinged with success lately."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def meet(self, address: str, key: str) -> None:
        """Remember that `address` knows the job key `key`."""
        self._known[address, key] = None
        self._known.move_to_end((address, key))
        if len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)

    def know(self, address: str, key: str) -> bool:
        """Tell whether `address` was seen to know `key`."""
        return (address, key) in self._known
