"""The relay: tells other server processes which jobs changed here, and hears it of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from math import inf
from uuid import uuid4

import structlog

from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.hint import Gathered, Hints
from cronbeats.storage.database import Database
from cronbeats.storage.notices import Ear, give_notice, pack, unpack
from cronbeats.workers.loop import Loop

_LONGEST_SLEEP_SECONDS = 15.0
# Whatever changes within this time is one notice: so a process gives a few a second at most.
_GATHER_SECONDS = 0.2
# A notice of our own that does not come back in this time tells that we hear nobody.
_ECHO_SECONDS = 5.0

_log = structlog.get_logger()


class Relay:
    """One step listens, if it does not yet, and gives notice of what was noted since the last.

    While it cannot hear, which it notices by its own voice, it says now and then that any job may
    have changed, so that whoever looks, looks again. That is so where the database is reached
    through a pooler that gives each transaction another connection.
    """

    def __init__(
        self,
        db: Database,
        hear: Callable[[Gathered], None],
        hear_any: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.loop = Loop("relay_hints", self.step, _LONGEST_SLEEP_SECONDS)
        self._db = db
        self._hear = hear
        self._hear_any = hear_any
        self._monotonic = monotonic
        self._name = uuid4().hex
        self._noted: dict[int, Hints] = {}
        self._is_waking = False
        self._ear: Ear | None = None
        self._ears = AsyncExitStack()
        self._called_at = self._said_any_at = -inf
        self._unanswered_since: float | None = None
        self._is_deaf = False

    def note(self, gathered: Gathered) -> None:
        """Note what changed in this process; a moment later the others are told."""
        self._keep(gathered)
        if not self._is_waking:
            self._is_waking = True
            asyncio.get_running_loop().call_later(_GATHER_SECONDS, self._wake_up)

    async def step(self) -> float:
        """Listen, and tell what was noted; return the seconds until the next step.

        Raises UnavailableError.
        """
        try:
            if not self._hears():
                await self._listen()
            if self._noted or self._seconds_since(self._called_at) >= _LONGEST_SLEEP_SECONDS:
                await self._call()
        except UnavailableError:
            if self._seconds_since(self._said_any_at) >= _LONGEST_SLEEP_SECONDS:
                self._say_any()
            raise
        return _LONGEST_SLEEP_SECONDS if self._unanswered_since is None else _ECHO_SECONDS

    async def close(self) -> None:
        """Listen no more."""
        self._ear = None
        await self._ears.aclose()

    def _hears(self) -> bool:
        if self._ear is None or self._ear.is_lost:
            return False
        patience = _LONGEST_SLEEP_SECONDS if self._is_deaf else _ECHO_SECONDS
        since = self._unanswered_since
        return since is None or self._seconds_since(since) < patience

    async def _listen(self) -> None:
        """Listen with a new connection: there is none, it was lost, or nothing came through it."""
        if not await self._db.can_listen():
            self._be_deaf("the database is reached through a pooler")
            if self._seconds_since(self._said_any_at) >= _LONGEST_SLEEP_SECONDS:
                self._say_any()
            return
        if self._ear is not None and not self._ear.is_lost:
            self._be_deaf("what this process says itself does not come back to it")
        await self.close()
        self._ear = await self._ears.enter_async_context(
            Ear(self._db, self._on_notice, self.loop.wake)
        )
        self._called_at, self._unanswered_since = -inf, None
        # What was said while nobody listened is not heard any more.
        self._say_any()

    def _be_deaf(self, reason: str) -> None:
        if not self._is_deaf:
            self._is_deaf = True
            _log.warning(
                "other_processes_not_heard",
                reason=reason,
                effect="open pages are renewed less often",
                hint="set CRONBEATS_DATABASE_DIRECT_URL to an address without a pooler",
            )

    async def _call(self) -> None:
        """Tell what was noted, if only to hear our own voice."""
        noted, self._noted = self._noted, {}
        self._called_at = self._monotonic()
        if self._unanswered_since is None:
            self._unanswered_since = self._called_at
        try:
            await give_notice(self._db, pack(self._name, noted))
        except UnavailableError:
            self._keep(noted)
            raise

    def _keep(self, gathered: Gathered) -> None:
        for workspace_id, hints in gathered.items():
            self._noted.setdefault(workspace_id, Hints()).merge(hints)

    def _on_notice(self, payload: str) -> None:
        try:
            sender, gathered = unpack(payload)
        except ValueError:
            return
        if sender == self._name:
            self._unanswered_since = None
            self._is_deaf = False
        elif gathered is None:
            self._hear_any()
        elif gathered:
            self._hear(gathered)

    def _say_any(self) -> None:
        self._said_any_at = self._monotonic()
        self._hear_any()

    def _seconds_since(self, moment: float) -> float:
        return self._monotonic() - moment

    def _wake_up(self) -> None:
        self._is_waking = False
        self.loop.wake()
