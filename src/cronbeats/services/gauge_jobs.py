"""Gauge jobs: how all of a workspace's jobs stand at a moment, in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.errors import InvalidValueError
from cronbeats.domain.state_machine import on_time
from cronbeats.storage import job_gauges
from cronbeats.storage.database import Database
from cronbeats.storage.job_gauges import JobGauges

MOST_JOBS = 10_000
"""How many jobs can be told of at once."""


async def gauge_jobs(
    db: Database, workspace_id: int, now: datetime, blind: BlindWindows, tags: Sequence[str] = ()
) -> list[JobGauges]:
    """Return the workspace's jobs that have all of `tags`, oldest first, judged for `now`.

    Raises InvalidValueError if they are more than MOST_JOBS.
    """
    async with db.read() as tx:
        behind = await job_gauges.unlooked_at(tx, workspace_id, now)
        found = await job_gauges.gauges_of(tx, workspace_id, tags, MOST_JOBS + 1)
    if len(found) > MOST_JOBS:
        rule = f"There are more than {MOST_JOBS} of these jobs: choose fewer by their tags."
        raise InvalidValueError({"tag": [rule]})
    statuses = {job.id: on_time(job, now, blind).job.state.status for job in behind}
    return [replace(each, status=statuses.get(each.id, each.status)) for each in found]
