"""The settler: notes how attempts went, those that end together in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from cronbeats.domain.delivery import Delivered, complaint_of
from cronbeats.domain.errors import UnavailableError
from cronbeats.instruments import DeliveryResult, Instruments
from cronbeats.services.deliver_alerts import Ended, Settled
from cronbeats.storage.claims import Claimed

_MOST_AT_ONCE = 500
# What was sent is remembered as soon as the database is back, if that is before the lease ends.
_SETTLE_ATTEMPTS = 10
_SETTLE_PAUSE_SECONDS = 1.0

_log = structlog.get_logger()


class Settler:
    """Gathers attempts that have ended: while some are being settled, the next ones gather."""

    def __init__(
        self,
        settle: Callable[[Sequence[Ended]], Awaitable[list[Settled]]],
        are_settled: Callable[[Sequence[Claimed]], None],
        instruments: Instruments | None = None,
    ) -> None:
        self._settle = settle
        self._are_settled = are_settled
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
                batch = self._waiting[:_MOST_AT_ONCE]
                del self._waiting[:_MOST_AT_ONCE]
                try:
                    await self._settle_batch(batch)
                finally:
                    self._are_settled([each.claimed for each in batch])
        finally:
            self._worker = None

    async def _settle_batch(self, batch: list[Ended]) -> None:
        for _ in range(_SETTLE_ATTEMPTS):
            try:
                settled = await self._settle(batch)
            except UnavailableError as error:
                _log.error("alerts_not_settled", count=len(batch), error=str(error))
                await asyncio.sleep(_SETTLE_PAUSE_SECONDS)
            except Exception as error:  # noqa: BLE001 - the next batch must not wait for this one
                _log.error("alerts_not_settled", count=len(batch), exc_info=error)
                return
            else:
                for each in settled:
                    kind = each.claimed.integration.kind
                    self._counters[kind, _result_of(each)].add()
                    _report(each)
                return
        # The lease will end, and the alert be sent once more: twice is better than never.


def _result_of(settled: Settled) -> DeliveryResult:
    if isinstance(settled.delivery, Delivered):
        return DeliveryResult.SENT
    # Whoever has the alert now that this courier lost will try again.
    is_tried_again = settled.was_lost or settled.next_attempt_at is not None
    return DeliveryResult.RETRIED if is_tried_again else DeliveryResult.FAILED


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
