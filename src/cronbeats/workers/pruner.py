"""The pruner: keeps history as long as it may be, and no longer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from cronbeats.clock import Clock
from cronbeats.domain.errors import UnavailableError
from cronbeats.services.delete_workspaces import clear_deleted_workspaces
from cronbeats.services.forget_answers import forget_answers
from cronbeats.services.forget_sign_ins import forget_sign_ins
from cronbeats.services.prune_history import prune_alerts, prune_audit_log, prune_history
from cronbeats.storage.database import Database
from cronbeats.storage.pruning import Pace

PRUNE_EVERY_SECONDS = 600.0
# By then, whatever was under way in a workspace when it was deleted is over.
_CLEARED_AFTER = timedelta(minutes=10)


class Pruner:
    """Deletes what is too old, in rounds of small steps; a step is one transaction.

    That is the history of jobs that were active since the last round, and of all the rest alerts,
    the audit log, deleted workspaces, answers kept a day, and what people sign in with. After each
    step it rests, nine times as long as the step took.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        keep: int,
        keep_alerts_for: timedelta,
        keep_audit_log_for: timedelta,
    ) -> None:
        self._db = db
        self._clock = clock
        self._keep = keep
        self._keep_alerts_for = keep_alerts_for
        self._keep_audit_log_for = keep_audit_log_for
        self._pace = Pace(clock)
        self._left: list[AsyncIterator[int]] = []
        self._pruned_at: datetime | None = None

    async def step(self) -> float:
        """Prune a little; return the seconds until the next step, which may begin a new round.

        A task that fails is left for the next round, so that it keeps none of the others; without
        a database, the round begins anew.
        """
        if not self._left:
            self._begin()
        try:
            async for _ in self._left[0]:
                return self._pace.rest_seconds
        except UnavailableError:
            self._left.clear()
            raise
        except Exception:
            self._left.pop(0)
            raise
        return self._end_task()

    def _begin(self) -> None:
        now = self._clock()
        rest = (self._db, self._pace)
        self._left = [
            self._prune_history(now),
            prune_alerts(*rest, now - self._keep_alerts_for),
            prune_audit_log(*rest, now - self._keep_audit_log_for),
            clear_deleted_workspaces(*rest, now - _CLEARED_AFTER),
            forget_answers(*rest, now),
            forget_sign_ins(*rest, now),
        ]

    async def _prune_history(self, now: datetime) -> AsyncIterator[int]:
        async for count in prune_history(self._db, self._pace, self._keep, self._pruned_at):
            yield count
        self._pruned_at = now

    def _end_task(self) -> float:
        self._left.pop(0)
        return 0 if self._left else PRUNE_EVERY_SECONDS
