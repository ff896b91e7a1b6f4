"""Durations of runs: in words, and how they are spread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from cronbeats.domain.job import Run
from cronbeats.domain.words import in_words

_SECOND = 1_000
_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Spread:
    """How long `count` runs took, in milliseconds: half of them, nearly all, the longest."""

    count: int
    p50: int
    p95: int
    longest: int


def spread_of(runs: Iterable[Run]) -> Spread | None:
    """Return how long those runs took whose start and end were told; None if none's were.

    A percentile is the duration of one of the runs, that of the nearest rank.
    """
    durations = sorted(run.duration_ms for run in runs if run.duration_ms is not None)
    if not durations:
        return None
    return Spread(len(durations), _rank(durations, 50), _rank(durations, 95), durations[-1])


def duration_in_words(milliseconds: int) -> str:
    """Return a duration as people say it: `840 ms`, `8.3 s`, `2 m 14 s`, `3 h 5 m`."""
    if milliseconds < _SECOND:
        return f"{milliseconds} ms"
    if milliseconds < _MINUTE:
        tenths = milliseconds // 100
        return f"{tenths // 10}.{tenths % 10} s" if tenths % 10 else f"{tenths // 10} s"
    return in_words(timedelta(milliseconds=milliseconds))


def _rank(ranked: Sequence[int], percent: int) -> int:
    return ranked[max(0, ceil(len(ranked) * percent / 100) - 1)]
