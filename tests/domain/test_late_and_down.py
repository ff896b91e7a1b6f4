"""Silence: late when the grace is over, down when the time from late to down is over."""

from __future__ import annotations

import pytest

from cronbeats.domain.job import Rules
from cronbeats.domain.schedule import Every
from tests.domain.build import DAY, TICK, at, job


def test_a_silent_job_is_healthy_until_the_last_microsecond_of_its_grace() -> None:
    story = job(every=60, grace=30).ping(0).look(90 - TICK)

    assert story.status == "healthy"
    assert story.job.deadline_at == at(90)


def test_a_silent_job_is_late_exactly_when_its_grace_ends() -> None:
    story = job(every=60, grace=30).ping(0).look(90)

    assert story.status == "late"
    assert story.steps[-1] == (90, "late")
    assert story.reasons[-1] == "missed"


def test_a_late_job_stays_late_until_the_last_microsecond_before_down() -> None:
    story = job(every=60, grace=30, down_after=45).ping(0).look(135 - TICK)

    assert story.status == "late"
    assert story.job.deadline_at == at(135)


def test_a_late_job_goes_down_when_its_time_is_over() -> None:
    story = job(every=60, grace=30, down_after=45).ping(0).look(135)

    assert story.steps[1:] == [(90, "late"), (135, "down")]
    assert story.reasons[1:] == ["missed", "missed"]


def test_a_lost_slot_is_kept_as_a_missed_run_and_opens_an_incident() -> None:
    story = job(every=60, grace=30).ping(0).look(120)
    (incident,) = story.incidents

    assert story.outcomes == ["success", "missed"]
    assert story.runs[1].slot_at == at(60)
    assert incident.started_at == at(120)
    assert incident.missed_runs == 1
    assert story.told.transitions[-1].incident == incident


def test_looking_late_still_tells_the_moments_that_became_true() -> None:
    story = job(every=60, grace=30).ping(0).look(300 * DAY)

    assert story.steps == [(0, "healthy"), (90, "late"), (120, "down")]


def test_a_ping_in_the_last_microsecond_of_the_grace_is_in_time() -> None:
    story = job(every=60, grace=30).ping(0).ping(90 - TICK)

    assert story.steps == [(0, "healthy")]


def test_a_ping_at_the_end_of_the_grace_finds_the_job_late_and_heals_it() -> None:
    story = job(every=60, grace=30).ping(0).ping(90)

    assert story.steps == [(0, "healthy"), (90, "late"), (90, "healthy")]


def test_a_ping_heals_a_late_job_without_an_incident() -> None:
    story = job(every=60, grace=30).ping(0).ping(119)

    assert story.steps[1:] == [(90, "late"), (119, "healthy")]
    assert story.incidents == []
    assert story.due == 179


@pytest.mark.parametrize(
    ("grace", "expected"), [(0, 0), (1, 1), (299, 299), (300, 300), (301, 300), (86_400, 300)]
)
def test_down_after_left_out_is_the_grace_but_300_seconds_at_most(
    grace: int, expected: int
) -> None:
    assert Rules(Every(60), grace).down_after.total_seconds() == expected


def test_a_long_grace_is_followed_by_five_minutes_of_late() -> None:
    story = job(every=60, grace=3600).ping(0).look(DAY)

    assert story.steps[1:] == [(3660, "late"), (3960, "down")]


def test_down_after_zero_goes_straight_to_down_when_the_grace_ends() -> None:
    story = job(every=60, grace=30, down_after=0).ping(0)

    assert story.look(90 - TICK).status == "healthy"
    assert story.look(90).steps == [(0, "healthy"), (90, "down")]


def test_without_any_grace_a_job_is_down_at_its_slot() -> None:
    story = job(every=1, grace=0).ping(0)

    assert story.look(1 - TICK).status == "healthy"
    assert story.look(1).steps == [(0, "healthy"), (1, "down")]


def test_down_after_may_be_longer_than_the_interval() -> None:
    story = job(every=60, grace=10, down_after=600).ping(0).look(669)

    assert story.status == "late"
    assert story.look(670).steps[-1] == (670, "down")


def test_an_early_ping_moves_the_next_slot_with_it() -> None:
    story = job(every=60, grace=0).ping(0).ping(20)

    assert story.due == 80
    assert story.look(80 - TICK).status == "healthy"
