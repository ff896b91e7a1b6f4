"""The alerts that are owed: claimed with a lease, settled by whoever holds it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Delete, Row, and_, func, select, update

from cronbeats.domain.alert import Alert
from cronbeats.storage.alert_codec import alert_from_json
from cronbeats.storage.database import Transaction
from cronbeats.storage.due_alerts import IS_OWED
from cronbeats.storage.pruning import delete_old
from cronbeats.storage.schema import alerts


@dataclass(frozen=True, slots=True)
class Taken:
    """An alert that was taken; `attempts` counts the one that now begins."""

    id: int
    alert: Alert
    owed_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds what is taken (nobody else knows the token), and until when."""

    token: str
    until: datetime


async def take(
    tx: Transaction,
    ids: Collection[int],
    lease: Lease,
    now: datetime,
    digest_id: str | None = None,
) -> dict[int, Taken]:
    """Take alerts, by their ids; from now on each may have arrived.

    The integration must be locked, and nobody else hold a lease on them.
    """
    if not ids:
        return {}
    taken = update(alerts).where(alerts.c.id.in_(ids), IS_OWED)
    rows = await tx.execute(
        taken.values(
            claim_token=lease.token,
            lease_until=lease.until,
            # Should nobody settle it, it is looked at again when the lease ends.
            next_attempt_at=lease.until,
            attempts=alerts.c.attempts + 1,
            may_have_arrived=True,
            digest_id=digest_id,
        ).returning(alerts.c.id, alerts.c.event, alerts.c.owed_at, alerts.c.attempts)
    )
    found: dict[int, Taken] = {}
    for row in rows.all():
        alert = await _decode(tx, row, now)
        if alert is not None:
            found[row.id] = Taken(row.id, alert, row.owed_at, row.attempts)
    return found


async def settle(
    tx: Transaction,
    ids: Collection[int],
    token: str,
    status: str,
    now: datetime,
    *,
    status_code: int | None = None,
    error: str | None = None,
) -> set[int]:
    """Note how alerts ended: `sent` or `failed`. What is settled stays so.

    Returns the ids of those that were still the holder's to settle.
    """
    ended = _held(ids, token).values(
        status=status,
        settled_at=now,
        lease_until=None,
        claim_token=None,
        status_code=status_code,
        error=error,
    )
    return set((await tx.scalars(ended.returning(alerts.c.id))).all())


async def put_off(
    tx: Transaction,
    ids: Collection[int],
    token: str,
    until: datetime,
    *,
    status_code: int | None,
    error: str,
    may_have_arrived: bool,
) -> set[int]:
    """Note that alerts did not get through and are to be tried again at `until`.

    A digest that surely has not arrived is dissolved. Returns the ids of those that were still the
    holder's.
    """
    again = _held(ids, token).values(
        next_attempt_at=until,
        status_code=status_code,
        error=error,
        **_given_back(may_have_arrived=may_have_arrived),
    )
    return set((await tx.scalars(again.returning(alerts.c.id))).all())


async def release(
    tx: Transaction, ids: Collection[int], token: str, now: datetime, *, may_have_arrived: bool
) -> None:
    """Give alerts back as if they had never been taken, to be sent by whoever comes next."""
    await tx.execute(
        _held(ids, token).values(
            next_attempt_at=now,
            attempts=alerts.c.attempts - 1,
            **_given_back(may_have_arrived=may_have_arrived),
        )
    )


async def release_all(tx: Transaction, now: datetime) -> None:
    """Give every taken alert back: for a database of which we are the only user."""
    left = update(alerts).where(IS_OWED, alerts.c.lease_until.is_not(None))
    await tx.execute(left.values(lease_until=None, claim_token=None, next_attempt_at=now))


async def supersede(tx: Transaction, ids: Collection[int], now: datetime) -> None:
    """Settle alerts as superseded: they were too late to be of use before they could be sent."""
    late = update(alerts).where(alerts.c.id.in_(ids), IS_OWED, ~alerts.c.may_have_arrived)
    await tx.execute(late.values(status="superseded", settled_at=now, error=None))


