"""Deletes what is too old, a few rows at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from cronbeats.storage.database import Database, Transaction

# So few at once that no ping waits for it.
ROWS_AT_ONCE = 500


async def prune_what_is_old(
    db: Database, prune: Callable[[Transaction, datetime, int], Awaitable[int]], before: datetime
) -> int:
    """Call `prune` for the time before a moment until nothing is left; return how many rows went.

    It is given the most rows that it may delete, and returns how many it did; each call is a
    transaction of its own. Raises UnavailableError.
    """
    pruned = 0
    while True:
        async with db.write() as tx:
            count = await prune(tx, before, ROWS_AT_ONCE)
        pruned += count
        if count < ROWS_AT_ONCE:
            return pruned
