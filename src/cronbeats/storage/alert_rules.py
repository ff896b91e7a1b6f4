"""Each workspace's alert rules; one that never chose has the defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from cronbeats.domain.alert_rules import AlertRules
from cronbeats.storage.database import Transaction
from cronbeats.storage.dialect import insert_into
from cronbeats.storage.schema import alert_rules


async def by_workspace(tx: Transaction, workspace_ids: Iterable[int]) -> dict[int, AlertRules]:
    """Return the rules of those of these workspaces that chose any."""
    query = select(alert_rules).where(alert_rules.c.workspace_id.in_(workspace_ids))
    return {
        row.workspace_id: AlertRules(
            alert_on_down=row.alert_on_down,
            alert_on_recovery=row.alert_on_recovery,
            alert_on_late=row.alert_on_late,
            reminder_interval_seconds=row.reminder_interval_seconds,
        )
        for row in await tx.execute(query)
    }


async def save(tx: Transaction, workspace_id: int, changes: Mapping[str, Any]) -> None:
    """Store some of a workspace's rules, by their names; the others stay, or begin as defaults."""
    statement = insert_into(tx, alert_rules).values(
        workspace_id=workspace_id, **{**asdict(AlertRules()), **changes}
    )
    known = ["workspace_id"]
    if changes:
        statement = statement.on_conflict_do_update(index_elements=known, set_=dict(changes))
    else:
        statement = statement.on_conflict_do_nothing(index_elements=known)
    await tx.execute(statement)
