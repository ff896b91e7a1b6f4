"""Stay aware: note that the service is alive, and find the times in which it was not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cronbeats.domain.blind_window import LONGEST_GAP, Blindness, BlindWindow, BlindWindows
from cronbeats.domain.outbox import LEASE
from cronbeats.domain.state_machine import on_clock_set_back
from cronbeats.storage import alerts, blind_windows, integrations, jobs, ledger
from cronbeats.storage.database import Database, Transaction

# A server that crashes as often as can be seen makes these in three days and a half; what lies
# before them is taken for heard, so that a dead job is rather found too soon than never.
_MOST_WINDOWS = 10_000

ReadServerTime = Callable[[Transaction], Awaitable[datetime | None]]


@dataclass(frozen=True, slots=True)
class Awareness:
    """What one process knows at `at` by its own clock, `shared_at` by the clock that all share.

    `windows` are all times up to then in which nothing could be heard, as of the window numbered
    `newest`; `found` is what was noticed now. Up to `heard_until`, by its own clock, it is certain
    that some process could accept pings.
    """

    at: datetime
    shared_at: datetime
    windows: BlindWindows
    heard_until: datetime
    newest: int | None = None
    found: BlindWindow | None = None

    @property
    def ahead(self) -> timedelta:
        """By how much this process's clock is ahead of the shared one; negative if behind."""
        return self.at - self.shared_at


async def stay_aware(
    db: Database,
    read_clock: Callable[[], datetime],
    read_server_time: ReadServerTime | None = None,
    before: Awareness | None = None,
    *,
    hears: bool = True,
    refused_since: datetime | None = None,
) -> Awareness:
    """Note that this process can accept pings now; keep a blind window if nobody could before.

    The time since this process first refused a ping that it could not store, if it did since its
    last beat, is one as well, however short. One that takes no pings itself (not `hears`) only
    looks how long ago another one could.

    The pulse is kept by the clock of the database's server, which all processes share, so that
    their own clocks may differ; an embedded database has one process, and that one's clock.
    `before` is what this process knew at its last beat. The clock is read with the pulse locked:
    a moment read before may be old by then, and look like a clock that was set back.

    Must come before anything is judged after a silence of ours. If the clock was set back, what it
    told of the future is taken back. Raises UnavailableError.
    """
    async with db.write() as tx:
        last_beat_at = await blind_windows.lock_pulse(tx)
        now = read_clock()
        server_time = None if read_server_time is None else await read_server_time(tx)
        shared_at = server_time or now
        # Before anybody could ever hear, time begins with the first who looks.
        if hears or last_beat_at is None:
            await blind_windows.beat(tx, shared_at)
        silent = timedelta(0) if last_beat_at is None else shared_at - last_beat_at
        # A silence that goes on is kept by the process that ends it.
        found = _compare(now, shared_at, silent if hears else timedelta(0), before)
        if refused_since is not None and refused_since < now:
            found = _with_refusals(found, refused_since, now)
        if found is not None:
            await _keep(tx, found, now)
        newest = await blind_windows.newest_number(tx)
        if before is not None and before.newest == newest:
            windows = before.windows
        else:
            windows = BlindWindows(await blind_windows.newest_silences(tx, _MOST_WINDOWS))
    heard_until = now if hears else now - max(silent, timedelta(0))
    return Awareness(now, shared_at, windows, heard_until, newest, found)


def _compare(
    now: datetime, shared_at: datetime, silent: timedelta, before: Awareness | None
) -> BlindWindow | None:
    """Return the time in which nobody could hear, or could tell the time, or None.

    `silent` is how long, by the shared clock, nobody had beaten. If this process has beaten before,
    its own clock must say the same, or have leapt: a shared clock that leaps changes nothing here.
    """
    if before is None:
        passed, leapt = silent, timedelta(0)
    else:
        passed = now - before.at
        leapt = passed - (shared_at - before.shared_at)
    if passed < -LONGEST_GAP:
        return BlindWindow(now, now - passed, Blindness.CLOCK_SET_BACK)
    if passed > LONGEST_GAP < leapt:
        return BlindWindow(now - passed, now)
    if passed > LONGEST_GAP < silent:
        return BlindWindow(now - min(passed, silent), now)
    return None


def _with_refusals(found: BlindWindow | None, since: datetime, now: datetime) -> BlindWindow:
    if found is None:
        return BlindWindow(since, now)
    if found.reason is Blindness.SILENCE:
        return replace(found, started_at=min(found.started_at, since))
    return found


async def _keep(tx: Transaction, found: BlindWindow, now: datetime) -> None:
    await blind_windows.add(tx, found)
    if found.reason is Blindness.CLOCK_SET_BACK:
        ahead = await jobs.lock_ahead(tx, now)
        changes = [ledger.Entry(on_clock_set_back(job, now), by_clock=True) for job in ahead]
        await ledger.record(tx, changes, now)
        await ledger.end_far_mutes(tx, now)
        await ledger.plan_reminders(tx, now)
        await integrations.release_holds(tx, now)
        await alerts.hurry_all(tx, now, now + LEASE)
        await blind_windows.unbelieve(tx, now)
