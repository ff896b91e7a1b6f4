"""The alerts that are owed: claimed with a lease, settled when it is known how they went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, or_, select, update

from cronbeats.domain.alert import Alert
from cronbeats.domain.integration import Integration
from cronbeats.storage.alert_codec import alert_from_json
from cronbeats.storage.database import Transaction
from cronbeats.storage.integrations import integration_from_row, note_delivery
from cronbeats.storage.schema import alerts, integrations


@dataclass(frozen=True, slots=True)
class Claimed:
    """An alert that nobody else will send while the lease holds; `attempts` counts this one too."""

    id: int
    alert: Alert
    integration: Integration
    owed_at: datetime
    attempts: int
    claimed_at: datetime


async def claim(
    tx: Transaction,
    now: datetime,
    lease_until: datetime,
    limit: int,
    *,
    under_way: Collection[Claimed],
    share: Callable[[Integration], int],
) -> list[Claimed]:
    """Take up to `limit` alerts whose time has come, oldest first.

    Of one integration at most its share, less what is `under_way` already. An alert waits until
    every earlier one of the same job and integration is settled, so that a recovery never
    overtakes its down.
    """
    counts = Counter(each.integration.id for each in under_way)
    integrations_under_way = {each.integration.id: each.integration for each in under_way}
    full = [id_ for id_, each in integrations_under_way.items() if counts[id_] >= share(each)]
    claimed: list[Claimed] = []
    for row in (await tx.execute(_due(now, limit, full))).all():
        integration = integration_from_row(tx, row)
        if counts[integration.id] >= share(integration):
            continue
        alert = await _decode(tx, row, now)
        if alert is not None:
            counts[integration.id] += 1
            attempts = row.attempts + 1
            claimed.append(Claimed(row.alert_id, alert, integration, row.owed_at, attempts, now))
    if claimed:
        taken = update(alerts).where(alerts.c.id.in_([each.id for each in claimed]))
        await tx.execute(taken.values(lease_until=lease_until, attempts=alerts.c.attempts + 1))
    return claimed


async def next_attempt(tx: Transaction) -> datetime | None:
    """Return when the next alert is to be attempted, or None if none is owed."""
    owed = select(alerts.c.next_attempt_at).where(alerts.c.status == "owed")
    return await tx.scalar(owed.order_by(alerts.c.next_attempt_at).limit(1))


async def settle(
    tx: Transaction,
    claimed: Claimed,
    status: str,
    now: datetime,
    *,
    status_code: int | None = None,
    error: str | None = None,
) -> None:
    """Note how an alert ended: `sent` or `failed`. What is settled stays so."""
    await tx.execute(
        _still_owed(claimed).values(
            status=status, settled_at=now, lease_until=None, status_code=status_code, error=error
        )
    )
    await note_delivery(tx, claimed.integration.id, status, now, error)


async def put_off(
    tx: Transaction,
    claimed: Claimed,
    until: datetime,
    now: datetime,
    *,
    status_code: int | None,
    error: str,
) -> None:
    """Note that an alert did not get through and is to be tried again at `until`."""
    await tx.execute(
        _still_owed(claimed).values(
            next_attempt_at=until, lease_until=None, status_code=status_code, error=error
        )
    )
    await note_delivery(tx, claimed.integration.id, "failed", now, error)


async def release(tx: Transaction, claimed_ids: Sequence[int]) -> None:
    """Give claimed alerts back, to be sent by whoever comes next."""
    if claimed_ids:
        given = update(alerts).where(alerts.c.id.in_(claimed_ids), alerts.c.status == "owed")
        await tx.execute(given.values(lease_until=None, attempts=alerts.c.attempts - 1))


async def release_all(tx: Transaction) -> None:
    """Give every claimed alert back: for a database of which we are the only user."""
    await tx.execute(
        update(alerts)
        .where(alerts.c.status == "owed", alerts.c.lease_until.is_not(None))
        .values(lease_until=None)
    )


async def hurry(tx: Transaction, now: datetime) -> None:
    """Let every owed alert be attempted by `now`, whatever moment was noted for it."""
    ahead = update(alerts).where(alerts.c.status == "owed", alerts.c.next_attempt_at > now)
    await tx.execute(ahead.values(next_attempt_at=now, lease_until=None))


async def _decode(tx: Transaction, row: Row[Any], now: datetime) -> Alert | None:
    """Return a row's alert; one that nobody can read any more is settled, for it blocks others."""
    try:
        return alert_from_json(row.event)
    except (KeyError, TypeError, ValueError) as error:
        failed = update(alerts).where(alerts.c.id == row.alert_id)
        text = f"the alert cannot be read ({type(error).__name__})"
        await tx.execute(failed.values(status="failed", settled_at=now, error=text))
        return None


def _due(now: datetime, limit: int, full: Collection[int]) -> Select[Any]:
    earlier = alerts.alias("earlier")
    waits_for_earlier = (
        select(earlier.c.id)
        .where(
            earlier.c.integration_id == alerts.c.integration_id,
            earlier.c.job_id == alerts.c.job_id,
            earlier.c.id < alerts.c.id,
            earlier.c.status == "owed",
        )
        .exists()
    )
    return (
        select(
            alerts.c.id.label("alert_id"),
            alerts.c.event,
            alerts.c.owed_at,
            alerts.c.attempts,
            *integrations.c,
        )
        .join(integrations, integrations.c.id == alerts.c.integration_id)
        .where(
            alerts.c.status == "owed",
            alerts.c.next_attempt_at <= now,
            or_(alerts.c.lease_until.is_(None), alerts.c.lease_until <= now),
            alerts.c.integration_id.not_in(full),
            ~waits_for_earlier,
        )
        .order_by(alerts.c.next_attempt_at, alerts.c.id)
        .limit(limit)
        .with_for_update(of=alerts, skip_locked=True)
    )


def _still_owed(claimed: Claimed) -> Any:
    return update(alerts).where(alerts.c.id == claimed.id, alerts.c.status == "owed")
