"""Outages of ours that touch each run of a job hide for a while, not for ever, that none ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.domain.build import Story, job, rules, utc

TWO = utc("2026-03-03 02:00")
A_DAY = timedelta(days=1)
A_MINUTE = timedelta(minutes=1)


def nightly(max_runtime: int = 3600, tolerance: int = 0) -> Story:
    """It begins at two and has an hour; in ten minutes of it, each night, nobody can hear."""
    story = job(
        cron="0 2 * * *", grace=3600, max_runtime=max_runtime, tolerance=tolerance, created=TWO
    ).ping(TWO - A_DAY)
    for night in range(60):
        begun = TWO + night * A_DAY
        story.blind(begun + 10 * A_MINUTE, begun + 20 * A_MINUTE)
    return story


def start_each_night(story: Story, nights: int) -> Story:
    for night in range(nights):
        story.start(TWO + night * A_DAY)
    return story


def test_a_job_that_begins_each_night_and_never_ends_is_found() -> None:
    story = start_each_night(nightly(), 5).look(TWO + 4 * A_DAY + 60 * A_MINUTE)

    # 78 hours must have been heard since it first began; 97 were, but for the 50 minutes.
    [step] = story.told.transitions[1:]
    assert (step.at, step.after, step.reason) == (
        TWO + 4 * A_DAY + 60 * A_MINUTE,
        "down",
        "overran",
    )
    assert step.unheard_since == TWO
    assert story.outcomes == ["success"] + ["abandoned"] * 4 + ["overran"]


def test_each_run_is_unobserved_until_then() -> None:
    story = start_each_night(nightly(), 4).look(TWO + 4 * A_DAY)

    assert story.outcomes[-1] == "unobserved"
    assert [name for _, name in story.steps] == ["healthy"]


def test_a_job_of_which_an_end_is_heard_now_and_then_is_not_blamed() -> None:
    story = nightly()
    for night in range(50):
        story.start(TWO + night * A_DAY)
        if night % 4 == 3:
            story.success(TWO + night * A_DAY + 30 * A_MINUTE)
    story.look(TWO + 50 * A_DAY)

    assert [name for _, name in story.steps] == ["healthy"]
    assert story.outcomes.count("abandoned") > 30


def test_a_run_at_its_deadline_within_a_blind_window_is_blamed_when_that_ends() -> None:
    story = start_each_night(nightly(max_runtime=15 * 60), 5)

    assert story.look(TWO + 4 * A_DAY + 19 * A_MINUTE).status == "healthy"
    story.look(TWO + 4 * A_DAY + 21 * A_MINUTE)
    assert [step.at for step in story.told.transitions[1:]] == [TWO + 4 * A_DAY + 20 * A_MINUTE]


def test_an_end_within_that_window_comes_in_time() -> None:
    story = start_each_night(nightly(max_runtime=15 * 60), 5)

    assert story.success(TWO + 4 * A_DAY + 19 * A_MINUTE).status == "healthy"
    assert story.look(TWO + 5 * A_DAY).status == "healthy"


def test_a_job_that_crashes_in_every_run_and_begins_again_is_found() -> None:
    story = job(every=600, grace=60, max_runtime=900).ping(0)
    for number in range(1, 100):
        story.blind(600 * number + 100, 600 * number + 200)
        story.start(600 * number)
    story.look(60_000)

    assert story.reasons[1] == "overran"
    fell_at = story.told.transitions[1].at
    heard = story.blindness.heard_between(story.begun + timedelta(seconds=600), fell_at)
    assert heard <= timedelta(seconds=3 * (600 + 60 + 900) + 2 * 900 + 600 + 60)


def test_a_run_that_we_could_hear_all_the_time_is_blamed_without_a_doubt() -> None:
    story = nightly()
    story.windows = story.windows[:2]
    start_each_night(story, 3).look(TWO + 3 * A_DAY)

    assert story.job.state.unheard_ends_since == TWO
    [fall] = [step for step in story.told.transitions if step.after == "down"]
    assert (fall.at, fall.unheard_since) == (TWO + 2 * A_DAY + 60 * A_MINUTE, None)


HEARD_AT = TWO + 60 * A_DAY


@pytest.mark.parametrize(
    "happens",
    [
        lambda story: story.success(HEARD_AT),
        lambda story: story.fail(HEARD_AT),
        lambda story: story.pause(HEARD_AT),
        lambda story: story.edit(HEARD_AT, rules(cron="0 2 * * *", grace=60, max_runtime=60)),
        lambda story: story.set_clock_back(TWO - A_MINUTE),
    ],
)
def test_an_end_a_pause_and_other_rules_end_the_unheard_time(
    happens: Callable[[Story], Story],
) -> None:
    story = start_each_night(nightly(), 3).look(TWO + 2 * A_DAY + 120 * A_MINUTE)
    assert story.job.state.unheard_ends_since == TWO

    assert happens(story).job.state.unheard_ends_since is None


def test_a_start_leaves_it_as_it_is() -> None:
    story = start_each_night(nightly(), 4)

    assert story.job.state.unheard_ends_since == TWO
