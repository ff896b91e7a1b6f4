"""The pruner: keeps history as long as it may be, and no longer."""

from __future__ import annotations

from datetime import datetime, timedelta

from cronbeats.clock import Clock
from cronbeats.services.delete_workspaces import clear_deleted_workspaces
from cronbeats.services.forget_answers import forget_answers
from cronbeats.services.forget_sign_ins import forget_sign_ins
from cronbeats.services.prune_history import prune_alerts, prune_audit_log, prune_history
from cronbeats.storage.database import Database

PRUNE_EVERY_SECONDS = 600.0
# By then, whatever was under way in a workspace when it was deleted is over.
_CLEARED_AFTER = timedelta(minutes=10)


class Pruner:
    """One step prunes the jobs active since the last one, and what is too old of all the rest.

    That is alerts, the audit log, deleted workspaces, answers kept a day, and what people sign in
    with.
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
        self._pruned_at: datetime | None = None

    async def step(self) -> float:
        """Prune; return the seconds until the next time."""
        now = self._clock()
        await prune_history(self._db, self._keep, self._pruned_at)
        await prune_alerts(self._db, now - self._keep_alerts_for)
        await prune_audit_log(self._db, now - self._keep_audit_log_for)
        await clear_deleted_workspaces(self._db, now - _CLEARED_AFTER)
        await forget_answers(self._db, now)
        await forget_sign_ins(self._db, now)
        self._pruned_at = now
        return PRUNE_EVERY_SECONDS
