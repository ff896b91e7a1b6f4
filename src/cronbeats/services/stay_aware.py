"""Stay aware: note that the service is alive, and find the times in which it was not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.blind_window import LONGEST_GAP, Blindness, BlindWindow, BlindWindows
from cronbeats.domain.state_machine import on_clock_set_back
from cronbeats.storage import alerts, blind_windows, jobs, ledger
from cronbeats.storage.database import Database, Transaction

# No job waits for a slot so old that more windows than these could matter to it.
_MOST_WINDOWS = 1_000


@dataclass(frozen=True, slots=True)
class Awareness:
    """All times up to `at` in which nothing could be heard; `found` is what was noticed now."""

    at: datetime
    windows: BlindWindows
    found: BlindWindow | None = None


async def stay_aware(db: Database, read_clock: Callable[[], datetime]) -> Awareness:
    """Note that this process can accept pings now; keep a blind window if nobody could before.

    The clock is read with the pulse locked: a moment read before may be old by then, and look like
    a clock that was set back.

    Must come before anything is judged after a silence of ours. If the clock was set back, what it
    told of the future is taken back. Raises UnavailableError.
    """
    found = None
    async with db.write() as tx:
        before = await blind_windows.lock_pulse(tx)
        now = read_clock()
        await blind_windows.beat(tx, now)
        if before is not None and now - before > LONGEST_GAP:
            found = BlindWindow(before, now)
            await blind_windows.add(tx, found)
        elif before is not None and before - now > LONGEST_GAP:
            found = BlindWindow(now, before, Blindness.CLOCK_SET_BACK)
            await blind_windows.add(tx, found)
            await _take_back_the_future(tx, now)
        windows = BlindWindows(await blind_windows.newest_silences(tx, _MOST_WINDOWS))
    return Awareness(now, windows, found)


async def _take_back_the_future(tx: Transaction, now: datetime) -> None:
    ahead = await jobs.lock_ahead(tx, now)
    changes = [ledger.Entry(on_clock_set_back(job, now), by_clock=True) for job in ahead]
    await ledger.record(tx, changes, now)
    await alerts.hurry(tx, now)
    await blind_windows.unbelieve(tx, now)
