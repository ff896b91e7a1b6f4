"""Integrations: one of each kind per workspace, their values sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Update, or_, select, update

from cronbeats.domain.errors import UnreadableSecretError
from cronbeats.domain.integration import Breakage, Integration, IntegrationKind, LastDelivery
from cronbeats.storage.database import Transaction, cipher_of
from cronbeats.storage.dialect import insert_into
from cronbeats.storage.schema import integrations


async def browse(tx: Transaction, workspace_id: int) -> list[Integration]:
    """Return a workspace's integrations, those that were ever set up."""
    rows = await tx.execute(select(integrations).where(integrations.c.workspace_id == workspace_id))
    return [integration_from_row(tx, row) for row in rows]


async def is_any_told(tx: Transaction, workspace_id: int) -> bool:
    """Tell whether any integration of a workspace is told of alerts."""
    return await tx.scalar(told_query(workspace_id)) is not None


def told_query(workspace_id: Any) -> Select[Any]:
    """Return the query that finds something if any integration of a workspace is told of alerts."""
    return (
        select(integrations.c.id)
        .where(
            integrations.c.workspace_id == workspace_id,
            integrations.c.is_enabled,
            integrations.c.is_configured,
        )
        .limit(1)
    )


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
    """Store an integration's values; what was known of its failures is known no more.

    Raises NoSecretKeyError.
    """
    values = {
        "config": _sealed(tx, config, workspace_id, kind),
        "is_enabled": is_enabled,
        "is_configured": is_configured,
        "updated_at": now,
        "resume_at": None,
        "broken_since": None,
        "broken_reason": None,
    }
    await tx.execute(
        insert_into(tx, integrations)
        .values(workspace_id=workspace_id, kind=kind, created_at=now, **values)
        .on_conflict_do_update(index_elements=["workspace_id", "kind"], set_=values)
    )


async def enable(
    tx: Transaction, workspace_id: int, kind: IntegrationKind, *, is_enabled: bool, now: datetime
) -> None:
    """Switch an integration on or off, and leave its values alone."""
    own = (integrations.c.workspace_id == workspace_id, integrations.c.kind == kind)
    values = {"is_enabled": is_enabled, "updated_at": now}
    await tx.execute(update(integrations).where(*own).values(values))


@dataclass(frozen=True, slots=True)
class Seals:
    """The ids of integrations not sealed with the first key, and of those that nobody can read."""

    stale_ids: tuple[int, ...]
    unreadable_ids: tuple[int, ...]


async def check_seals(tx: Transaction) -> Seals:
    """Look at every integration's seal, and change nothing."""
    stale, unreadable = [], []
    for row in await tx.execute(select(integrations).order_by(integrations.c.id)):
        if not integration_from_row(tx, row).is_readable:
            unreadable.append(row.id)
        elif not _is_current(tx, row.config):
            stale.append(row.id)
    return Seals(tuple(stale), tuple(unreadable))


async def seal_again(tx: Transaction, integration_ids: Sequence[int]) -> int:
    """Seal these integrations' values with the first key, if need be; return how many it were.

    Raises NoSecretKeyError.
    """
    count = 0
    for id_ in sorted(integration_ids):
        own = integrations.c.id == id_
        row = (await tx.execute(select(integrations).where(own).with_for_update())).first()
        known = None if row is None else integration_from_row(tx, row)
        if row and known and known.is_readable and not _is_current(tx, row.config):
            sealed = _sealed(tx, known.config, known.workspace_id, known.kind)
            await tx.execute(update(integrations).where(own).values(config=sealed))
            count += 1
    return count


async def lock_all(tx: Transaction, workspace_id: int) -> None:
    """Let nobody claim or settle what a workspace's integrations are owed meanwhile."""
    own = select(integrations.c.id).where(integrations.c.workspace_id == workspace_id)
    await tx.execute(own.order_by(integrations.c.id).with_for_update(key_share=True))


async def get_many(tx: Transaction, ids: Sequence[int]) -> list[Integration]:
    """Return integrations by their ids."""
    rows = await tx.execute(select(integrations).where(integrations.c.id.in_(ids)))
    return [integration_from_row(tx, row) for row in rows]


async def lock_many(tx: Transaction, ids: Sequence[int]) -> list[Integration]:
    """Return integrations by their ids, locked: one process at a time claims what they are owed."""
    rows = await tx.execute(
        select(integrations)
        .where(integrations.c.id.in_(ids))
        .order_by(integrations.c.id)
        # Whoever only refers to them, to owe them more, need not wait.
        .with_for_update(key_share=True)
    )
    return [integration_from_row(tx, row) for row in rows]


