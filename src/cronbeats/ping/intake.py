"""Gathers the pings that arrive together, so that one commit makes them all durable."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from sys import getsizeof

import structlog

from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.signal import Signal
from cronbeats.instruments import Door, Instruments
from cronbeats.ping.admission import Admission
from cronbeats.services.receive_signals import Arrival, Batch, Receipt

_MOST_AT_ONCE = 500
# While one batch is made durable, the next one is prepared, or answered.
_MOST_UNDER_WAY = 2
# A commit costs as much as several signals: fewer than this, or than are under way already, wait
# for these to be done.
_ENOUGH_FOR_ANOTHER = 16
# So far into the line it is asked whose turn it may be.
_MOST_LOOKED_AT = 2 * _MOST_AT_ONCE
# Clients give up after 5 s and send again; an answer that comes later helps nobody.
_LONGEST_WAIT_SECONDS = 3.5
_LOOK_FOR_OVERDUE_SECONDS = 0.5
_REPORT_PAUSE_SECONDS = 5.0

_log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class _Waiting:
    arrival: Arrival
    receipt: asyncio.Future[Receipt]
    since: float
    bytes: int


class Intake:
    """Hands arrivals to `receive` in batches: while one is committed, the next one gathers.

    Two at most are under way at once, and never with signals of the same job, so that these count
    in their order.
    """

    def __init__(
        self,
        receive: Callable[[Sequence[Arrival]], Awaitable[Batch]],
        alerts_are_owed: Callable[[], None],
        longest_wait_seconds: float = _LONGEST_WAIT_SECONDS,
        note_refusal: Callable[[datetime], None] = lambda _: None,
        instruments: Instruments | None = None,
        *,
        admission: Admission | None = None,
    ) -> None:
        self._receive = receive
        self._alerts_are_owed = alerts_are_owed
        self._longest_wait = longest_wait_seconds
        self._note_refusal = note_refusal
        self._admission = admission or Admission(_MOST_AT_ONCE)
        self._instruments = instruments or Instruments()
        self._overloads = self._instruments.overloads[Door.PING]
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        self._under_way: list[list[_Waiting]] = []
        self._busy_keys: set[str] = set()
        self._commits: set[asyncio.Task[None]] = set()
        self._is_about_to_begin = False
        self._overdue_timer: asyncio.TimerHandle | None = None
        self._expected: dict[object, datetime] = {}
        self._refused = 0
        self._report_again_at = 0.0

    async def submit(self, arrival: Arrival, *, is_known: bool = True) -> Receipt:
        """Return what became of `arrival`, once that is certain.

        UnavailableError if it was not certain in time, and at once if it could not be. `is_known`
        says whether its sender was seen to know the job's key.
        """
        if self.refuses(arrival.signal.received_at, is_known=is_known):
            return UnavailableError("more signals come than can be stored")
        loop = asyncio.get_running_loop()
        waiting = _Waiting(arrival, loop.create_future(), loop.time(), _bytes_of(arrival.signal))
        self._waiting.append(waiting)
        self._bytes += waiting.bytes
        if not self._is_about_to_begin and len(self._under_way) < _MOST_UNDER_WAY:
            # What else this turn of the loop brings goes along.
            self._is_about_to_begin = True
            loop.call_soon(self._begin)
        if self._overdue_timer is None:
            self._watch_for_overdue()
        return await waiting.receipt

    def refuses(self, received_at: datetime, *, is_known: bool) -> bool:
        """Tell whether a signal that came at `received_at` could not be stored in time.

        That it was refused is then known, so that nobody is blamed for it.
        """
        if self._admission.admits(len(self._waiting), self._bytes, is_known=is_known):
            return False
        self._overloads.add()
        self._refuse(received_at)
        return True

    @contextmanager
    def expecting(self, received_at: datetime) -> Iterator[None]:
        """Know of a signal that arrived at `received_at` and is not read whole yet."""
        expected = object()
        self._expected[expected] = received_at
        try:
            yield
        finally:
            del self._expected[expected]

    def oldest_unsettled(self) -> datetime | None:
        """Return the arrival of the oldest signal of which nothing is certain yet, or None.

        Nobody may be blamed for silence after this moment: the signal that breaks it may be here.
        """
        unsettled = chain(*self._under_way, self._waiting)
        moments = [each.arrival.signal.received_at for each in unsettled]
        moments += self._expected.values()
        return min(moments, default=None)

    def is_pressed(self) -> bool:
        """Tell whether more signals wait than can be stored in one go."""
        return self._admission.is_pressed()

    def warnings(self) -> dict[str, str]:
        """Say what needs a hand, as `Lookout.warnings` does."""
        words = self._admission.warning()
        return {} if words is None else {"pings": words}

    def retry_after_seconds(self) -> int:
        """Return after how long whoever was refused should send again."""
        return self._admission.retry_after_seconds()

    async def drain(self) -> None:
        """Wait until nothing is waiting any more."""
        while self._waiting or self._commits:
            await (asyncio.wait(self._commits) if self._commits else asyncio.sleep(0))

    def _begin(self) -> None:
        """Begin what batches may begin now."""
        self._is_about_to_begin = False
        while self._is_enough_for_another() and (batch := self._take_batch()):
            left, is_alone = len(self._waiting), not self._under_way
            self._admission.note_begun(len(batch), left, is_alone=is_alone)
            self._under_way.append(batch)
            commit = asyncio.get_running_loop().create_task(self._commit(batch))
            self._commits.add(commit)
            commit.add_done_callback(self._commits.discard)

    def _is_enough_for_another(self) -> bool:
        if not self._under_way:
            return bool(self._waiting)
        is_free = len(self._under_way) < _MOST_UNDER_WAY
        return is_free and len(self._waiting) >= max(_ENOUGH_FOR_ANOTHER, len(self._under_way[0]))

    def _take_batch(self) -> list[_Waiting]:
        """Take the first who wait, but those whose job is under way keep their places."""
        taken: list[_Waiting] = []
        kept: list[_Waiting] = []
        for _ in range(min(len(self._waiting), _MOST_LOOKED_AT)):
            each = self._waiting.popleft()
            (kept if each.arrival.key in self._busy_keys else taken).append(each)
            if len(taken) == _MOST_AT_ONCE:
                break
        self._waiting.extendleft(reversed(kept))
        self._bytes -= sum(each.bytes for each in taken)
        self._busy_keys.update(each.arrival.key for each in taken)
        return taken

    async def _commit(self, batch: list[_Waiting]) -> None:
        begun = time.perf_counter()
        try:
            done = await self._receive([each.arrival for each in batch])
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it
            done = Batch([error] * len(batch))
        finally:
            self._under_way.remove(batch)
            self._busy_keys.difference_update(each.arrival.key for each in batch)
        # The database need not wait until these are answered.
        self._begin()
        self._instruments.batch_sizes.observe(len(batch))
        self._instruments.commit_seconds.observe(time.perf_counter() - begun)
        self._settle(batch, done)

    def _settle(self, batch: Sequence[_Waiting], done: Batch) -> None:
        for each, receipt in zip(batch, done.receipts, strict=True):
            if isinstance(receipt, UnavailableError):
                self._refuse(each.arrival.signal.received_at)
            if not each.receipt.done():
                each.receipt.set_result(receipt)
        if not all(isinstance(receipt, UnavailableError) for receipt in done.receipts):
            self._admission.note_stored(len(batch))
        if done.owed_alerts:
            self._alerts_are_owed()
        self._report(done.receipts)

    def _refuse(self, received_at: datetime) -> None:
        self._note_refusal(received_at)
        self._admission.note_refused()

    def _report(self, receipts: Sequence[Receipt]) -> None:
        """Log what went wrong; while the database is away, not every batch again."""
        failed = [receipt for receipt in receipts if isinstance(receipt, Exception)]
        for error in failed:
            if not isinstance(error, UnavailableError):
                _log.error("signal_not_recorded", exc_info=error)
        refused = [error for error in failed if isinstance(error, UnavailableError)]
        self._refused += len(refused)
        now = asyncio.get_running_loop().time()
        if refused and now >= self._report_again_at:
            _log.error("signals_not_stored", count=self._refused, error=str(refused[0]))
            self._refused, self._report_again_at = 0, now + _REPORT_PAUSE_SECONDS

    def _watch_for_overdue(self) -> None:
        """Tell those who waited too long that nothing is certain; run again while anyone waits."""
        loop = asyncio.get_running_loop()
        limit = loop.time() - self._longest_wait
        for each in chain(*self._under_way, self._waiting):
            if each.since <= limit and not each.receipt.done():
                self._refuse(each.arrival.signal.received_at)
                each.receipt.set_result(UnavailableError("the database took too long"))
        while self._waiting and self._waiting[0].receipt.done():
            self._bytes -= self._waiting.popleft().bytes
        self._overdue_timer = None
        if self._under_way or self._waiting:
            self._overdue_timer = loop.call_later(
                _LOOK_FOR_OVERDUE_SECONDS, self._watch_for_overdue
            )


def _bytes_of(signal: Signal) -> int:
    """Return what the texts of a signal take of the memory."""
    if signal.output is None and signal.message is None:
        return 0
    return getsizeof(signal.output) + getsizeof(signal.message)
