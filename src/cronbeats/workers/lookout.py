"""The lookout: knows when the service was blind, before anybody is judged."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from cronbeats.clock import Clock
from cronbeats.domain.blind_window import ALWAYS_HEARD, LONGEST_GAP, BlindWindow, BlindWindows
from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.words import in_words
from cronbeats.services.stay_aware import Awareness, ReadServerTime, stay_aware
from cronbeats.storage.database import Database
from cronbeats.workers.doubt import Doubt

BEAT_SECONDS = 5.0
# Whoever judges in another process judges no further than to the last beat of one that hears.
BEAT_FOR_OTHERS_SECONDS = 1.0
# Half of the longest gap, so that clocks which differ a little cannot hide one.
_LONGEST_TRUST = LONGEST_GAP / 2
# Who takes no pings believes for this long what it saw of those who do ...
_SHORT_TRUST = timedelta(seconds=BEAT_SECONDS)
# ... and takes two beats that did not come for a time in which nobody hears.
_BEATS_MISSED = 2 * timedelta(seconds=BEAT_SECONDS)
_NO_TIME = timedelta(0)

_log = structlog.get_logger()


class Lookout:
    """Beats every few seconds, and at once when somebody asks after a silence of ours.

    In a process that takes no pings (not `hears`) it looks for the beats of those that do.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        read_server_time: ReadServerTime | None = None,
        *,
        hears: bool = True,
        beat_seconds: float = BEAT_SECONDS,
    ) -> None:
        self._db = db
        self._clock = clock
        self._read_server_time = read_server_time
        self._hears = hears
        self._beat_seconds = beat_seconds
        self._trust = _LONGEST_TRUST if hears else _SHORT_TRUST
        self._aware: Awareness | None = None
        self._windows = ALWAYS_HEARD
        self._beating = asyncio.Lock()
        self._is_clock_off = False
        self._is_nobody_hearing = False
        self._doubt = Doubt(clock)

    def note_refusal(self, received_at: datetime) -> None:
        """Know of a ping that came at `received_at` and could not be stored.

        Nobody is judged beyond that until the next beat, which makes a blind window of it.
        """
        self._doubt.note_refusal(received_at)

    def doubt(self) -> None:
        """Know that the database could not be used: who could not, either, may say more later."""
        self._doubt.note_failure()

    def warnings(self) -> dict[str, str]:
        """Say what needs a hand although this process does its work: by subject, in words."""
        told = {"clock": self.clock_warning(), "pings": self._pings_warning()}
        return {subject: words for subject, words in told.items() if words is not None}

    def clock_warning(self) -> str | None:
        """Say what is wrong with this machine's clock and what to do, None if nothing is."""
        if self._aware is None or not self._is_clock_off:
            return None
        ahead = self._aware.ahead
        differs = f"{in_words(abs(ahead))} {'ahead of' if ahead > _NO_TIME else 'behind'}"
        return (
            f"the clock of this machine is {differs} that of the database's server: set both by "
            "NTP, or jobs are judged too early or too late and alerts may come twice"
        )

    async def step(self) -> float:
        """Beat once; return the seconds until the next beat."""
        async with self._beating:
            await self._beat()
        return self._beat_seconds

    async def windows(self) -> BlindWindows:
        """Return every blind window up to this moment. Raises UnavailableError.

        Where no pings are taken, some were refused, or the database was away just now, the last may
        not have ended yet.
        """
        if self._trusted() is None:
            async with self._beating:
                if self._trusted() is None:
                    await self._beat()
        return self._doubt.with_doubt(self._windows)

    async def heard_until(self, until: datetime) -> datetime:
        """Return up to when, `until` at most, it is known what pings came, or that none could.

        Raises UnavailableError.
        """
        until = self._doubt.certain_until(until)
        if self._hears:
            return until
        async with self._beating:
            aware = self._aware
            if aware is None or aware.heard_until < until:
                aware = await self._beat()
        return min(until, aware.heard_until)

    def _trusted(self) -> Awareness | None:
        """Return what we know, if no gap can have gone by since we last beat."""
        if self._aware is None:
            return None
        is_fresh = _NO_TIME <= self._clock() - self._aware.at <= self._trust
        return self._aware if is_fresh else None

    async def _beat(self) -> Awareness:
        refused_since = self._doubt.refused_since
        try:
            aware = await stay_aware(
                self._db,
                self._clock,
                self._read_server_time,
                self._aware,
                hears=self._hears,
                refused_since=refused_since,
            )
        except UnavailableError:
            self._doubt.note_failure()
            raise
        self._aware = aware
        # Not before: whoever asks meanwhile has to see the window, too.
        if refused_since is not None:
            self._doubt.settle_refusals(refused_since, aware.at)
        self._doubt.note_beat(aware.at, aware.windows)
        self._mind_the_silence(aware)
        if aware.found is not None:
            _tell(aware.found)
        self._mind_the_clock(aware.ahead)
        return aware

    def _pings_warning(self) -> str | None:
        if self._aware is None or not self._is_nobody_hearing:
            return None
        since = self._aware.heard_until.isoformat(timespec="seconds")
        return (
            f"no process has been able to take pings since {since}: start one that serves ping; "
            "until then no job is blamed for its silence"
        )

    def _mind_the_silence(self, aware: Awareness) -> None:
        """Take for blindness what may become a window; log once that it begins, or is over."""
        was_nobody = self._is_nobody_hearing
        self._is_nobody_hearing = aware.at - aware.heard_until > _BEATS_MISSED
        self._windows = aware.windows
        if self._is_nobody_hearing:
            still = BlindWindow(aware.heard_until, aware.at + self._trust)
            self._windows = aware.windows.and_also(still)
            if not was_nobody:
                _log.error("nobody_takes_pings", reason=self._pings_warning())
        elif was_nobody:
            _log.info("pings_are_taken_again")

    def _mind_the_clock(self, ahead: timedelta) -> None:
        """Note, and log once, that the clock is off, or that it is no longer."""
        was_off, self._is_clock_off = self._is_clock_off, abs(ahead) > LONGEST_GAP
        if self._is_clock_off and not was_off:
            _log.warning("clock_is_off", reason=self.clock_warning())
        elif was_off and not self._is_clock_off:
            _log.info("clock_is_right_again")


def _tell(found: BlindWindow) -> None:
    _log.warning(
        "blind_window",
        reason=str(found.reason),
        started_at=found.started_at.isoformat(),
        ended_at=found.ended_at.isoformat(),
        lasted=in_words(found.ended_at - found.started_at),
    )
