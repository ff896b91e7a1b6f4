"""Receive signals: many at once, committed together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.blind_window import ALWAYS_HEARD, BlindWindows
from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.job import Job
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.domain.state_machine import on_signal
from cronbeats.domain.transition import Change
from cronbeats.storage import jobs, ledger
from cronbeats.storage.database import Database

_ENDS = frozenset({SignalKind.PING, SignalKind.SUCCESS, SignalKind.FAIL})


@dataclass(frozen=True, slots=True)
class Arrival:
    """A signal for the job whose key it knows."""

    key: str
    signal: Signal


@dataclass(frozen=True, slots=True)
class Accepted:
    """The signal is committed; the job's next run is expected at `next_expected_at`."""

    next_expected_at: datetime | None


@dataclass(frozen=True, slots=True)
class NoSuchJob:
    """There is no job of that key, or it is disabled."""

    is_disabled: bool = False


Receipt = Accepted | NoSuchJob | UnavailableError | Exception


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of a batch: a receipt each, in order, and how many alerts came to be owed."""

    receipts: list[Receipt]
    owed_alerts: int = 0


async def receive_signals(
    db: Database, arrivals: Sequence[Arrival], blind: BlindWindows = ALWAYS_HEARD
) -> Batch:
    """Record signals and judge their jobs; everything accepted is durable when this returns.

    One that cannot be recorded is tried again by itself, so that it cannot refuse its neighbours;
    its receipt is then the error. Never raises for what is wrong with a signal or the database.
    """
    try:
        return await _record(db, arrivals, blind)
    except UnavailableError as error:
        return Batch([error] * len(arrivals))
    except Exception as error:  # noqa: BLE001 - the receipt carries it to the door, which logs it
        if len(arrivals) == 1:
            return Batch([error])
    alone = [await receive_signals(db, [arrival], blind) for arrival in arrivals]
    receipts = [receipt for batch in alone for receipt in batch.receipts]
    return Batch(receipts, sum(batch.owed_alerts for batch in alone))


async def _record(db: Database, arrivals: Sequence[Arrival], blind: BlindWindows) -> Batch:
    now = max(arrival.signal.received_at for arrival in arrivals)
    async with db.write() as tx:
        found = await jobs.lock_by_keys(tx, {arrival.key for arrival in arrivals})
        changes = {job.key: Change(job) for job in found if job.is_enabled}
        disabled = {job.key for job in found if not job.is_enabled}
        received: dict[str, list[ledger.Received]] = defaultdict(list)
        receipts: list[Receipt] = []
        for arrival in arrivals:
            change = changes.get(arrival.key)
            if change is None:
                receipts.append(NoSuchJob(is_disabled=arrival.key in disabled))
                continue
            change = change.then(on_signal(change.job, arrival.signal, blind))
            changes[arrival.key] = change
            received[arrival.key].append(_with_duration(arrival.signal, change.job))
            receipts.append(Accepted(change.job.state.due_at))
        entries = [ledger.Entry(changes[key], its) for key, its in received.items()]
        owed = await ledger.record(tx, entries, now) if entries else 0
    return Batch(receipts, owed)


def _with_duration(signal: Signal, job: Job) -> ledger.Received:
    ends = signal.kind in _ENDS
    return ledger.Received(signal, job.state.last_duration_ms if ends else None)
