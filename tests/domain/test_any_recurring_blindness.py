"""The law of no forgotten job: whatever pattern our outages have, a dead job is found in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import cycle

from hypothesis import given, settings
from hypothesis import strategies as st

from cronbeats.domain.blind_window import BlindWindow
from cronbeats.domain.job import Rules
from cronbeats.domain.schedule import Cron, Every, Schedule
from cronbeats.domain.transition import Change
from tests.domain.build import NOON, Story, at, job, job_of

_HOUR = timedelta(hours=1)
# Each schedule with the longest time between two of its slots.
schedules: st.SearchStrategy[tuple[Schedule, timedelta]] = st.sampled_from(
    [
        (Every(60), timedelta(minutes=1)),
        (Every(3600), _HOUR),
        (Every(86_400), 24 * _HOUR),
        (Cron("*/10 * * * *", "UTC"), timedelta(minutes=10)),
        (Cron("30 2 * * *", "Europe/Berlin"), 25 * _HOUR),
        (Cron("0 9 * * 1-5", "UTC"), 72 * _HOUR),
    ]
)
shares = st.integers(1, 40).map(lambda share: share / 20)
# How long we hear, and how long not, in shares of the longest gap; a cycle of up to three.
patterns = st.lists(st.tuples(shares, shares), min_size=1, max_size=3)


@settings(deadline=None, max_examples=400)
@given(
    schedule=schedules,
    pattern=patterns,
    grace=st.sampled_from([0.0, 0.02, 0.5, 1, 2.5]),
    down_after=st.sampled_from([None, 0.0, 0.1, 1.5]),
    tolerance=st.integers(0, 2),
)
def test_a_dead_job_goes_down_within_the_bound_of_time_heard(
    schedule: tuple[Schedule, timedelta],
    pattern: list[tuple[float, float]],
    grace: float,
    down_after: float | None,
    tolerance: int,
) -> None:
    planned, gap = schedule
    whole = gap // timedelta(seconds=1)
    its_rules = Rules(
        planned,
        int(grace * whole),
        None if down_after is None else int(down_after * whole),
        failure_tolerance=tolerance,
    )
    story = Story(Change(job_of(its_rules, NOON))).ping(NOON)
    died_at = story.job.state.due_at
    assert died_at is not None
    bound = (4 + tolerance) * gap + 4 * its_rules.grace + its_rules.down_after
    until = go_blind_by_pattern(story, pattern, gap, died_at, bound)
    story.look(until)

    assert story.status == "down"
    fell_at = story.told.transitions[-1].at
    assert story.blindness.heard_between(died_at, fell_at) <= bound
    assert story.blindness.around(fell_at) is None


@settings(deadline=None, max_examples=200)
@given(
    pattern=st.lists(st.tuples(st.integers(1, 500), st.integers(1, 500)), min_size=1, max_size=3),
    limit=st.sampled_from([50, 300, 700, 1500, 4000]),
    grace=st.sampled_from([0, 60, 900]),
    tolerance=st.integers(0, 2),
)
def test_a_job_that_begins_each_run_and_ends_none_goes_down_within_its_bound(
    pattern: list[tuple[int, int]], limit: int, grace: int, tolerance: int
) -> None:
    gap = 600
    story = job(every=gap, grace=grace, max_runtime=limit, tolerance=tolerance).ping(0)
    bound = 3 * (gap + grace + limit) + (2 + tolerance) * (2 * limit + gap + grace)
    for number, (heard, length) in zip(range(1, 3 * bound // gap), cycle(pattern), strict=False):
        begun = gap * number
        story.start(begun)
        story.blind(begun + heard / 2, begun + heard / 2 + length / 2)
    story.look(3 * bound)

    [fell_at, *_] = [step.at for step in story.told.transitions if step.after == "down"]
    assert story.blindness.heard_between(at(gap), fell_at) <= timedelta(seconds=bound)
    assert story.blindness.around(fell_at) is None


def go_blind_by_pattern(
    story: Story,
    pattern: list[tuple[float, float]],
    gap: timedelta,
    since: datetime,
    heard_for: timedelta,
) -> datetime:
    """Hear and be blind in turns until `heard_for` was heard; return when that is."""
    moment, windows = NOON, []
    for heard, blind in cycle(pattern):
        windows.append(BlindWindow(moment + heard * gap, moment + (heard + blind) * gap))
        moment = windows[-1].ended_at
        heard_since = (moment - since) - sum(
            (max(timedelta(0), w.ended_at - max(since, w.started_at)) for w in windows),
            timedelta(0),
        )
        if heard_since >= heard_for:
            break
    story.windows = tuple(windows)
    return moment
