"""What a client is told of its rate limits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from math import ceil

from cronbeats.domain.rate_limit import Allowance, Quota
from cronbeats.edge.problems import Problem


def rate_limit_headers(allowance: Allowance) -> Iterator[tuple[bytes, bytes]]:
    """Give the six headers: limit, requests left, and unix second of the end of each window."""
    for name, quota in ((b"minute", allowance.minute), (b"day", allowance.day)):
        yield b"x-ratelimit-limit-" + name, b"%d" % quota.limit
        yield b"x-ratelimit-remaining-" + name, b"%d" % quota.remaining
        yield b"x-ratelimit-reset-" + name, b"%d" % quota.resets_at.timestamp()


def too_many_requests(quota: Quota, now: datetime) -> Problem:
    """Return what to tell about a request that `quota` had no room for."""
    reason = {
        "type": quota.window,
        "limit": quota.limit,
        "reset_at": quota.resets_at.strftime("%Y-%m-%d %H:%M:%S"),
    }
    wait = max(1, ceil((quota.resets_at - now).total_seconds()))
    return Problem(429, reason, "Rate limit exceeded", retry_after_seconds=wait)
