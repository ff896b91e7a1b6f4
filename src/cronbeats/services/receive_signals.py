"""Receive signals: many at once, committed together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import structlog

from cronbeats.domain.blind_window import ALWAYS_HEARD, BlindWindows
from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.job import Job
from cronbeats.domain.routine import routine_success
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.domain.state_machine import on_signal
from cronbeats.domain.transition import Change
from cronbeats.storage import jobs, ledger
from cronbeats.storage.database import Database

_log = structlog.get_logger()

_ENDS = frozenset({SignalKind.PING, SignalKind.SUCCESS, SignalKind.FAIL})


class Arrival(NamedTuple):
    """A signal for the job whose key it knows."""

    key: str
    signal: Signal


class Accepted(NamedTuple):
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

    What owes nobody an alert goes first, in one go; then the rest. One that cannot be recorded is
    tried again by itself, so that it cannot refuse its neighbours; its receipt is then the error.
    Never raises for what is wrong with a signal or the database.
    """
    quiet = _QuietJudge(arrivals, blind)
    try:
        await ledger.record_quietly(db, {arrival.key for arrival in arrivals}, quiet)
    except UnavailableError as error:
        return Batch([error] * len(arrivals))
    except Exception as error:  # noqa: BLE001 - whatever it was, it comes again, with its receipt
        # Its name alone: what did not fit may be anybody's text.
        _log.warning("signals_take_the_long_way", count=len(arrivals), error=type(error).__name__)
        return await _receive(db, arrivals, blind)
    rest = [arrivals[place] for place in quiet.rest]
    if not rest:
        return Batch(quiet.receipts)
    batch = await _receive(db, rest, blind)
    for place, receipt in zip(quiet.rest, batch.receipts, strict=True):
        quiet.receipts[place] = receipt
    return Batch(quiet.receipts, batch.owed_alerts)


class _QuietJudge(ledger.Judge):
    """Judges the arrivals whose jobs owe nobody an alert for them, and leaves the `rest`.

    All of a job's arrivals are in one of both, so that they count in their order.
    """

    def __init__(self, arrivals: Sequence[Arrival], blind: BlindWindows) -> None:
        self._arrivals = arrivals
        self._blind = blind
        self.receipts: list[Receipt] = [NoSuchJob()] * len(arrivals)
        self.rest: list[int] = []

    def judge_routine(self, accounts: Sequence[ledger.Account]) -> Collection[ledger.Account]:
        known = {account.key: account for account in accounts}
        left: dict[str, ledger.Account] = {}
        for place, arrival in enumerate(self._arrivals):
            account = known.get(arrival.key)
            if account is None or arrival.key in left:
                continue
            steady, signal = account.steady, arrival.signal
            if not account.is_enabled:
                self.receipts[place] = NoSuchJob(is_disabled=True)
            elif steady is None or (run := routine_success(account.rules, steady, signal)) is None:
                left[arrival.key] = account
            else:
                account.runs[run.number] = run
                account.received.append(ledger.Received(signal))
                self.receipts[place] = Accepted(steady.due_at)
        return left.values()

    def judge_by_law(self, accounts: Collection[ledger.Account]) -> Collection[ledger.Account]:
        quiet = {account.key: account for account in accounts}
        loud: set[str] = set()
        for place, arrival in enumerate(self._arrivals):
            account = quiet.get(arrival.key)
            if account is not None:
                receipt = _take_by_law(account, arrival.signal, self._blind)
                if receipt is None:
                    loud.add(arrival.key)
                    del quiet[arrival.key]
                else:
                    self.receipts[place] = receipt
        self.rest = [place for place, each in enumerate(self._arrivals) if each.key in loud]
        return quiet.values()


def _take_by_law(account: ledger.Account, signal: Signal, blind: BlindWindows) -> Accepted | None:
    """Let a signal change a job's account; None, and no change, if people must be told of it."""
    change = on_signal(account.judged(), signal, blind)
    if change.transitions or change.incidents:
        return None
    account.state = change.job.state
    account.runs.update({run.number: run for run in change.runs})
    account.received.append(_with_duration(signal, change.job))
    return Accepted(change.job.state.due_at)


async def _receive(db: Database, arrivals: Sequence[Arrival], blind: BlindWindows) -> Batch:
    """Record signals with whatever they owe; all together, or each by itself if that fails."""
    try:
        return await _record(db, arrivals, blind)
    except UnavailableError as error:
        return Batch([error] * len(arrivals))
    except Exception as error:  # noqa: BLE001 - the receipt carries it to the door, which logs it
        if len(arrivals) == 1:
            return Batch([error])
    alone = [await _receive(db, [arrival], blind) for arrival in arrivals]
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
