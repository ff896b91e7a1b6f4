"""The audit log: written in the transaction of the change that it tells of.

No entry refers to a row of a person or a key, so that it outlives them and still tells their names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Delete, Row, Select, insert, select

from cronbeats.domain.audit import (
    Actor,
    ActorKind,
    AuditAction,
    AuditEntry,
    FieldChange,
    Target,
    TargetKind,
)
from cronbeats.domain.page import PageRequest
from cronbeats.storage.database import Transaction
from cronbeats.storage.pages import fetch_page
from cronbeats.storage.pruning import delete_old
from cronbeats.storage.schema import audit_log


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as it is listed."""

    id: int
    entry: AuditEntry


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries are listed: of one action, by one actor, from `since` on, before `until`."""

    action: AuditAction | None = None
    actor_kind: ActorKind | None = None
    actor_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


async def add(tx: Transaction, entries: Sequence[AuditEntry]) -> None:
    """Write entries, however many, with one statement."""
    if entries:
        await tx.execute(insert(audit_log), [_row_of(entry) for entry in entries])


async def browse(
    tx: Transaction, workspace_id: int, query: AuditQuery, request: PageRequest
) -> tuple[list[StoredEntry], int]:
    """Return a page of those of a workspace's entries that match, newest first, and how many do."""
    rows, total = await fetch_page(tx, list_query(workspace_id, query), request)
    return [StoredEntry(row.id, _entry_of(row)) for row in rows], total


async def newest(
    tx: Transaction,
    limit: int,
    *,
    since: datetime | None = None,
    workspace_id: int | None = None,
    is_of_none: bool = False,
) -> list[StoredEntry]:
    """Return the newest entries of all, of one workspace, or of none, from a moment on."""
    own = audit_log.c.workspace_id
    conditions: list[ColumnElement[bool]] = [own.is_(None)] if is_of_none else []
    if workspace_id is not None:
        conditions.append(own == workspace_id)
    if since is not None:
        conditions.append(audit_log.c.at >= since)
    query = select(audit_log).where(*conditions).order_by(audit_log.c.id.desc()).limit(limit)
    return [StoredEntry(row.id, _entry_of(row)) for row in await tx.execute(query)]


def list_query(workspace_id: int, query: AuditQuery) -> Select[Any]:
    """Return the query for all entries that match, newest first."""
    conditions = [audit_log.c.workspace_id == workspace_id]
    if query.action is not None:
        conditions.append(audit_log.c.action == query.action)
    if query.actor_kind is not None:
        conditions.append(audit_log.c.actor_kind == query.actor_kind)
    if query.actor_id is not None:
        conditions.append(audit_log.c.actor_id == query.actor_id)
    if query.since is not None:
        conditions.append(audit_log.c.at >= query.since)
    if query.until is not None:
        conditions.append(audit_log.c.at < query.until)
    return select(audit_log).where(*conditions).order_by(audit_log.c.id.desc())


def prune(before: datetime, limit: int) -> Delete:
    """Return what deletes up to `limit` entries from before a moment, the oldest first."""
    return delete_old(audit_log.c.at < before, limit, audit_log.c.at, audit_log.c.id)


def _row_of(entry: AuditEntry) -> dict[str, Any]:
    return {
        "workspace_id": entry.workspace_id,
        "at": entry.at,
        "actor_kind": entry.actor.kind,
        "actor_id": entry.actor.id,
        "actor_name": entry.actor.name,
        "address": entry.actor.address,
        "action": entry.action,
        "target_kind": entry.target.kind,
        "target_id": entry.target.id,
        "target_name": entry.target.name,
        "changes": [asdict(change) for change in entry.changes],
    }


def _entry_of(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        at=row.at,
        actor=Actor(ActorKind(row.actor_kind), row.actor_name, row.actor_id, row.address),
        action=AuditAction(row.action),
        target=Target(TargetKind(row.target_kind), row.target_name, row.target_id),
        workspace_id=row.workspace_id,
        changes=tuple(FieldChange(**change) for change in row.changes),
    )
