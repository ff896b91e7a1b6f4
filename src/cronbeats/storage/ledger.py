"""The only writer of a change: a job's state, its history and the alerts it owes, all or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from cronbeats.domain.alert import Alert
from cronbeats.domain.attempt import Attempt
from cronbeats.domain.hint import Hint, HintKind, hint_of
from cronbeats.domain.job import LONGEST_MUTE, Incident, Job
from cronbeats.domain.transition import Change
from cronbeats.storage import bulk, owed_alerts, quiet_changes, reminders
from cronbeats.storage.database import Database, Transaction, note_hints
from cronbeats.storage.ledger_rows import (
    RUN,
    SIGNAL,
    STATE,
    Received,
    run_row,
    signal_row,
    state_row,
)
from cronbeats.storage.owed_alerts import IncidentIds
from cronbeats.storage.quiet_changes import Account, Judge
from cronbeats.storage.schema import incidents, job_states, jobs, runs, signals, transitions

__all__ = ["Account", "Judge", "Received"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened to one job: the change, and the signals that came with it.

    `by_clock` tells that it was the clock who looked, so that it must be told when to come back.
    """

    change: Change
    received: Sequence[Received] = ()
    by_clock: bool = False


async def open_account(tx: Transaction, job: Job) -> None:
    """Write the first state of a new job."""
    row = state_row(job.id, job.rules, job.state)
    await tx.execute(insert(job_states).values(_named(STATE, row)))
    note_hints(tx, [Hint(job.workspace_id, job.id, HintKind.JOB)])


async def close_accounts(tx: Transaction, workspace_id: int, job_ids: Sequence[int]) -> None:
    """Let the clock look at no job of a workspace any more, and people be told of none.

    All its jobs, by their ids, must be locked; what is owed already stays owed.
    """
    note_hints(tx, (Hint(workspace_id, job_id, HintKind.JOB) for job_id in job_ids))
    own = select(jobs.c.id).where(jobs.c.workspace_id == workspace_id)
    await tx.execute(update(job_states).where(job_states.c.job_id.in_(own)).values(wake_at=None))
    await reminders.forget_all(tx, workspace_id)


async def record(tx: Transaction, entries: Sequence[Entry], now: datetime) -> int:
    """Write entries, at most one a job, in order of the jobs' ids; return how many alerts are owed.

    Nothing counts before the transaction is committed.
    """
    incident_ids = await _write(tx, entries)
    note_hints(tx, filter(None, map(_hint, entries)))
    telling = [entry.change for entry in entries if entry.change.transitions or entry.by_clock]
    return await owed_alerts.owe(tx, telling, now, incident_ids)


async def record_quietly(db: Database, keys: Iterable[str], judge: Judge) -> None:
    """Let `judge` change the jobs of these keys, and write what owes no alert, in one transaction.

    All of that is durable when this returns. Raises UnavailableError, RefusedError if something
    cannot be stored, and what `judge` raises; then nothing was kept.
    """
    await quiet_changes.record(db, keys, judge)


async def record_drill(tx: Transaction, entry: Entry, now: datetime) -> list[int]:
    """Write what happened to a drill job; return the ids of the alerts that are owed.

    Every integration that is on is owed them, whatever the workspace's rules.
    """
    incident_ids = await _write(tx, [entry])
    return await owed_alerts.owe_drill(tx, entry.change, now, incident_ids)


async def mute(tx: Transaction, muted: Sequence[Job], now: datetime) -> None:
    """Write until when jobs are muted, and the alerts that are owed now, as a mute has ended.

    What has come to be before `now` must have been recorded.
    """
    if not muted:
        return
    await tx.execute(
        update(job_states).where(job_states.c.job_id == bindparam("of_job")),
        [{"of_job": job.id, "muted_until": job.muted_until} for job in muted],
    )
    note_hints(tx, (Hint(job.workspace_id, job.id, HintKind.JOB) for job in muted))
    await owed_alerts.owe(tx, [Change(job) for job in muted], now, {}, plans_again=True)


async def keep_test(
    tx: Transaction, drill_job: Job, integration_id: int, alert: Alert, attempt: Attempt
) -> None:
    """Write down a test message that was sent, as an alert that is settled."""
    await owed_alerts.keep_test(tx, drill_job, integration_id, alert, attempt)
    note_hints(tx, [Hint(drill_job.workspace_id, drill_job.id, HintKind.DELIVERY)])


async def end_far_mutes(tx: Transaction, now: datetime) -> None:
    """End the mutes that nobody can have meant: those of a clock that ran ahead."""
    is_far = job_states.c.muted_until > now + LONGEST_MUTE
    await tx.execute(update(job_states).where(is_far).values(muted_until=now))


async def plan_reminders(tx: Transaction, now: datetime, workspace_id: int | None = None) -> None:
    """Plan reminders anew by the rules as they are now, of one workspace or of all."""
    await reminders.plan_again(tx, now, workspace_id)


async def _write(tx: Transaction, entries: Sequence[Entry]) -> IncidentIds:
    """Write entries; return the ids of the incidents among them."""
    entries = sorted(entries, key=lambda entry: entry.change.job.id)
    await _write_signals(tx, entries)
    await _write_states(tx, entries)
    await _write_runs(tx, entries)
    incident_ids = await _write_incidents(tx, entries)
    await _write_transitions(tx, entries)
    return incident_ids


async def _write_signals(tx: Transaction, entries: Sequence[Entry]) -> None:
    rows = [
        _named(SIGNAL, signal_row(entry.change.job.id, received))
        for entry in entries
        for received in entry.received
    ]
    if rows:
        await bulk.insert_rows(tx, signals, rows)


async def _write_states(tx: Transaction, entries: Sequence[Entry]) -> None:
    for by_clock in (False, True):
        rows = [
            _named(STATE, state_row(job.id, job.rules, job.state))
            for job in (entry.change.job for entry in entries if entry.by_clock is by_clock)
        ]
        if rows:
            await bulk.save_states(tx, rows, by_clock=by_clock)


async def _write_runs(tx: Transaction, entries: Sequence[Entry]) -> None:
    rows = [
        _named(RUN, run_row(entry.change.job.id, run))
        for entry in entries
        for run in entry.change.runs
    ]
    if rows:
        await bulk.upsert_rows(tx, runs, rows)


async def _write_incidents(tx: Transaction, entries: Sequence[Entry]) -> IncidentIds:
    rows = [
        _incident_row(entry.change.job.id, incident)
        for entry in entries
        for incident in entry.change.incidents
    ]
    return await bulk.upsert_numbered(tx, incidents, rows) if rows else {}


async def _write_transitions(tx: Transaction, entries: Sequence[Entry]) -> None:
    rows = [
        {
            "job_id": entry.change.job.id,
            "at": step.at,
            "before": step.before,
            "after": step.after,
            "reason": step.reason,
            "incident_number": step.incident and step.incident.number,
        }
        for entry in entries
        for step in entry.change.transitions
    ]
    if rows:
        await bulk.insert_rows(tx, transitions, rows)


def _hint(entry: Entry) -> Hint | None:
    return hint_of(entry.change, is_signal=bool(entry.received), by_clock=entry.by_clock)


def _named(names: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(names, row, strict=True))


def _incident_row(job_id: int, incident: Incident) -> dict[str, Any]:
    return {
        "job_id": job_id,
        "number": incident.number,
        "started_at": incident.started_at,
        "reason": incident.reason,
        "missed_runs": incident.missed_runs,
        "ended_at": incident.ended_at,
    }
