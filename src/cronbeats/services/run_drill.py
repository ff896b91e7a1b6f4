"""Run a fire drill: a job goes down and recovers, and everybody who would be told is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cronbeats.domain.audit import Actor, AuditAction, AuditEntry, Target, TargetKind
from cronbeats.domain.errors import ConflictError, NotConfiguredError
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.domain.state_machine import on_pause, on_resume, on_signal
from cronbeats.storage import audit_log, deliveries, drill_jobs, ledger, workspaces
from cronbeats.storage.database import Database
from cronbeats.storage.deliveries import StoredDelivery
from cronbeats.storage.ledger import Entry, Received

LONGEST_SECONDS = 15
_LOOK_EVERY_SECONDS = 0.1
# By then the job recovers, even if somebody has not taken the first message yet.
_RECOVERS_AFTER_SECONDS = 10
_MILLISECOND = timedelta(milliseconds=1)
_NOT_IN_TIME = f"It was still under way when the drill ended, after {LONGEST_SECONDS} s."
_OUTPUT = "This is only a drill: somebody tries whether alerts arrive."


@dataclass(frozen=True, slots=True)
class Message:
    """What became of one message of a drill; `delay_ms` is from being owed to having arrived."""

    is_delivered: bool
    delay_ms: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What one integration was told of a drill; `integration` is its kind."""

    integration: str
    down: Message
    recovered: Message


async def run_drill(
    db: Database,
    workspace_id: int,
    read_clock: Callable[[], datetime],
    *,
    by: Actor,
    alerts_are_owed: Callable[[], None],
    pause: Callable[[float], Awaitable[None]],
) -> list[Heard]:
    """Let a job that nobody sees go down and recover; return what each integration was told.

    The alerts go the way that all alerts go: ledger, outbox, courier. It takes 15 s at most; what
    is still under way then is called off. `pause` waits for some seconds. Raises ConflictError if a
    drill is under way already, NotConfiguredError if nobody would be told.
    """
    down = await _go_down(db, workspace_id, read_clock(), by)
    alerts_are_owed()
    looks = await _wait(db, down, _looks(_RECOVERS_AFTER_SECONDS), pause)
    recovered = await _recover(db, workspace_id, read_clock())
    alerts_are_owed()
    await _wait(db, recovered, _looks(LONGEST_SECONDS) - looks, pause)
    await _end(db, workspace_id, read_clock())
    return await _report(db, down, recovered)


async def _go_down(db: Database, workspace_id: int, now: datetime, by: Actor) -> list[int]:
    """Begin a drill; return the ids of the alerts that are owed."""
    async with db.write() as tx:
        job = await drill_jobs.lock(tx, workspace_id, now)
        until = await drill_jobs.running_until(tx, workspace_id)
        if until is not None and until > now:
            raise ConflictError("A drill is under way already: try again when it is over")
        # What a drill has left behind whose server is gone.
        await deliveries.call_off(tx, job.id, now, _NOT_IN_TIME)
        fresh = on_pause(job, now)
        fresh = fresh.then(on_resume(fresh.job, now))
        failed = Signal(SignalKind.FAIL, now, output=_OUTPUT, output_size=len(_OUTPUT))
        change = fresh.then(on_signal(fresh.job, failed))
        owed = await ledger.record_drill(tx, Entry(change, [Received(failed)]), now)
        if not owed:
            raise NotConfiguredError("No integration is set up and switched on: nobody is told")
        over = now + timedelta(seconds=2 * LONGEST_SECONDS)
        await drill_jobs.note_running(tx, workspace_id, over)
        workspace = Target(
            TargetKind.WORKSPACE, await workspaces.get_name(tx, workspace_id), workspace_id
        )
        started = AuditEntry(now, by, AuditAction.DRILL_STARTED, workspace, workspace_id)
        await audit_log.add(tx, [started])
    return owed


async def _recover(db: Database, workspace_id: int, now: datetime) -> list[int]:
    async with db.write() as tx:
        job = await drill_jobs.lock(tx, workspace_id, now)
        succeeded = Signal(SignalKind.SUCCESS, now)
        entry = Entry(on_signal(job, succeeded), [Received(succeeded)])
        return await ledger.record_drill(tx, entry, now)


async def _end(db: Database, workspace_id: int, now: datetime) -> None:
    async with db.write() as tx:
        job = await drill_jobs.lock(tx, workspace_id, now)
        await ledger.record(tx, [Entry(on_pause(job, now))], now)
        await deliveries.call_off(tx, job.id, now, _NOT_IN_TIME)
        await drill_jobs.note_running(tx, workspace_id, None)


async def _wait(
    db: Database,
    alert_ids: Sequence[int],
    most_looks: int,
    pause: Callable[[float], Awaitable[None]],
) -> int:
    """Wait until no alert is owed any more; return how often we had to look."""
    for look in range(most_looks):
        async with db.read() as tx:
            found = await deliveries.get_many(tx, alert_ids)
        if all(each.status != "owed" for each in found):
            return look
        await pause(_LOOK_EVERY_SECONDS)
    return most_looks


def _looks(seconds: float) -> int:
    return round(seconds / _LOOK_EVERY_SECONDS)


async def _report(db: Database, down: Sequence[int], recovered: Sequence[int]) -> list[Heard]:
    async with db.read() as tx:
        told_down = await deliveries.get_many(tx, down)
        told_recovered = await deliveries.get_many(tx, recovered)
    second = {each.integration: _message(each) for each in told_recovered}
    never_owed = Message(is_delivered=False, error="The integration was switched off meanwhile.")
    return [
        Heard(each.integration, _message(each), second.get(each.integration, never_owed))
        for each in told_down
    ]


def _message(delivery: StoredDelivery) -> Message:
    if delivery.status != "sent":
        error = delivery.error or f"It was {delivery.status} before it was sent."
        return Message(is_delivered=False, error=error)
    settled_at = delivery.settled_at or delivery.owed_at
    took = max(0, (settled_at - delivery.owed_at) // _MILLISECOND)
    return Message(is_delivered=True, delay_ms=took, error=delivery.error)