async def call_off(tx: Transaction, workspace_id: int, now: datetime) -> None:
    """Settle all that is owed in a workspace as superseded, even what is just being sent.

    Its integrations must be locked.
    """
    owed = update(alerts).where(IS_OWED, alerts.c.workspace_id == workspace_id)
    gone = {"status": "superseded", "settled_at": now, "lease_until": None, "claim_token": None}
    await tx.execute(owed.values(gone))


async def line_up(
    tx: Transaction, integration_id: int, job_ids: Collection[int], now: datetime
) -> None:
    """Let what waits for an earlier alert of its job be looked at again no sooner than that one."""
    earlier = alerts.alias("earlier")
    before = and_(
        earlier.c.status == "owed",
        earlier.c.integration_id == alerts.c.integration_id,
        earlier.c.job_id == alerts.c.job_id,
        earlier.c.id < alerts.c.id,
    )
    last = select(func.max(earlier.c.next_attempt_at)).where(before)
    behind = update(alerts).where(
        IS_OWED,
        alerts.c.integration_id == integration_id,
        alerts.c.job_id.in_(job_ids),
        alerts.c.next_attempt_at <= now,
        select(earlier.c.id).where(before).correlate(alerts).exists(),
    )
    await tx.execute(behind.values(next_attempt_at=last.correlate(alerts).scalar_subquery()))


async def hurry(tx: Transaction, integration_id: int, now: datetime) -> None:
    """Let all that an integration is owed be attempted now."""
    put_off_ = update(alerts).where(
        IS_OWED,
        alerts.c.integration_id == integration_id,
        alerts.c.next_attempt_at > now,
        alerts.c.lease_until.is_(None),
    )
    await tx.execute(put_off_.values(next_attempt_at=now))


async def hurry_all(tx: Transaction, now: datetime, longest_lease_until: datetime) -> None:
    """Let no owed alert wait beyond `now`, and no lease last beyond a moment.

    All integrations must be locked.
    """
    ahead = update(alerts).where(IS_OWED)
    waiting = ahead.where(alerts.c.next_attempt_at > now, alerts.c.lease_until.is_(None))
    await tx.execute(waiting.values(next_attempt_at=now))
    leased = ahead.where(alerts.c.lease_until > longest_lease_until)
    await tx.execute(
        leased.values(lease_until=longest_lease_until, next_attempt_at=longest_lease_until)
    )


async def give_up(
    tx: Transaction, integration_id: int, owed_before: datetime, now: datetime, error: str
) -> None:
    """Settle as failed what an integration has been owed since before a moment."""
    old = update(alerts).where(
        IS_OWED,
        alerts.c.integration_id == integration_id,
        alerts.c.owed_at <= owed_before,
        alerts.c.lease_until.is_(None),
    )
    await tx.execute(old.values(status="failed", settled_at=now, error=error))


def prune_settled(before: datetime, limit: int) -> Delete:
    """Return what deletes up to `limit` alerts that were settled before a moment."""
    settled_at = alerts.c.settled_at
    return delete_old(settled_at < before, limit, settled_at)


def _held(ids: Collection[int], token: str) -> Any:
    return update(alerts).where(alerts.c.id.in_(ids), IS_OWED, alerts.c.claim_token == token)


def _given_back(*, may_have_arrived: bool) -> dict[str, Any]:
    values = {
        "lease_until": None,
        "claim_token": None,
        "may_have_arrived": may_have_arrived,
        "digest_id": alerts.c.digest_id,
    }
    return values if may_have_arrived else {**values, "digest_id": None}


async def _decode(tx: Transaction, row: Row[Any], now: datetime) -> Alert | None:
    """Return a row's alert; one that nobody can read any more is settled, for it blocks others."""
    try:
        return alert_from_json(row.event)
    except (KeyError, TypeError, ValueError) as error:
        failed = update(alerts).where(alerts.c.id == row.id)
        text = f"the alert cannot be read ({type(error).__name__})"
        await tx.execute(
            failed.values(status="failed", settled_at=now, lease_until=None, error=text)
        )
        return None
