"""Prune history: keep the newest signals and runs of each job."""

from __future__ import annotations

from datetime import datetime

from cronbeats.storage import jobs, runs, signals
from cronbeats.storage.database import Database

# So few at once that no ping waits for it.
_JOBS_AT_ONCE = 20


async def prune_history(db: Database, keep: int, active_since: datetime | None) -> int:
    """Delete all but the newest `keep` signals and runs of each job; return how many rows went.

    Looks only at jobs that were active since a moment, or at all. Raises UnavailableError.
    """
    pruned, last_id = 0, 0
    while True:
        async with db.read() as tx:
            job_ids = await jobs.ids_after(tx, last_id, _JOBS_AT_ONCE, active_since)
        if not job_ids:
            return pruned
        last_id = job_ids[-1]
        async with db.write() as tx:
            for job_id in job_ids:
                pruned += await signals.prune(tx, job_id, keep)
                pruned += await runs.prune(tx, job_id, keep)
