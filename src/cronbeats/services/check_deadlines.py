"""Check deadlines: find the jobs whose time has come and judge them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.blind_window import ALWAYS_HEARD, BlindWindows
from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.job import Job
from cronbeats.domain.state_machine import on_time
from cronbeats.storage import jobs, ledger
from cronbeats.storage.database import Database

_MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the clock did; `failed` names jobs that could not be judged, and why.

    `looked_at` counts the jobs that wait for a later moment now: one whose time came within a blind
    window is judged at that window's end, which may be a little ahead of the moment judged up to.
    """

    looked_at: int
    owed_alerts: int
    failed: tuple[tuple[int, Exception], ...] = ()


async def check_deadlines(
    db: Database,
    now: datetime,
    blind: BlindWindows = ALWAYS_HEARD,
    limit: int = _MOST_AT_ONCE,
) -> Look:
    """Judge up to `limit` jobs whose deadline has come by `now`, and commit what follows.

    A job that cannot be judged does not keep the others from it. Raises UnavailableError.
    """
    try:
        async with db.write() as tx:
            judged = _judge(await jobs.lock_due(tx, now, limit), now, blind)
            owed = await ledger.record(tx, judged, now)
        return Look(_count_done(judged, now), owed)
    except UnavailableError:
        raise
    except Exception:  # noqa: BLE001 - found again, and told, job by job
        return await _check_one_by_one(db, now, blind, limit)


async def next_deadline(db: Database) -> datetime | None:
    """Return when the clock must be looked at again, or None while no job is armed."""
    async with db.read() as tx:
        return await jobs.next_wake(tx)


async def _check_one_by_one(db: Database, now: datetime, blind: BlindWindows, limit: int) -> Look:
    async with db.read() as tx:
        due = await jobs.find_due(tx, now, limit)
    looked_at, owed, failed = 0, 0, []
    for workspace_id, job_id in due:
        try:
            async with db.write() as tx:
                job = await jobs.lock_one(tx, workspace_id, job_id)
                judged = _judge([job] if job else [], now, blind)
                owed += await ledger.record(tx, judged, now)
            looked_at += _count_done(judged, now)
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - handed to the caller, who logs it
            failed.append((job_id, error))
    return Look(looked_at, owed, tuple(failed))


def _judge(due: list[Job], now: datetime, blind: BlindWindows) -> list[ledger.Entry]:
    return [ledger.Entry(on_time(job, now, blind), by_clock=True) for job in due]


def _count_done(judged: list[ledger.Entry], now: datetime) -> int:
    deadlines = (entry.change.job.deadline_at for entry in judged)
    return sum(deadline is None or deadline > now for deadline in deadlines)
