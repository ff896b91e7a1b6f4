"""Find workspaces: those of a person, and that of a job."""

from __future__ import annotations

from cronbeats.domain.membership import Membership
from cronbeats.storage import jobs, members
from cronbeats.storage.database import Database


async def workspaces_of(db: Database, user_id: int) -> tuple[Membership, ...]:
    """Return what a person is in each of their workspaces, by the workspaces' names."""
    async with db.read() as tx:
        return tuple(await members.memberships_of(tx, user_id))


async def workspace_of_job(db: Database, job_id: int) -> int | None:
    """Return the id of the workspace that a job belongs to, None if there is no such job."""
    async with db.read() as tx:
        return await jobs.workspace_of(tx, job_id)