async def note_delivery(
    tx: Transaction, integration_id: int, status: str, now: datetime, error: str | None
) -> None:
    """Remember how the newest delivery to an integration went, and the newest of its sort."""
    values = {
        "last_delivery_status": status,
        "last_delivery_at": now,
        "last_delivery_error": error,
    }
    await tx.execute(_one(integration_id).values(values | _newest(status, now, error)))


async def note_test(
    tx: Transaction, integration_id: int, status: str, now: datetime, error: str | None
) -> None:
    """Remember that a test message arrived, or why it did not: it is no delivery of an alert."""
    await tx.execute(_one(integration_id).values(_newest(status, now, error)))


async def hold(tx: Transaction, integration: Integration, until: datetime) -> None:
    """Send nothing to an integration before a moment; a later one that was noted stays.

    Nothing is noted if it was set up anew since it was read.
    """
    sooner = or_(integrations.c.resume_at.is_(None), integrations.c.resume_at < until)
    await tx.execute(_as_it_was(integration).where(sooner).values(resume_at=until))


async def mark_broken(
    tx: Transaction, integration: Integration, reason: str, now: datetime
) -> bool:
    """Note that an integration takes no message; return whether that is news.

    Nothing is noted if it was set up anew since it was read.
    """
    same = _as_it_was(integration)
    first = same.where(integrations.c.broken_since.is_(None))
    is_news = (await tx.execute(first.values(broken_since=now, broken_reason=reason))).rowcount > 0
    if not is_news:
        await tx.execute(same.values(broken_reason=reason))
    return is_news


async def mend(tx: Transaction, integration_id: int) -> None:
    """Note that an integration takes messages again, at once."""
    await tx.execute(
        _one(integration_id).values(resume_at=None, broken_since=None, broken_reason=None)
    )


async def release_holds(tx: Transaction, now: datetime) -> None:
    """Let nothing be held beyond `now`; all integrations are locked, in their order."""
    every = select(integrations.c.id).order_by(integrations.c.id)
    await tx.execute(every.with_for_update(key_share=True))
    held = update(integrations).where(integrations.c.resume_at > now)
    await tx.execute(held.values(resume_at=now))


def integration_from_row(tx: Transaction, row: Row[Any]) -> Integration:
    """Return the integration that a row holds."""
    config = _opened(tx, row)
    delivery = None
    if row.last_delivery_status is not None:
        delivery = LastDelivery(
            row.last_delivery_status, row.last_delivery_at, row.last_delivery_error
        )
    broken = None
    if row.broken_since is not None:
        broken = Breakage(row.broken_since, row.broken_reason or "")
    return Integration(
        id=row.id,
        workspace_id=row.workspace_id,
        kind=IntegrationKind(row.kind),
        config=config or {},
        is_enabled=row.is_enabled,
        is_configured=row.is_configured,
        last_delivery=delivery,
        last_success_at=row.last_success_at,
        last_failure_at=row.last_failure_at,
        last_failure_reason=row.last_failure_reason,
        is_readable=config is not None,
        updated_at=row.updated_at,
        resume_at=row.resume_at,
        broken=broken,
    )


def _newest(status: str, now: datetime, error: str | None) -> dict[str, Any]:
    if status == "sent":
        return {"last_success_at": now}
    return {"last_failure_at": now, "last_failure_reason": error}


def _one(integration_id: int) -> Update:
    return update(integrations).where(integrations.c.id == integration_id)


def _as_it_was(integration: Integration) -> Update:
    return _one(integration.id).where(integrations.c.updated_at == integration.updated_at)


def _sealed(
    tx: Transaction, config: Mapping[str, str], workspace_id: int, kind: IntegrationKind
) -> str:
    return cipher_of(tx).seal(json.dumps(dict(config)), _owner(workspace_id, kind))


def _opened(tx: Transaction, row: Row[Any]) -> dict[str, str] | None:
    """Return a row's values, None if they cannot be read."""
    if not isinstance(row.config, str):
        # Stored by a version that did not seal yet.
        plain: dict[str, str] = row.config
        return plain
    try:
        opened = cipher_of(tx).open(row.config, _owner(row.workspace_id, row.kind))
    except UnreadableSecretError:
        return None
    values: dict[str, str] = json.loads(opened)
    return values


def _is_current(tx: Transaction, config: Any) -> bool:
    return isinstance(config, str) and cipher_of(tx).is_current(config)


def _owner(workspace_id: int, kind: str) -> str:
    """Return what stays true of an integration's row, whatever becomes of its values."""
    return f"integration {kind} of workspace {workspace_id}"


def _own(workspace_id: int, kind: IntegrationKind) -> Select[Any]:
    own = (integrations.c.workspace_id == workspace_id, integrations.c.kind == kind)
    return select(integrations).where(*own)


async def _first(tx: Transaction, query: Select[Any]) -> Integration | None:
    row = (await tx.execute(query)).first()
    return None if row is None else integration_from_row(tx, row)
