"""Prune history: keep each job's newest rows, and no alert or audit entry that is too old.

Each of these is done a step at a time, for whoever asks for the next one to rest between them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from cronbeats.storage import alerts, audit_log, history, jobs
from cronbeats.storage.database import Database
from cronbeats.storage.history import Sort, TooLong
from cronbeats.storage.pruning import Pace, prune_what_is_old

_JOBS_AT_ONCE = 200


async def prune_history(
    db: Database, pace: Pace, keep: int, active_since: datetime | None
) -> AsyncIterator[int]:
    """Delete all but the newest `keep` rows of each job, of each sort; tell how many went.

    These are its signals, runs, transitions, incidents that are over and alerts that are settled.
    Looks only at jobs that were active since a moment, or at all. Raises UnavailableError.
    """
    last_id = 0
    while True:
        async with db.read() as tx:
            job_ids = await jobs.ids_after(tx, last_id, _JOBS_AT_ONCE, active_since)
        if not job_ids:
            return
        last_id = job_ids[-1]
        for sort in history.SORTS:
            async for count in _prune_sort(db, pace, sort, job_ids, keep):
                yield count


def prune_alerts(db: Database, pace: Pace, settled_before: datetime) -> AsyncIterator[int]:
    """Delete the alerts that were settled before a moment; tell how many went.

    What is still owed stays, however old it is. Raises UnavailableError.
    """
    return prune_what_is_old(db, pace, alerts.prune_settled, settled_before)


def prune_audit_log(db: Database, pace: Pace, before: datetime) -> AsyncIterator[int]:
    """Delete what the audit log tells of the time before a moment; tell how many entries went.

    Raises UnavailableError.
    """
    return prune_what_is_old(db, pace, audit_log.prune, before)


async def _prune_sort(
    db: Database, pace: Pace, sort: Sort, job_ids: list[int], keep: int
) -> AsyncIterator[int]:
    # Looked for while others write: hardly any job has too much.
    too_long: list[TooLong] = await pace.read(
        db, lambda tx: history.find_too_long(tx, sort, job_ids, keep)
    )
    yield 0
    has_more = bool(too_long)
    while has_more:
        count, has_more = await pace.write(
            db, lambda tx, most: history.prune(tx, sort, too_long, most)
        )
        yield count
