"""Deliver alerts: claim with a lease, send outside any transaction, settle."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from cronbeats.domain.attempt import attempt_of
from cronbeats.domain.delivery import Delivered, Delivery, Refused, Unreachable, next_attempt
from cronbeats.domain.integration import UNREADABLE, Integration
from cronbeats.senders.protocol import Senders
from cronbeats.storage import alerts, delivery_attempts
from cronbeats.storage.alerts import Claimed
from cronbeats.storage.database import Database
from cronbeats.storage.delivery_attempts import Note

# Longer than a sender may take with one message, so that a lease ends only with its holder.
LEASE = timedelta(seconds=30)
_MOST_FOR_ONE_INTEGRATION = 4
# One that did not answer the last time is tried with one alert at a time.
_MOST_FOR_A_FAILING_ONE = 1


@dataclass(frozen=True, slots=True)
class Settled:
    """How one attempt went: when it is tried again, or None if that was the last."""

    claimed: Claimed
    delivery: Delivery
    next_attempt_at: datetime | None = None


async def next_alert(db: Database) -> datetime | None:
    """Return when the next alert is to be attempted, or None. Raises UnavailableError."""
    async with db.read() as tx:
        return await alerts.next_attempt(tx)


async def claim_alerts(
    db: Database, now: datetime, limit: int, under_way: Collection[Claimed] = ()
) -> list[Claimed]:
    """Claim up to `limit` alerts whose time has come. Raises UnavailableError.

    No integration gets so many at a time, those `under_way` included, that others go short.
    """
    if limit <= 0:
        return []
    async with db.write() as tx:
        return await alerts.claim(tx, now, now + LEASE, limit, under_way=under_way, share=_share)


async def send_alert(senders: Senders, claimed: Claimed) -> Delivery:
    """Send one claimed alert; whatever happens comes back as a value."""
    integration = claimed.integration
    sender = senders.get(integration.kind)
    if sender is None:
        return Refused(f"this version cannot send to {integration.kind}")
    if not (integration.is_enabled and integration.is_configured):
        return Refused("the integration was switched off before the alert could leave")
    if not integration.is_readable:
        # Somebody may give the key back, or set the integration up again.
        return Unreachable(UNREADABLE)
    try:
        return await sender.send(integration.config, claimed.alert)
    except Exception as error:  # noqa: BLE001 - a sender's bug must not stop all the others
        # The text of an unforeseen error may hold a secret of the integration.
        return Unreachable(f"the sender failed ({type(error).__name__})")


async def settle_alert(
    db: Database, claimed: Claimed, delivery: Delivery, now: datetime, jitter: Callable[[], float]
) -> Settled:
    """Note how an attempt went: sent, again later, or failed for good. Raises UnavailableError."""
    again_at = None
    if isinstance(delivery, Unreachable):
        again_at = next_attempt(
            claimed.attempts, claimed.owed_at, now, jitter(), delivery.retry_after_seconds
        )
    async with db.write() as tx:
        if isinstance(delivery, Delivered):
            code, error = delivery.status_code, delivery.warning
            await alerts.settle(tx, claimed, "sent", now, status_code=code, error=error)
        elif again_at is None:
            code, error = delivery.status_code, delivery.error
            await alerts.settle(tx, claimed, "failed", now, status_code=code, error=error)
        else:
            code, error = delivery.status_code, delivery.error
            await alerts.put_off(tx, claimed, again_at, now, status_code=code, error=error)
        attempt = attempt_of(delivery, claimed.claimed_at, now)
        await delivery_attempts.note(tx, [Note(claimed.id, claimed.attempts, attempt)])
    return Settled(claimed, delivery, again_at)


async def release_alerts(db: Database, claimed: Collection[Claimed]) -> None:
    """Give back what was claimed but not sent. Raises UnavailableError."""
    async with db.write() as tx:
        await alerts.release(tx, [each.id for each in claimed])


async def take_over_alerts(db: Database) -> None:
    """Give back what a crashed server had claimed; only for a database that nobody shares."""
    async with db.write() as tx:
        await alerts.release_all(tx)


def _share(integration: Integration) -> int:
    last = integration.last_delivery
    is_failing = last is not None and last.status == "failed"
    return _MOST_FOR_A_FAILING_ONE if is_failing else _MOST_FOR_ONE_INTEGRATION
