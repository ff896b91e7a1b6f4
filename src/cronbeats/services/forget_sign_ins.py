"""Forget sign-ins: sessions, devices and links whose time is over, and tries that mean nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from cronbeats.storage import known_devices, one_time_links, sessions, sign_in_tries
from cronbeats.storage.database import Database, Transaction

# So few at once that no ping waits for it.
_ROWS_AT_ONCE = 500
# Another server's clock may be behind.
_SKEW = timedelta(hours=1)
# Whoever invited somebody sees for a while that the link was not used.
_LINKS_KEPT_FOR = timedelta(days=30)


async def forget_sign_ins(db: Database, now: datetime) -> int:
    """Delete what nobody can use any more; return how many rows went. Raises UnavailableError."""
    before = now - _SKEW
    return (
        await _prune(db, sessions.prune, before)
        + await _prune(db, known_devices.prune, before)
        + await _prune(db, one_time_links.prune, now - _LINKS_KEPT_FOR)
        + await _prune(db, sign_in_tries.prune, before)
    )


async def _prune(
    db: Database, prune: Callable[[Transaction, datetime, int], Awaitable[int]], before: datetime
) -> int:
    pruned = 0
    while True:
        async with db.write() as tx:
            count = await prune(tx, before, _ROWS_AT_ONCE)
        pruned += count
        if count < _ROWS_AT_ONCE:
            return pruned
