"""What is still to be said about open incidents; a part of the ledger, which alone calls it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, or_, select

from cronbeats.domain.reminder import Reminder, plan_reminder
from cronbeats.storage import bulk
from cronbeats.storage.database import Transaction
from cronbeats.storage.dialect import Id, table_of
from cronbeats.storage.schema import alert_rules, job_states, reminders, workspaces


@dataclass(frozen=True, slots=True)
class Kept:
    """A reminder to keep, or None to forget what was still to be said about the job."""

    job_id: int
    workspace_id: int
    reminder: Reminder | None


async def hold_rules(tx: Transaction, workspace_ids: Iterable[int]) -> None:
    """Let nobody change these workspaces' rules while reminders are planned by them."""
    held = select(workspaces.c.id).where(workspaces.c.id.in_(set(workspace_ids)))
    await tx.execute(held.order_by(workspaces.c.id).with_for_update(read=True))


async def by_job(tx: Transaction, job_ids: Collection[int]) -> dict[int, Reminder]:
    """Return what is still to be said about those of these jobs that are down."""
    named = table_of(tx, {"job_id": Id}, [(job_id,) for job_id in job_ids])
    query = select(reminders).join(named, named.c.job_id == reminders.c.job_id)
    rows = await tx.execute(query)
    return {row.job_id: _reminder(row) for row in rows}


async def keep(tx: Transaction, kept: Collection[Kept]) -> None:
    """Store reminders, and forget those that are none any more."""
    over = [each.job_id for each in kept if each.reminder is None]
    if over:
        await tx.execute(delete(reminders).where(reminders.c.job_id.in_(over)))
    rows = [_row(each, each.reminder) for each in kept if each.reminder is not None]
    if rows:
        await bulk.upsert_rows(tx, reminders, rows)


async def forget_all(tx: Transaction, workspace_id: int) -> None:
    """Forget what was still to be said about the jobs of a workspace."""
    await tx.execute(delete(reminders).where(reminders.c.workspace_id == workspace_id))


async def plan_again(tx: Transaction, now: datetime, workspace_id: int | None = None) -> None:
    """Plan reminders by their workspaces' rules as they are now, of one workspace or of all.

    What is due already stays, so that the clock finds it. Nobody else plans at the same time.
    """
    # Deleted ones have no reminders, and whoever clears one away locks it before its jobs.
    alive = select(workspaces.c.id).where(workspaces.c.deleted_at.is_(None))
    ids = alive.order_by(workspaces.c.id).with_for_update(key_share=True)
    await tx.execute(ids if workspace_id is None else ids.where(workspaces.c.id == workspace_id))
    query = (
        select(reminders, job_states.c.muted_until, alert_rules.c.reminder_interval_seconds)
        .join(job_states, job_states.c.job_id == reminders.c.job_id)
        .outerjoin(alert_rules, alert_rules.c.workspace_id == reminders.c.workspace_id)
        .where(or_(reminders.c.due_at.is_(None), reminders.c.due_at > now))
        .order_by(reminders.c.job_id)
    )
    if workspace_id is not None:
        query = query.where(reminders.c.workspace_id == workspace_id)
    rows = await tx.execute(query)
    await keep(tx, [Kept(row.job_id, row.workspace_id, _planned(row, now)) for row in rows])


def _planned(row: Row[Any], now: datetime) -> Reminder:
    return plan_reminder(_reminder(row), row.reminder_interval_seconds, row.muted_until, now)


def _reminder(row: Row[Any]) -> Reminder:
    return Reminder(row.announced_at, row.told_at, row.due_at)


def _row(kept: Kept, reminder: Reminder) -> Mapping[str, Any]:
    return {
        "job_id": kept.job_id,
        "workspace_id": kept.workspace_id,
        "announced_at": reminder.announced_at,
        "told_at": reminder.told_at,
        "due_at": reminder.due_at,
    }
