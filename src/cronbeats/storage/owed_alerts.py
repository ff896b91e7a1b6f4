"""Alerts come to be here: in the same transaction as the change that they tell of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import func, insert, select

from cronbeats.domain.alert import Alert, AlertKind
from cronbeats.domain.alert_rules import AlertRules
from cronbeats.domain.alerting import Circumstances, compose_alert
from cronbeats.domain.announcement import Announcement, announce
from cronbeats.domain.attempt import Attempt, Outcome
from cronbeats.domain.job import Job, Reason
from cronbeats.domain.signal import SignalKind
from cronbeats.domain.transition import Change, Transition
from cronbeats.storage import alert_rules, bulk, delivery_attempts, incidents, reminders
from cronbeats.storage.alert_codec import alert_to_text
from cronbeats.storage.database import Transaction
from cronbeats.storage.delivery_attempts import Note
from cronbeats.storage.reminders import Kept
from cronbeats.storage.schema import alerts, integrations, jobs, signals, workspaces

IncidentIds = Mapping[tuple[int, int], int]
"""The ids of incidents, by their jobs' ids and their numbers."""


@dataclass(frozen=True, slots=True)
class _Event:
    announcement: Announcement
    job: Job

    @property
    def kind(self) -> AlertKind:
        return self.announcement.kind

    @property
    def transition(self) -> Transition:
        return self.announcement.transition


async def owe(
    tx: Transaction,
    changes: Sequence[Change],
    now: datetime,
    incident_ids: IncidentIds,
    *,
    plans_again: bool = False,
) -> int:
    """Write the alerts that these changes and the time until `now` deserve; return how many.

    Each is owed to every integration. `incident_ids` has those of the incidents that changed.
    `plans_again` plans all reminders of the jobs anew.
    """
    if not changes:
        return 0
    events = await _announce(tx, changes, now, plans_again=plans_again)
    rows = await _rows(tx, events, now, incident_ids)
    if rows:
        await bulk.insert_rows(tx, alerts, rows)
    return len(rows)


async def owe_drill(
    tx: Transaction, change: Change, now: datetime, incident_ids: IncidentIds
) -> list[int]:
    """Write the alerts about a drill job, whatever the rules; return their ids."""
    told = announce(change, None, AlertRules(), now)
    events = [_Event(announcement, change.job) for announcement in told.announcements]
    rows = await _rows(tx, events, now, incident_ids, is_drill=True)
    return [await _insert_one(tx, row) for row in rows]


async def keep_test(
    tx: Transaction, drill_job: Job, integration_id: int, alert: Alert, attempt: Attempt
) -> None:
    """Write a test message that was sent as an alert that is settled."""
    ended_at = attempt.started_at + timedelta(milliseconds=attempt.duration_ms)
    is_sent = attempt.outcome is Outcome.DELIVERED
    row = {
        "event_id": alert.id,
        "workspace_id": alert.workspace_id,
        "integration_id": integration_id,
        "job_id": drill_job.id,
        "kind": alert.kind,
        "event": alert_to_text(alert),
        "status": "sent" if is_sent else "failed",
        "owed_at": attempt.started_at,
        "attempts": 1,
        "next_attempt_at": ended_at,
        "settled_at": ended_at,
        "error": attempt.error,
        "status_code": attempt.status_code,
    }
    alert_id = await _insert_one(tx, row)
    await delivery_attempts.note(tx, [Note(alert_id, 1, attempt)])


async def _insert_one(tx: Transaction, row: Mapping[str, Any]) -> int:
    values = {**row, "event": orjson.loads(row["event"])}
    inserted = await tx.execute(insert(alerts).values(values).returning(alerts.c.id))
    alert_id: int = inserted.scalar_one()
    return alert_id


async def _rows(
    tx: Transaction,
    events: Sequence[_Event],
    now: datetime,
    incident_ids: IncidentIds,
    *,
    is_drill: bool = False,
) -> list[dict[str, Any]]:
    """Return the rows of what somebody hears of, for each event one an integration."""
    receivers = await _receivers(tx, {event.job.workspace_id for event in events})
    events = [event for event in events if event.job.workspace_id in receivers]
    if not events:
        return []
    circumstances = await _circumstances(tx, events, incident_ids, is_drill=is_drill)
    return [
        _alert_row(event, around, integration_id, now)
        for event, around in zip(events, circumstances, strict=True)
        for integration_id in receivers[event.job.workspace_id]
    ]


