"""Deliver alerts: claim with a lease, send outside any transaction, settle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.attempt import attempt_of
from cronbeats.domain.delivery import (
    GIVE_UP_AFTER,
    Delivered,
    Delivery,
    Refused,
    Unreachable,
    Verdict,
    complaint_of,
    judge,
)
from cronbeats.domain.hint import Hint, HintKind, gather
from cronbeats.domain.integration import UNREADABLE
from cronbeats.patience import Patience
from cronbeats.senders.protocol import DigestSender, Sender, Senders
from cronbeats.storage import (
    alerts,
    delivery_attempts,
    integrations,
    settlements,
)
from cronbeats.storage.claims import Claimed
from cronbeats.storage.database import Database, Transaction, note_hints
from cronbeats.storage.delivery_attempts import Note
from cronbeats.storage.settlements import Arrived

# Whatever a sender does, its message is given up then, well before its lease ends.
LONGEST_SEND_SECONDS = 15.0
_MOST_INTEGRATIONS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that has ended: what was sent, since when, and what came of it."""

    claimed: Claimed
    started_at: datetime
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Settled:
    """How one attempt went: when it is tried again, or None if that was the last.

    `was_lost` tells that the lease had ended and another courier has the alert, so that nothing was
    noted about it; `broke` that the integration turned out to be broken, which was not known.
    """

    claimed: Claimed
    delivery: Delivery
    next_attempt_at: datetime | None = None
    was_lost: bool = False
    broke: bool = False


@dataclass(frozen=True, slots=True)
class _Ending:
    """What is noted alike about all alerts of a batch that ended in the same way."""

    token: str
    verdict: Verdict
    status_code: int | None
    said: str | None


async def send_alert(senders: Senders, claimed: Claimed, patience: Patience) -> Delivery:
    """Send one claimed message; whatever happens comes back as a value, and soon enough."""
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
        return await patience.bear(_send(sender, claimed))
    except TimeoutError:
        return Unreachable(f"No answer within {patience.seconds:g} s.")
    except Exception as error:  # noqa: BLE001 - a sender's bug must not stop all the others
        # The text of an unforeseen error may hold a secret of the integration.
        return Unreachable(f"the sender failed ({type(error).__name__})")


async def settle_alerts(
    db: Database,
    attempts: Sequence[Ended],
    now: datetime,
    jitter: Callable[[], float],
    *,
    at_step: Callable[[str], None] = lambda _: None,
) -> list[Settled]:
    """Note how attempts went, all in one transaction: sent, again later, or failed for good.

    `at_step` hears of "settling" before the commit. Raises UnavailableError.
    """
    if all(map(_simply_arrived, attempts)):
        return await _settle_arrived(db, attempts, now, lambda: at_step("settling"))
    verdicts = [_judge(each, now, jitter()) for each in attempts]
    async with db.write() as tx:
        # The integrations come first, as they do for whoever claims.
        broke = await _note_integrations(tx, attempts, verdicts, now)
        kept = await _note_alerts(tx, attempts, verdicts, now)
        notes = [note for ended in attempts for note in _notes(ended, now)]
        await delivery_attempts.note(tx, [each for each in notes if each.alert_id in kept])
        note_hints(tx, _hints(attempts, kept))
        at_step("settling")
    return [
        Settled(
            ended.claimed,
            ended.delivery,
            verdict.again_at,
            was_lost=kept.isdisjoint(ended.claimed.ids),
            broke=position in broke,
        )
        for position, (ended, verdict) in enumerate(zip(attempts, verdicts, strict=True))
    ]


async def release_alerts(
    db: Database, claimed: Iterable[Claimed], now: datetime, *, has_begun: bool
) -> None:
    """Give back what was claimed and not sent, or what may have been. Raises UnavailableError."""
    async with db.write() as tx:
        for each in claimed:
            await alerts.release(
                tx,
                each.ids,
                each.lease.token,
                now,
                may_have_arrived=has_begun or each.may_have_arrived,
            )


async def take_over_alerts(db: Database, now: datetime) -> None:
    """Give back what a crashed server had claimed; only for a database that nobody shares."""
    async with db.write() as tx:
        await alerts.release_all(tx, now)


async def _send(sender: Sender, claimed: Claimed) -> Delivery:
    config = claimed.integration.config
    if claimed.digest is None:
        return await sender.send(config, claimed.taken[0].alert)
    if not isinstance(sender, DigestSender):
        return Refused(f"this version sends no digests to {sender.kind}")
    return await sender.send_digest(config, claimed.digest)


