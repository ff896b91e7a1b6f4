"""The courier: sends owed alerts, many at a time, and lets no slow receiver delay the others."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from cronbeats.clock import Clock
from cronbeats.domain.delivery import Delivered
from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.storm import StormRule
from cronbeats.instruments import Instruments
from cronbeats.patience import Patience
from cronbeats.senders.protocol import Senders
from cronbeats.services.claim_alerts import claim_alerts
from cronbeats.services.deliver_alerts import (
    LONGEST_SEND_SECONDS,
    Ended,
    Settled,
    release_alerts,
    send_alert,
    settle_alerts,
    take_over_alerts,
)
from cronbeats.storage.claims import Claimed
from cronbeats.storage.database import Database
from cronbeats.storage.due_alerts import Waiting
from cronbeats.workers.lane import Lane, is_too_late
from cronbeats.workers.settler import Settler

_MOST_AT_ONCE = 256
_MOST_CLAIMED = 2048
_NOTHING_TO_DO = float("inf")
# How fast a receiver takes messages is remembered for so long after the last one.
_REMEMBER_LANES = timedelta(seconds=10)

_log = structlog.get_logger()


def _go_on(_step: str) -> None:
    """Do nothing at a step."""


class Courier:
    """One step claims what there are hands for; each message is then sent and settled by itself.

    Every integration has a lane of its own, with few messages under way at a time. `at_step` hears
    of "claiming" and "settling", before their commits, and of "claimed", "sending", "sent" and
    "settled".
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        senders: Senders,
        jitter: Callable[[], float],
        hands_are_free: Callable[[], None],
        *,
        storms: StormRule | None = None,
        at_step: Callable[[str], None] = _go_on,
        instruments: Instruments | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._senders = senders
        self._jitter = jitter
        self._hands_are_free = hands_are_free
        self._storms = storms or StormRule()
        self._at_step = at_step
        # Nobody else uses a file of ours, so what is claimed in it was claimed by a server that is
        # gone; elsewhere it may be somebody's, and its lease must end first.
        self._must_take_over = db.file is not None
        self._lanes: dict[int, Lane] = {}
        self._ready: deque[Lane] = deque()
        self._hands: set[asyncio.Task[None]] = set()
        self._under_way: dict[asyncio.Task[None] | None, Claimed] = {}
        self._returning: set[asyncio.Task[None]] = set()
        self._claimed = 0
        self._claimed_at = clock()
        self._settler = Settler(self._settle, self._forget, lambda: bool(self._hands), instruments)
        self._patience = Patience(LONGEST_SEND_SECONDS)
        self._is_finishing = False

    async def step(self) -> float:
        """Claim messages and set off with them; return the seconds until the next look."""
        now = self._clock()
        if self._must_take_over:
            await take_over_alerts(self._db, now)
            self._must_take_over = False
        if not self._claimed and abs(now - self._claimed_at) > _REMEMBER_LANES:
            self._lanes.clear()
        claims = await claim_alerts(
            self._db,
            self._senders,
            now,
            room=self._room,
            storms=self._storms,
            at_step=self._at_step,
        )
        if claims.claimed:
            self._at_step("claimed")
            self._claimed += len(claims.claimed)
            self._claimed_at = now
            for each in claims.claimed:
                lane = self._lanes[each.integration.id]
                lane.add(each)
                self._queue_up(lane)
            self._set_off()
        # Whoever had no room is claimed for when there is some.
        again = claims.look_again_at
        return _NOTHING_TO_DO if again is None else max(0.0, (again - now).total_seconds())

    async def finish(self, patience_seconds: float) -> None:
        """Wait for those under way; what is not sent by then is given back for the next server."""
        self._is_finishing = True
        for lane in self._lanes.values():
            self._give_back_soon(lane.drop())
        if self._hands:
            await asyncio.wait(self._hands, timeout=patience_seconds)
        unsent, hands = list(self._under_way.values()), list(self._hands)
        for hand in hands:
            hand.cancel()
        await asyncio.gather(*hands, return_exceptions=True)
        await self._give_back(unsent, has_begun=True)
        await asyncio.gather(*self._returning)
        await self._settler.drain()

    def _room(self, waiting: Waiting) -> int:
        lane = self._lanes.get(waiting.integration_id)
        if lane is None:
            lane = self._lanes[waiting.integration_id] = Lane(is_failing=waiting.is_failing)
        return min(lane.room, _MOST_CLAIMED - self._claimed)

    def _queue_up(self, lane: Lane) -> None:
        if lane.has_next() and lane not in self._ready:
            self._ready.append(lane)

    def _set_off(self) -> None:
        """Let as many hands take messages as there are, or as there are messages."""
        while len(self._hands) < _MOST_AT_ONCE and (first := self._next()):
            hand = asyncio.create_task(self._deliver_one_by_one(*first))
            self._hands.add(hand)
            hand.add_done_callback(self._rest)

    def _next(self) -> tuple[Lane, Claimed] | None:
        """Take the message whose turn it is, each lane in its turn."""
        while self._ready and not self._is_finishing:
            lane = self._ready.popleft()
            if not lane.has_next():
                continue
            claimed = lane.next()
            if is_too_late(claimed, self._clock()):
                lane.returned()
                self._give_back_soon([claimed, *lane.drop()])
                continue
            self._queue_up(lane)
            return lane, claimed
        return None

    async def _deliver_one_by_one(self, lane: Lane, claimed: Claimed) -> None:
        hand = asyncio.current_task()
        turn: tuple[Lane, Claimed] | None = (lane, claimed)
        try:
            while turn:
                self._under_way[hand] = turn[1]
                await self._deliver(*turn)
                del self._under_way[hand]
                turn = self._next()
        finally:
            self._under_way.pop(hand, None)

    async def _deliver(self, lane: Lane, claimed: Claimed) -> None:
        self._at_step("sending")
        started_at = self._clock()
        delivery = await send_alert(self._senders, claimed, self._patience)
        self._at_step("sent")
        went_well = isinstance(delivery, Delivered) and delivery.throttled_seconds is None
        had_room = lane.room
        lane.finished(went_well=went_well)
        if lane.room and not had_room:
            # What is claimed while the others of the lane leave keeps it busy.
            self._hands_are_free()
        if not went_well:
            # They are claimed again when the integration may be tried again.
            self._give_back_soon(lane.drop())
        self._settler.add(Ended(claimed, started_at, delivery))
        self._queue_up(lane)

    def _rest(self, hand: asyncio.Task[None]) -> None:
        self._hands.discard(hand)
        if not hand.cancelled() and (error := hand.exception()):
            _log.error("alert_not_delivered", exc_info=error)
        self._set_off()

    async def _settle(self, attempts: Sequence[Ended]) -> list[Settled]:
        settled = await settle_alerts(
            self._db, attempts, self._clock(), self._jitter, at_step=self._at_step
        )
        self._at_step("settled")
        return settled

    def _give_back_soon(self, unsent: list[Claimed]) -> None:
        if unsent:
            task = asyncio.create_task(self._give_back(unsent, has_begun=False))
            self._returning.add(task)
            task.add_done_callback(self._returning.discard)

    async def _give_back(self, unsent: list[Claimed], *, has_begun: bool) -> None:
        try:
            await release_alerts(self._db, unsent, self._clock(), has_begun=has_begun)
        except UnavailableError as error:
            # Their leases will end by themselves.
            _log.error("alerts_not_released", count=len(unsent), error=str(error))
        finally:
            self._forget(unsent)

    def _forget(self, claimed: Sequence[Claimed]) -> None:
        """Note that these are settled or given back, so that there may be more to claim."""
        was_full = self._claimed >= _MOST_CLAIMED
        self._claimed -= len(claimed)
        lanes = map(self._lanes.get, {each.integration.id for each in claimed})
        if was_full or any(lane is None or lane.room for lane in lanes):
            self._hands_are_free()
