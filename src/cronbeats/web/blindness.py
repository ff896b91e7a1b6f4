"""When CronBeats itself could not listen lately, to be told on top of pages about jobs."""

from __future__ import annotations

from datetime import datetime, timedelta

from cronbeats.domain.blind_window import BlindWindow, BlindWindows

_IS_NEWS = timedelta(days=1)


def recent_silences(blind: BlindWindows, now: datetime) -> list[BlindWindow]:
    """Return the blind windows that ended within the last day, the newest first."""
    return blind.ended_after(now - _IS_NEWS)
