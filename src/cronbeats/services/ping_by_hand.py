"""Ping by hand: a person tells that a job ran."""

from __future__ import annotations

from datetime import datetime

from cronbeats.domain.audit import Actor, AuditAction, about_job
from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.errors import ConflictError, NotFoundError, ThrottledError
from cronbeats.domain.job import Job
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.domain.state_machine import on_signal
from cronbeats.domain.throttle import subjects_of_hand_ping
from cronbeats.storage import audit_log, jobs, ledger, sign_in_tries
from cronbeats.storage.database import Database

USER_AGENT = "CronBeats, by hand"
"""What such a signal says of its client, so that everybody sees that no job sent it."""


async def ping_by_hand(
    db: Database, workspace_id: int, job_id: int, now: datetime, *, by: Actor, blind: BlindWindows
) -> Job:
    """Take a ping for a job as if it had sent it, marked with who did; return the job.

    Raises NotFoundError, ConflictError if the job is paused, as its pings are then refused, and
    ThrottledError after too many.
    """
    if wait := await sign_in_tries.count_if_room(db, subjects_of_hand_ping(workspace_id), now):
        raise ThrottledError(wait)
    async with db.write() as tx:
        job = await jobs.lock_one(tx, workspace_id, job_id)
        if job is None:
            raise NotFoundError("Job not found")
        if not job.is_enabled:
            raise ConflictError("The job is paused, so it takes no pings. Resume it first")
        signal = _signal(by, now)
        change = on_signal(job, signal, blind)
        received = ledger.Received(signal, change.job.state.last_duration_ms)
        await ledger.record(tx, [ledger.Entry(change, [received])], now)
        await audit_log.add(tx, [about_job(job, AuditAction.JOB_PINGED, by, now)])
    return change.job


def _signal(by: Actor, now: datetime) -> Signal:
    return Signal(
        SignalKind.PING,
        now,
        message=f"Pinged by hand by {by.name}",
        source_ip=by.address,
        user_agent=USER_AGENT,
    )