async def _settle_arrived(
    db: Database, attempts: Sequence[Ended], now: datetime, at_step: Callable[[], None]
) -> list[Settled]:
    arrived = [
        Arrived(ended.claimed.integration.id, ended.claimed.lease.token, note)
        for ended in attempts
        for note in _notes(ended, now)
    ]
    kept = await settlements.settle(db, arrived, now, at_step)
    db.tell(gather(_hints(attempts, kept)))
    return [
        Settled(each.claimed, each.delivery, was_lost=kept.isdisjoint(each.claimed.ids))
        for each in attempts
    ]


def _judge(ended: Ended, now: datetime, jitter: float) -> Verdict:
    claimed = ended.claimed
    return judge(
        ended.delivery,
        attempts=claimed.attempts,
        owed_since=claimed.owed_at,
        now=now,
        jitter=jitter,
        arrived_before=claimed.may_have_arrived,
    )


async def _note_integrations(
    tx: Transaction,
    attempts: Sequence[Ended],
    verdicts: Sequence[Verdict],
    now: datetime,
) -> set[int]:
    """Note what each integration has shown; return the attempts that told of a new breakage."""
    by_integration: dict[int, list[int]] = defaultdict(list)
    for position, ended in enumerate(attempts):
        by_integration[ended.claimed.integration.id].append(position)
    broke = set()
    for integration_id in sorted(by_integration):
        for position in by_integration[integration_id]:
            if await _note_exception(tx, attempts[position], verdicts[position], now):
                broke.add(position)
        newest = attempts[by_integration[integration_id][-1]].delivery
        status = "sent" if isinstance(newest, Delivered) else "failed"
        await integrations.note_delivery(tx, integration_id, status, now, complaint_of(newest))
    return broke


async def _note_exception(tx: Transaction, ended: Ended, verdict: Verdict, now: datetime) -> bool:
    """Note what changes for the whole integration, if anything; return whether it broke now."""
    integration, delivery, is_news = ended.claimed.integration, ended.delivery, False
    if isinstance(delivery, Delivered) and (integration.broken or integration.resume_at):
        await integrations.mend(tx, integration.id)
    if isinstance(delivery, Refused) and delivery.is_broken:
        is_news = await integrations.mark_broken(tx, integration, delivery.error, now)
        await alerts.give_up(tx, integration.id, now - GIVE_UP_AFTER, now, delivery.error)
    if verdict.resume_at is not None:
        await integrations.hold(tx, integration, verdict.resume_at)
    return is_news


async def _note_alerts(
    tx: Transaction,
    attempts: Sequence[Ended],
    verdicts: Sequence[Verdict],
    now: datetime,
) -> set[int]:
    """Settle alerts or put them off; return the ids of those that were still ours."""
    alike: dict[_Ending, list[int]] = defaultdict(list)
    for ended, verdict in zip(attempts, verdicts, strict=True):
        claimed, delivery = ended.claimed, ended.delivery
        ending = _Ending(claimed.lease.token, verdict, delivery.status_code, complaint_of(delivery))
        alike[ending].extend(claimed.ids)
    kept: set[int] = set()
    for ending, ids in alike.items():
        kept |= await _note_alike(tx, ids, ending, now)
    return kept


async def _note_alike(
    tx: Transaction, ids: Collection[int], ending: _Ending, now: datetime
) -> set[int]:
    verdict, said = ending.verdict, ending.said
    if verdict.again_at is None:
        status = verdict.status or "failed"
        return await alerts.settle(
            tx, ids, ending.token, status, now, status_code=ending.status_code, error=said
        )
    return await alerts.put_off(
        tx,
        ids,
        ending.token,
        verdict.again_at,
        status_code=ending.status_code,
        error=said or "",
        may_have_arrived=verdict.may_have_arrived,
    )


def _hints(attempts: Sequence[Ended], kept: Collection[int]) -> Iterator[Hint]:
    for taken in (taken for ended in attempts for taken in ended.claimed.taken):
        alert = taken.alert
        if taken.id in kept and alert.job is not None:
            yield Hint(alert.workspace_id, alert.job.id, HintKind.DELIVERY)


def _simply_arrived(ended: Ended) -> bool:
    """Tell whether nothing follows from an attempt but that its message is sent."""
    claimed, delivery, integration = ended.claimed, ended.delivery, ended.claimed.integration
    return (
        isinstance(delivery, Delivered)
        and delivery.throttled_seconds is None
        and delivery.warning is None
        and integration.broken is None
        and integration.resume_at is None
        and claimed.attempts <= delivery_attempts.MOST_KEPT
    )


def _notes(ended: Ended, now: datetime) -> list[Note]:
    attempt = attempt_of(ended.delivery, ended.started_at, now)
    return [Note(taken.id, taken.attempts, attempt) for taken in ended.claimed.taken]