async def _receivers(tx: Transaction, workspace_ids: Iterable[int]) -> dict[int, list[int]]:
    rows = await tx.execute(
        select(integrations.c.workspace_id, integrations.c.id)
        .where(
            integrations.c.workspace_id.in_(workspace_ids),
            integrations.c.is_enabled,
            integrations.c.is_configured,
        )
        .order_by(integrations.c.id)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        found[row.workspace_id].append(row.id)
    return found


async def _announce(
    tx: Transaction, changes: Sequence[Change], now: datetime, *, plans_again: bool
) -> list[_Event]:
    """Return what people must be told, in the order in which it happened to each job."""
    workspace_ids = {change.job.workspace_id for change in changes}
    await reminders.hold_rules(tx, workspace_ids)
    rules = await alert_rules.by_workspace(tx, workspace_ids)
    known = await reminders.by_job(tx, [change.job.id for change in changes])
    events, kept = [], []
    for change in changes:
        job, before = change.job, known.get(change.job.id)
        unplanned = replace(before, due_at=None) if before and plans_again else before
        told = announce(change, unplanned, rules.get(job.workspace_id, AlertRules()), now)
        events += [_Event(announcement, job) for announcement in told.announcements]
        if told.reminder != before:
            kept.append(Kept(job.id, job.workspace_id, told.reminder))
    await reminders.keep(tx, kept)
    return events


async def _circumstances(
    tx: Transaction, events: Sequence[_Event], incident_ids: IncidentIds, *, is_drill: bool
) -> list[Circumstances]:
    names = await _workspace_names(tx, {event.job.workspace_id for event in events})
    outputs = await _last_outputs(tx, events)
    keys = [_incident_key(event) for event in events]
    unknown = {key for key in keys if key is not None} - incident_ids.keys()
    known = {**incident_ids, **await incidents.ids(tx, unknown)}
    return [
        Circumstances(
            workspace_name=names[event.job.workspace_id],
            incident_id=None if key is None else known.get(key),
            last_output=outputs.get((event.job.id, _telling_kinds(event))),
            is_drill=is_drill,
        )
        for event, key in zip(events, keys, strict=True)
    ]


async def _workspace_names(tx: Transaction, ids: Iterable[int]) -> dict[int, str]:
    query = select(workspaces.c.id, workspaces.c.name).where(workspaces.c.id.in_(ids))
    return {row.id: row.name for row in await tx.execute(query)}


async def _last_outputs(
    tx: Transaction, events: Sequence[_Event]
) -> dict[tuple[int, tuple[SignalKind, ...]], str | None]:
    """Return what the newest signal that tells why brought along, by job and kinds of signal."""
    found = {}
    for kinds in {_telling_kinds(event) for event in events} - {()}:
        newest = (
            select(func.coalesce(signals.c.output, signals.c.message))
            .where(signals.c.job_id == jobs.c.id, signals.c.kind.in_(kinds))
            .order_by(signals.c.id.desc())
            .limit(1)
            .scalar_subquery()
            .label("output")
        )
        job_ids = {event.job.id for event in events if _telling_kinds(event) == kinds}
        rows = await tx.execute(select(jobs.c.id, newest).where(jobs.c.id.in_(job_ids)))
        found.update({(row.id, kinds): row.output for row in rows})
    return found


def _telling_kinds(event: _Event) -> tuple[SignalKind, ...]:
    """Return which signals tell why: none for a run that never came."""
    if event.kind is AlertKind.RECOVERED:
        return (SignalKind.PING, SignalKind.SUCCESS)
    match event.transition.reason:
        case Reason.FAILED:
            return (SignalKind.FAIL,)
        case Reason.OVERRAN:
            return (SignalKind.START, SignalKind.PROGRESS, SignalKind.LOG)
        case _:
            return ()


def _incident_key(event: _Event) -> tuple[int, int] | None:
    incident = event.transition.incident
    return None if incident is None else (event.job.id, incident.number)


def _alert_row(
    event: _Event, around: Circumstances, integration_id: int, now: datetime
) -> dict[str, Any]:
    event_id = str(uuid4())
    alert = compose_alert(event_id, event.announcement, event.job, around)
    return {
        "event_id": event_id,
        "workspace_id": event.job.workspace_id,
        "integration_id": integration_id,
        "job_id": event.job.id,
        "kind": event.kind,
        "event": alert_to_text(alert),
        "status": "owed",
        "owed_at": now,
        "attempts": 0,
        "next_attempt_at": now,
    }
