"""A job that is down stays down while nobody can hear it, and unobserved slots are not counted."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.build import DAY, HOUR, Story, job, utc

MIDNIGHT = utc("2026-03-02 00:00")
HOURS = timedelta(hours=1)


def down_since_noon() -> Story:
    """Expected every hour, with 10 minutes of grace and 5 more: down at 4500, one run missed."""
    return job(every=HOUR, grace=600).ping(0).look(4500)


def nightly() -> Story:
    story = job(cron="0 3 * * *", grace=HOUR, created=MIDNIGHT)
    return story.ping(MIDNIGHT + 3 * HOURS).look(MIDNIGHT + 32 * HOURS)


def missed(story: Story) -> int:
    return sum(incident.missed_runs for incident in story.incidents)


@pytest.mark.parametrize(("start", "end"), [(4500, DAY), (4600, 5000), (5000, 30 * DAY)])
def test_a_job_that_is_down_stays_down_through_a_blind_window(start: int, end: int) -> None:
    story = down_since_noon().blind(start, end).look(end)

    assert story.steps[1:] == [(4200, "late"), (4500, "down")]
    assert story.job.state.incident == story.incidents[-1]


def test_a_slot_that_we_could_not_hear_is_no_missed_run() -> None:
    story = down_since_noon().blind(7300, 7400).ping(9000)

    assert missed(story) == 1
    assert story.steps[-1] == (9000, "healthy")


def test_after_a_blind_window_the_slots_of_an_interval_are_counted_from_its_end() -> None:
    # Lost before: 3600. The window touches 7200. Counted after it: 11 000, 14 600.
    story = down_since_noon().blind(7100, 7400).ping(11_000 + HOUR + 900)

    assert missed(story) == 3


def test_a_blind_window_over_many_slots_hides_all_of_them() -> None:
    # Lost before it: 3600 to 18 000. After it: 90 000 and 93 600.
    story = down_since_noon().blind(20_000, DAY).ping(94_500)

    assert missed(story) == 5 + 2


def test_several_blind_windows_hide_a_slot_each() -> None:
    # 7200 is unobserved, 10 900 (an hour after 7300) is missed, 14 500 is unobserved.
    story = down_since_noon().blind(7250, 7300).blind(14_550, 14_600).ping(18_199)

    assert missed(story) == 2


def test_nights_that_a_cron_job_was_not_heard_in_are_not_missed_runs() -> None:
    # Lost: the 3rd and 4th, then the 6th. The window touches the 5th.
    story = nightly()
    story.blind(MIDNIGHT + 3 * 24 * HOURS, MIDNIGHT + (3 * 24 + 5) * HOURS)
    story.ping(MIDNIGHT + (4 * 24 + 8) * HOURS)

    assert missed(story) == 3


def test_a_blind_window_just_before_a_cron_slot_hides_that_slot_only() -> None:
    story = nightly()
    slot = MIDNIGHT + (24 * 3 + 3) * HOURS
    story.blind(slot - timedelta(seconds=50), slot - timedelta(seconds=10))
    story.ping(slot + 26 * HOURS)

    assert missed(story) == 3


def test_a_hanging_run_is_blamed_for_the_first_slot_lost_after_a_blind_window() -> None:
    story = down_since_noon().start(5000).blind(7300, 7400).look(11_900)

    assert missed(story) == 1
    assert story.outcomes == ["success", "missed", "overran"]


def test_a_blind_window_breaks_no_row_of_successes() -> None:
    story = job(every=HOUR, grace=600, recovery=2).ping(0).look(DAY).ping(DAY)
    story.blind(DAY + HOUR, DAY + HOUR + 100).ping(DAY + 2 * HOUR + 700)

    assert story.steps[-1] == (DAY + 2 * HOUR + 700, "healthy")


windows = st.lists(st.integers(5000, 60_000), max_size=8).map(sorted)


def story_of(cron: str | None, edges: list[int], looks: list[int]) -> Story:
    """A job that is down, and blind from each edge to the next, every other time."""
    story = job(every=700, grace=300, cron=cron).ping(0).look(4500)
    bounds = [pair for pair in pairwise(edges) if pair[0] < pair[1]][::2]
    for start, end in bounds:
        for moment in [each for each in looks if each <= start]:
            story.look(moment)
        story.blind(start, end)
        looks = [each for each in looks if each >= end]
    for moment in looks:
        story.look(moment)
    return story.look(70_000)


@pytest.mark.parametrize("cron", [None, "*/10 * * * *"])
@settings(deadline=None, max_examples=60)
@given(edges=windows, looks=st.lists(st.integers(4500, 70_000), max_size=20).map(sorted))
def test_missed_runs_are_the_same_however_often_one_looked_between_blind_windows(
    cron: str | None, edges: list[int], looks: list[int]
) -> None:
    once, often = story_of(cron, edges, []), story_of(cron, edges, looks)

    assert often.incidents == once.incidents
    assert often.job == once.job


@pytest.mark.parametrize("cron", [None, "*/10 * * * *"])
@settings(deadline=None, max_examples=60)
@given(edges=windows)
def test_missed_runs_are_the_heard_slots_counted_one_by_one(
    cron: str | None, edges: list[int]
) -> None:
    story = story_of(cron, edges, [])
    bounds = [(story.seconds(w.started_at), story.seconds(w.ended_at)) for w in story.windows]
    slot, count = 600 if cron else 700, 0
    while slot + 600 <= 70_000:
        ends = [end for start, end in bounds if start < slot + 600 and slot - 60 < end]
        count += not ends
        after = max([slot, *ends]) if cron else max(ends, default=slot)
        slot = (int(after) // 600 + 1) * 600 if cron else int(after) + 700

    assert missed(story) == count
