"""The courier: sends owed alerts, many at a time, and lets no slow receiver delay the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from cronbeats.clock import Clock
from cronbeats.domain.delivery import Delivered
from cronbeats.domain.errors import UnavailableError
from cronbeats.senders.protocol import Senders
from cronbeats.services.deliver_alerts import (
    Settled,
    claim_alerts,
    next_alert,
    release_alerts,
    send_alert,
    settle_alert,
    take_over_alerts,
)
from cronbeats.storage.alerts import Claimed
from cronbeats.storage.database import Database

_MOST_AT_ONCE = 256
_NOTHING_TO_DO = float("inf")
# What was sent is remembered as soon as the database is back, if that is before the lease ends.
_SETTLE_ATTEMPTS = 10
_SETTLE_PAUSE_SECONDS = 1.0

_log = structlog.get_logger()


class Courier:
    """One step claims what there are hands for; each alert is then sent and settled by itself."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        senders: Senders,
        jitter: Callable[[], float],
        hands_are_free: Callable[[], None],
    ) -> None:
        self._db = db
        self._clock = clock
        self._senders = senders
        self._jitter = jitter
        self._hands_are_free = hands_are_free
        # Nobody else uses a file of ours, so what is claimed in it was claimed by a server that is
        # gone; elsewhere it may be somebody's, and its lease must end first.
        self._must_take_over = db.file is not None
        self._under_way: dict[asyncio.Task[None], Claimed] = {}

    async def step(self) -> float:
        """Claim alerts and set off with them; return the seconds until the next look."""
        if self._must_take_over:
            await take_over_alerts(self._db)
            self._must_take_over = False
        upcoming = await next_alert(self._db)
        if upcoming is None:
            return _NOTHING_TO_DO
        if (wait := (upcoming - self._clock()).total_seconds()) > 0:
            return wait
        under_way = list(self._under_way.values())
        free_hands = _MOST_AT_ONCE - len(under_way)
        claimed = await claim_alerts(self._db, self._clock(), free_hands, under_way)
        for each in claimed:
            task = asyncio.create_task(self._deliver(each))
            self._under_way[task] = each
            task.add_done_callback(self._come_back)
        return 0 if claimed else _NOTHING_TO_DO

    async def finish(self, patience_seconds: float) -> None:
        """Wait for those under way; what is not sent by then is given back for the next server."""
        if not self._under_way:
            return
        _, unfinished = await asyncio.wait(self._under_way, timeout=patience_seconds)
        unsent = [self._under_way[task] for task in unfinished]
        for task in unfinished:
            task.cancel()
        if unsent:
            await asyncio.gather(*unfinished, return_exceptions=True)
            await self._give_back(unsent)

    async def _give_back(self, unsent: list[Claimed]) -> None:
        try:
            await release_alerts(self._db, unsent)
        except UnavailableError as error:
            # Their leases will end by themselves.
            _log.error("alerts_not_released", count=len(unsent), error=str(error))

    async def _deliver(self, claimed: Claimed) -> None:
        delivery = await send_alert(self._senders, claimed)
        for _ in range(_SETTLE_ATTEMPTS):
            try:
                settled = await settle_alert(
                    self._db, claimed, delivery, self._clock(), self._jitter
                )
            except UnavailableError as error:
                _log.error("alert_not_settled", event_id=claimed.alert.id, error=str(error))
                await asyncio.sleep(_SETTLE_PAUSE_SECONDS)
            else:
                _report(settled)
                return
        # The lease will end, and the alert be sent once more: twice is better than never.

    def _come_back(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task, None)
        if not task.cancelled() and (error := task.exception()):
            _log.error("alert_not_delivered", exc_info=error)
        self._hands_are_free()


def _report(settled: Settled) -> None:
    claimed, delivery = settled.claimed, settled.delivery
    about = {
        "event_id": claimed.alert.id,
        "kind": str(claimed.alert.kind),
        "integration": str(claimed.integration.kind),
        "attempt": claimed.attempts,
    }
    if isinstance(delivery, Delivered):
        _log.info("alert_sent", **about, duration_ms=delivery.duration_ms)
        return
    again = settled.next_attempt_at
    _log.warning(
        "alert_not_sent",
        **about,
        error=delivery.error,
        next_attempt=None if again is None else again.isoformat(timespec="seconds"),
    )
