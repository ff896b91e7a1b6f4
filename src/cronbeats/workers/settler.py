"""The settler: notes how attempts went, those that end together in one transaction."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence

import structlog

from cronbeats.domain.delivery import Delivered, complaint_of
from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.integration import IntegrationKind
from cronbeats.instruments import DeliveryResult, Instruments
from cronbeats.services.deliver_alerts import Ended, Settled
from cronbeats.storage.claims import Claimed

_MOST_AT_ONCE = 500
# While more messages are under way, so long: a transaction for each would cost as much as they do.
_GATHER_SECONDS = 0.05
# What was sent is remembered as soon as the database is back, if that is before the lease ends.
_SETTLE_ATTEMPTS = 10
_SETTLE_PAUSE_SECONDS = 1.0
# The delivery log tells of each message; so many lines at once would only hide the others.
_FEWEST_TOLD_TOGETHER = 10

_log = structlog.get_logger()


class Settler:
    """Gathers attempts that have ended: while some are being settled, the next ones gather.

    It gathers for a moment more when `more_will_end` tells that others are under way.
    """

    def __init__(
        self,
        settle: Callable[[Sequence[Ended]], Awaitable[list[Settled]]],
        are_settled: Callable[[Sequence[Claimed]], None],
        more_will_end: Callable[[], bool],
        instruments: Instruments | None = None,
    ) -> None:
        self._settle = settle
        self._are_settled = are_settled
        self._more_will_end = more_will_end
        self._counters = (instruments or Instruments()).deliveries
        self._waiting: list[Ended] = []
        self._worker: asyncio.Task[None] | None = None

    def add(self, ended: Ended) -> None:
        """Settle an attempt soon."""
        self._waiting.append(ended)
        if self._worker is None:
            self._worker = asyncio.create_task(self._settle_all(), name="settle_alerts")

    async def drain(self) -> None:
        """Wait until nothing waits any more."""
        while self._worker is not None:
            await asyncio.shield(self._worker)

    async def _settle_all(self) -> None:
        try:
            while self._waiting:
                if self._more_will_end():
                    await asyncio.sleep(_GATHER_SECONDS)
                batch = self._waiting[:_MOST_AT_ONCE]
                del self._waiting[:_MOST_AT_ONCE]
                try:
                    await self._settle_batch(batch)
                finally:
                    self._are_settled([each.claimed for each in batch])
        finally:
            self._worker = None

    async def _settle_batch(self, batch: list[Ended]) -> None:
        """Settle attempts together; those with one that cannot be settled, each by itself."""
        for _ in range(_SETTLE_ATTEMPTS):
            try:
                settled = await self._settle(batch)
            except UnavailableError as error:
                _log.error("alerts_not_settled", count=len(batch), error=str(error))
                await asyncio.sleep(_SETTLE_PAUSE_SECONDS)
            except Exception as error:  # noqa: BLE001 - the next batch must not wait for this one
                _log.error("alerts_not_settled", count=len(batch), exc_info=error)
                if len(batch) > 1:
                    # What one of them does not let be noted must not be sent twice for its sake.
                    for ended in batch:
                        await self._settle_batch([ended])
                return
            else:
                for each in settled:
                    self._counters[each.claimed.integration.kind, _result_of(each)].add()
                _report_all(settled)
                return
        # The lease will end, and the alert be sent once more: twice is better than never.


def _result_of(settled: Settled) -> DeliveryResult:
    if isinstance(settled.delivery, Delivered):
        return DeliveryResult.SENT
    # Whoever has the alert now that this courier lost will try again.
    is_tried_again = settled.was_lost or settled.next_attempt_at is not None
    return DeliveryResult.RETRIED if is_tried_again else DeliveryResult.FAILED


def _report_all(settled: Sequence[Settled]) -> None:
    """Write a line for each message; those of many that simply arrived have one together."""
    arrived: dict[IntegrationKind, list[Settled]] = defaultdict(list)
    for each in settled:
        if isinstance(each.delivery, Delivered) and not each.was_lost:
            arrived[each.claimed.integration.kind].append(each)
        else:
            _report(each)
    for kind, its in arrived.items():
        if len(its) < _FEWEST_TOLD_TOGETHER:
            for each in its:
                _report(each)
        else:
            slowest = max(each.delivery.duration_ms or 0 for each in its)
            _log.info("alerts_sent", integration=str(kind), messages=len(its), slowest_ms=slowest)


def _report(settled: Settled) -> None:
    claimed, delivery = settled.claimed, settled.delivery
    about = {
        "event_id": claimed.event_id,
        "kind": str(claimed.kind),
        "integration": str(claimed.integration.kind),
        "attempt": claimed.attempts,
    }
    if claimed.digest is not None:
        about["alerts"] = len(claimed.taken)
    if settled.was_lost:
        _log.warning("alert_lease_lost", **about)
    if settled.broke:
        _log.error(
            "integration_broken",
            workspace_id=claimed.integration.workspace_id,
            integration=str(claimed.integration.kind),
            reason=complaint_of(delivery),
        )
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
