"""Look over jobs: a page of them with all that people want to see of many jobs at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.listed_job import ListedJob
from cronbeats.domain.page import Page, PageRequest
from cronbeats.storage import job_pages, jobs
from cronbeats.storage.database import Database
from cronbeats.storage.job_lists import JobQuery
from cronbeats.storage.job_pages import Surroundings, Wanted

RUNS_SHOWN = 30
"""How many of each job's last runs are looked at."""

_MOST_TAGS = 200


@dataclass(frozen=True, slots=True)
class Overview:
    """A page of jobs, and what surrounds it. Without `is_anybody_told`, alerts go nowhere."""

    page: Page[ListedJob]
    around: Surroundings


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
    wanted = Wanted(workspace_id, query, request, now, blind)
    found, total, around = await job_pages.look_over(
        db, wanted, runs_each=RUNS_SHOWN, most_tags=_MOST_TAGS
    )
    return Overview(Page(found, request, total), around)


async def name_jobs(db: Database, workspace_id: int, job_ids: Collection[int]) -> dict[int, str]:
    """Return what those of these jobs are called that a workspace has, by their ids."""
    async with db.read() as tx:
        return await jobs.names(tx, workspace_id, job_ids)
