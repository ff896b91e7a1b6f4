"""Look over jobs: a page of them with all that people want to see of many jobs at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.job import Job, Outcome, Status
from cronbeats.domain.page import Page, PageRequest
from cronbeats.domain.state_machine import as_seen, on_time
from cronbeats.storage import integrations, job_lists, jobs, runs
from cronbeats.storage.database import Database
from cronbeats.storage.job_lists import JobQuery, SortKey

RUNS_SHOWN = 30
"""How many of each job's last runs are looked at."""

_MOST_TAGS = 200
_ALL_BY_STATUS = JobQuery(sort_by=SortKey.STATUS)


@dataclass(frozen=True, slots=True)
class Overview:
    """A page of jobs, and the workspace that they belong to.

    `counts` and `tags` are those of all jobs of the workspace, whatever the page shows of them.
    `outcomes` tells how the last runs of each job on the page ended, oldest first. Without
    `is_anybody_told`, alerts go nowhere.
    """

    page: Page[Job]
    counts: Mapping[Status, int]
    tags: Sequence[str]
    outcomes: Mapping[int, Sequence[Outcome]]
    is_anybody_told: bool


async def look_over_jobs(
    db: Database,
    workspace_id: int,
    now: datetime,
    blind: BlindWindows,
    *,
    query: JobQuery,
    request: PageRequest,
) -> Overview:
    """Return a page of the jobs that match, all as it was at one moment and judged for `now`."""
    is_by_slot = query.sort_by is SortKey.NEXT_EXPECTED_AT
    async with db.read() as tx:
        behind = await job_lists.lagging(
            tx, workspace_id, query if is_by_slot else _ALL_BY_STATUS, now
        )
        judged = [on_time(job, now, blind).job for job in behind]
        counts = await job_lists.count_by_status(tx, workspace_id, judged)
        found, total = await job_lists.browse(tx, workspace_id, query, request, judged)
        outcomes = await runs.last_outcomes(tx, [job.id for job in found], RUNS_SHOWN)
        tags = await job_lists.tags_of(tx, workspace_id, _MOST_TAGS)
        is_anybody_told = await integrations.is_any_told(tx, workspace_id)
    shown = [as_seen(job, now, blind) for job in found]
    return Overview(Page(shown, request, total), counts, tags, outcomes, is_anybody_told)


async def name_jobs(db: Database, workspace_id: int, job_ids: Collection[int]) -> dict[int, str]:
    """Return what those of these jobs are called that a workspace has, by their ids."""
    async with db.read() as tx:
        return await jobs.names(tx, workspace_id, job_ids)
