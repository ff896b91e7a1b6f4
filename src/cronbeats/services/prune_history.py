"""Prune history: keep each job's newest rows, and no alert or audit entry that is too old."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from cronbeats.storage import alerts, audit_log, history, jobs
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.pruning import ROWS_AT_ONCE, prune_what_is_old

_JOBS_AT_ONCE = 500


async def prune_history(db: Database, keep: int, active_since: datetime | None) -> int:
    """Delete all but the newest `keep` rows of each job, of each sort; return how many rows went.

    These are its signals, runs, transitions, incidents that are over and alerts that are settled.
    Looks only at jobs that were active since a moment, or at all. Raises UnavailableError.
    """
    pruned, last_id = 0, 0
    while True:
        async with db.read() as tx:
            job_ids = await jobs.ids_after(tx, last_id, _JOBS_AT_ONCE, active_since)
        if not job_ids:
            return pruned
        last_id = job_ids[-1]
        for sort in history.SORTS:
            # Looked for while others write: hardly any job has too much.
            async with db.read() as tx:
                too_long = await history.find_too_long(tx, sort, job_ids, keep)
            pruned += await _prune_in_batches(db, sort.prune, too_long, keep)


async def prune_alerts(db: Database, settled_before: datetime) -> int:
    """Delete the alerts that were settled before a moment; return how many went.

    What is still owed stays, however old it is. Raises UnavailableError.
    """
    return await prune_what_is_old(db, alerts.prune_settled, settled_before)


async def prune_audit_log(db: Database, before: datetime) -> int:
    """Delete what the audit log tells of the time before a moment; return how many entries went.

    Raises UnavailableError.
    """
    return await prune_what_is_old(db, audit_log.prune, before)


async def _prune_in_batches(
    db: Database,
    prune: Callable[[Transaction, int, int, int], Awaitable[int]],
    job_ids: list[int],
    keep: int,
) -> int:
    """Prune each job, with as many transactions as it takes: nobody waits for all of them."""
    pruned, left = 0, list(job_ids)
    while left:
        room = ROWS_AT_ONCE
        async with db.write() as tx:
            while left and room > 0:
                count = await prune(tx, left[-1], keep, room)
                if count < room:
                    left.pop()
                room -= count
        pruned += ROWS_AT_ONCE - room
    return pruned
