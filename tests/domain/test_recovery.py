"""A recovery tells for how long a job was down and how many runs it missed, exactly."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cronbeats.domain.job import Reason
from tests.domain.build import DAY, HOUR, at, job, utc


@pytest.mark.parametrize(
    ("back_at", "missed"), [(80, 1), (139, 1), (140, 2), (199, 2), (200, 3), (60_000 + 80, 1001)]
)
def test_an_interval_job_missed_every_slot_lost_before_it_came_back(
    back_at: float, missed: int
) -> None:
    story = job(every=60, grace=10).ping(0).ping(back_at)
    (incident,) = story.incidents

    assert incident.missed_runs == missed
    assert incident.started_at == at(80)
    assert incident.ended_at == at(back_at)


def test_the_recovery_carries_the_incident_that_it_closed() -> None:
    story = job(every=60, grace=10).ping(0).ping(200)
    recovery = story.told.transitions[-1]

    assert recovery.incident == story.incidents[0]
    assert recovery.incident is not None
    assert recovery.incident.ended_at == at(200)
    assert story.job.state.incident is None


def test_a_cron_job_down_over_days_missed_one_run_a_night() -> None:
    night = utc("2026-03-02 02:00")
    story = job(cron="0 2 * * *", grace=600, created=night).ping(night)
    story.ping(utc("2026-03-06 02:03"))
    (incident,) = story.incidents

    assert incident.missed_runs == 3
    assert incident.started_at == utc("2026-03-03 02:15")
    assert incident.ended_at is not None
    assert incident.ended_at - incident.started_at == timedelta(days=2, hours=23, minutes=48)


def test_a_cron_job_down_over_a_weekend_missed_its_workdays_only() -> None:
    friday = utc("2026-03-06 02:00")
    story = job(cron="0 2 * * 1-5", grace=600, created=friday).ping(friday)
    story.ping(utc("2026-03-11 02:05"))

    assert story.incidents[0].missed_runs == 2


def test_missed_runs_that_were_tolerated_before_are_told_too() -> None:
    story = job(every=60, grace=10, tolerance=2).ping(0).ping(270)

    assert story.incidents[0].missed_runs == 4


def test_missed_runs_before_an_earlier_success_are_not_told() -> None:
    story = job(every=60, grace=10, tolerance=1).ping(0).ping(100).ping(160).look(DAY)

    assert story.outcomes == ["success", "missed", "success", "success", "missed", "missed"]
    assert story.incidents[0].started_at == at(300)
    assert story.look(301).incidents[0].missed_runs == 1 + 1 + (DAY - 300) // 60


def test_a_job_down_for_a_failure_counts_the_slots_it_misses_meanwhile() -> None:
    story = job(every=60, grace=10).ping(0).fail(60).ping(260)

    assert story.incidents[0].reason is Reason.FAILED
    assert story.incidents[0].missed_runs == 3


def test_slots_missed_while_down_are_counted_without_a_run_each() -> None:
    story = job(every=60, grace=10).ping(0).look(30 * DAY)

    assert story.outcomes == ["success", "missed"]
    assert story.incidents[0].missed_runs == (30 * DAY - 80) // 60 + 1


def test_slots_that_failed_are_not_counted_as_missed() -> None:
    story = job(every=60, grace=10).ping(0).fail(60).fail(120).fail(180).ping(240)

    assert story.incidents[0].missed_runs == 0


def test_a_run_that_hung_meanwhile_is_not_counted_as_missed() -> None:
    story = job(every=60, grace=10).ping(0).fail(60).start(100).ping(260)

    assert story.incidents[0].missed_runs == 2
    assert story.outcomes == ["success", "failed", "overran"]


def test_an_incident_grows_the_same_whether_looked_at_often_or_once() -> None:
    often = job(every=60, grace=10).ping(0)
    for moment in range(0, 1000, 7):
        often.look(moment)
    once = job(every=60, grace=10).ping(0)

    assert often.look(1000).incidents == once.look(1000).incidents


def test_after_a_recovery_the_next_silence_is_a_new_incident() -> None:
    story = job(every=60, grace=10).ping(0).ping(200).look(HOUR)

    assert story.steps[3:] == [(200, "healthy"), (270, "late"), (280, "down")]
    assert [incident.number for incident in story.incidents] == [1, 2]


def test_a_recovered_job_awaits_the_slot_after_the_run_that_recovered_it() -> None:
    story = job(every=60, grace=10).ping(0).start(500, "a").success(505, "a")

    assert story.status == "healthy"
    assert story.due == 560


def test_a_start_during_an_incident_recovers_nothing() -> None:
    story = job(every=60, grace=10, max_runtime=100).ping(0).start(500)

    assert story.status == "down"
    assert story.look(600).outcomes == ["success", "missed", "overran"]
    assert len(story.incidents) == 1


def test_a_job_recovering_step_by_step_stays_in_one_incident() -> None:
    story = job(every=60, grace=10, recovery=2).ping(0).ping(200).ping(260)
    (incident,) = story.incidents

    assert incident.ended_at == at(260)
    assert incident.missed_runs == 3
