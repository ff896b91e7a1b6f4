"""The table of loops."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cronbeats.clock import Clock
from cronbeats.domain.duty import Duty
from cronbeats.domain.storm import StormRule
from cronbeats.instruments import Instruments
from cronbeats.senders.protocol import Senders
from cronbeats.storage.database import Database
from cronbeats.workers.courier import Courier
from cronbeats.workers.key_uses import NOTE_EVERY_SECONDS, KeyUses
from cronbeats.workers.lookout import BEAT_SECONDS, Lookout
from cronbeats.workers.loop import Loop
from cronbeats.workers.pruner import PRUNE_EVERY_SECONDS, Pruner
from cronbeats.workers.watch_deadlines import DeadlineWatcher

# No job can be late sooner than a second after the ping that armed it, so an alert leaves in time
# even if another process took that ping; and a server with nothing to do asks no more than this.
LONGEST_SLEEP_SECONDS = 1.0
_PATIENCE_WITH_ALERTS_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Roster:
    """All loops of a server, and the courier, whose messages may be under way at the end.

    Without the `vital` ones the server does not do its work; the others only tidy up.
    """

    vital: tuple[Loop, ...]
    others: tuple[Loop, ...]
    courier: Courier
    key_uses: KeyUses
    owed: Callable[[], None]

    async def run(self) -> None:
        """Run every loop until stop() is called, then wait for the messages under way."""
        async with asyncio.TaskGroup() as group:
            for loop in (*self.vital, *self.others):
                group.create_task(loop.run(), name=loop.name)
        await self.courier.finish(_PATIENCE_WITH_ALERTS_SECONDS)
        await self.key_uses.finish()

    def stop(self) -> None:
        """Let every loop end after its step."""
        for loop in (*self.vital, *self.others):
            loop.stop()


def build_roster(
    db: Database,
    clock: Clock,
    senders: Senders,
    lookout: Lookout,
    key_uses: KeyUses,
    *,
    duties: frozenset[Duty],
    oldest_unsettled: Callable[[], datetime | None],
    history_per_job: int,
    alert_history: timedelta,
    audit_log: timedelta,
    storms: StormRule,
    instruments: Instruments,
    more: Sequence[Loop] = (),
) -> Roster:
    """Return the loops that a server's duties need, and `more`; `owed` wakes the courier."""
    woken: list[Loop] = []

    def wake_courier() -> None:
        for loop in woken:
            loop.wake()

    courier = Courier(
        db, clock, senders, random.random, wake_courier, storms=storms, instruments=instruments
    )
    watcher = DeadlineWatcher(
        db, clock, lookout, oldest_unsettled, wake_courier, instruments=instruments
    )
    deliver = Loop("deliver_alerts", courier.step, LONGEST_SLEEP_SECONDS)
    watch = Loop("watch_deadlines", watcher.step, LONGEST_SLEEP_SECONDS)
    look_out = Loop("look_out", lookout.step, BEAT_SECONDS)
    pruner = Pruner(db, clock, history_per_job, alert_history, audit_log)
    prune = Loop("prune_history", pruner.step, PRUNE_EVERY_SECONDS)
    note = Loop("note_key_uses", key_uses.step, NOTE_EVERY_SECONDS)
    woken.append(deliver)
    is_working, answers_keys = Duty.WORKERS in duties, Duty.API in duties
    vital = (look_out, watch, deliver) if is_working else (look_out,)
    others = (*([prune] if is_working else []), *([note] if answers_keys else []), *more)
    return Roster(vital, others, courier, key_uses, wake_courier)
