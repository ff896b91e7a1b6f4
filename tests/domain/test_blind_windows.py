"""What all blind windows together tell of a stretch of time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronbeats.domain.blind_window import ALWAYS_HEARD, BlindWindow, BlindWindows
from tests.domain.build import at

WINDOWS = BlindWindows([BlindWindow(at(10), at(20)), BlindWindow(at(30), at(60))])

seconds = st.integers(0, 60)
stretches = st.tuples(seconds, st.integers(1, 20)).map(lambda pair: (pair[0], sum(pair)))


@pytest.mark.parametrize(
    ("start", "end", "heard"),
    [
        (0, 10, 10),
        (0, 15, 10),
        (12, 18, 0),
        (15, 35, 10),
        (0, 100, 60),
        (60, 70, 10),
        (5, 5, 0),
        (9, 5, 0),
    ],
)
def test_the_time_heard_is_what_no_blind_window_takes(start: int, end: int, heard: int) -> None:
    assert WINDOWS.heard_between(at(start), at(end)) == timedelta(seconds=heard)


def test_a_service_that_was_never_blind_heard_all_of_the_time() -> None:
    assert ALWAYS_HEARD.heard_between(at(3), at(7)) == timedelta(seconds=4)


@pytest.mark.parametrize(
    ("moment", "is_within"), [(10, False), (11, True), (20, False), (25, False)]
)
def test_the_bounds_of_a_blind_window_are_heard(moment: int, is_within: bool) -> None:
    assert (WINDOWS.around(at(moment)) is not None) is is_within


@given(st.lists(stretches, max_size=6), stretches)
def test_any_windows_tell_what_counting_second_by_second_tells(
    blind: list[tuple[int, int]], stretch: tuple[int, int]
) -> None:
    windows = BlindWindows(BlindWindow(at(start), at(end)) for start, end in blind)
    deaf = {second for start, end in blind for second in range(start, end)}
    start, end = stretch
    heard = sum(second not in deaf for second in range(start, end))

    assert windows.heard_between(at(start), at(end)) == timedelta(seconds=heard)
    touched = heard < end - start
    assert (windows.first_touching(at(start), at(end)) is not None) is touched
    assert (windows.last_touching(at(start), at(end)) is not None) is touched


@given(st.lists(stretches, min_size=1, max_size=6), stretches)
def test_the_first_and_the_last_window_that_touch_a_stretch_are_found(
    blind: list[tuple[int, int]], stretch: tuple[int, int]
) -> None:
    windows = BlindWindows(BlindWindow(at(start), at(end)) for start, end in blind)
    start, end = stretch
    first = windows.first_touching(at(start), at(end))
    last = windows.last_touching(at(start), at(end))
    touching = [each for each in blind if each[0] < end and each[1] > start]

    if first is None or last is None:
        assert first is last is None
        assert not touching
    else:
        assert first.started_at <= at(min(each[0] for each in touching))
        assert last.ended_at >= at(max(each[1] for each in touching))
