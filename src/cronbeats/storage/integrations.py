"""Integrations: one of each kind per workspace."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select, update

from cronbeats.domain.integration import Integration, IntegrationKind, LastDelivery
from cronbeats.storage.database import Transaction
from cronbeats.storage.dialect import insert_into
from cronbeats.storage.schema import integrations


async def browse(tx: Transaction, workspace_id: int) -> list[Integration]:
    """Return a workspace's integrations, those that were ever set up."""
    rows = await tx.execute(select(integrations).where(integrations.c.workspace_id == workspace_id))
    return [integration_from_row(row) for row in rows]


async def get(tx: Transaction, workspace_id: int, kind: IntegrationKind) -> Integration | None:
    """Return one integration of a workspace, or None."""
    return await _first(tx, _own(workspace_id, kind))


async def lock(tx: Transaction, workspace_id: int, kind: IntegrationKind) -> Integration | None:
    """Return one integration of a workspace, locked for a change, or None."""
    return await _first(tx, _own(workspace_id, kind).with_for_update())


async def save(
    tx: Transaction,
    workspace_id: int,
    kind: IntegrationKind,
    config: dict[str, str],
    *,
    is_enabled: bool,
    is_configured: bool,
    now: datetime,
) -> None:
    """Store an integration's values."""
    values = {
        "config": config,
        "is_enabled": is_enabled,
        "is_configured": is_configured,
        "updated_at": now,
    }
    await tx.execute(
        insert_into(tx, integrations)
        .values(workspace_id=workspace_id, kind=kind, created_at=now, **values)
        .on_conflict_do_update(index_elements=["workspace_id", "kind"], set_=values)
    )


async def note_delivery(
    tx: Transaction, integration_id: int, status: str, now: datetime, error: str | None
) -> None:
    """Remember how the newest delivery to an integration went, and the newest of its sort."""
    values = {
        "last_delivery_status": status,
        "last_delivery_at": now,
        "last_delivery_error": error,
    }
    if status == "sent":
        values |= {"last_success_at": now}
    else:
        values |= {"last_failure_at": now, "last_failure_reason": error}
    own = update(integrations).where(integrations.c.id == integration_id)
    await tx.execute(own.values(values))


def integration_from_row(row: Row[Any]) -> Integration:
    """Return the integration that a row holds."""
    delivery = None
    if row.last_delivery_status is not None:
        delivery = LastDelivery(
            row.last_delivery_status, row.last_delivery_at, row.last_delivery_error
        )
    return Integration(
        id=row.id,
        workspace_id=row.workspace_id,
        kind=IntegrationKind(row.kind),
        config=row.config,
        is_enabled=row.is_enabled,
        is_configured=row.is_configured,
        last_delivery=delivery,
        last_success_at=row.last_success_at,
        last_failure_at=row.last_failure_at,
        last_failure_reason=row.last_failure_reason,
    )


def _own(workspace_id: int, kind: IntegrationKind) -> Select[Any]:
    own = (integrations.c.workspace_id == workspace_id, integrations.c.kind == kind)
    return select(integrations).where(*own)


async def _first(tx: Transaction, query: Select[Any]) -> Integration | None:
    row = (await tx.execute(query)).first()
    return None if row is None else integration_from_row(row)
