"""Durations of runs: said in words, and how they are spread."""

from datetime import UTC, datetime, timedelta

import pytest

from cronbeats.domain.duration import Spread, duration_in_words, spread_of
from cronbeats.domain.job import Outcome, Run

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def run(milliseconds: int | None) -> Run:
    ended = None if milliseconds is None else NOON + timedelta(milliseconds=milliseconds)
    return Run(1, Outcome.SUCCESS, started_at=NOON, ended_at=ended)


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (0, "0 ms"),
        (999, "999 ms"),
        (1_000, "1 s"),
        (8_349, "8.3 s"),
        (59_999, "59.9 s"),
        (60_000, "1 m"),
        (134_000, "2 m 14 s"),
        (11_100_000, "3 h 5 m"),
        (180_000_000, "2 d 2 h"),
    ],
)
def test_a_duration_is_said_as_people_say_it(milliseconds: int, words: str) -> None:
    assert duration_in_words(milliseconds) == words


def test_percentiles_are_durations_of_runs_and_runs_without_one_do_not_count() -> None:
    hundred = [run(number * 1_000) for number in range(100, 0, -1)]
    assert spread_of([*hundred, run(None)]) == Spread(100, 50_000, 95_000, 100_000)
    assert spread_of([run(7), run(5)]) == Spread(2, 5, 7, 7)
    assert spread_of([run(3)]) == Spread(1, 3, 3, 3)
    assert spread_of([run(None)]) is None
