"""A paused job is judged by nobody; a resumed one is armed anew."""

from __future__ import annotations

from tests.domain.build import DAY, HOUR, NOON, at, job


def test_a_paused_job_alarms_nobody_however_long_it_is_silent() -> None:
    story = job(every=60, grace=10).ping(0).pause(30).look(1000 * DAY)

    assert story.steps == [(0, "healthy"), (30, "disabled")]
    assert story.job.deadline_at is None
    assert not story.job.is_enabled


def test_what_was_due_before_the_pause_is_still_judged() -> None:
    story = job(every=60, grace=10).ping(0).pause(100)

    assert story.steps == [(0, "healthy"), (70, "late"), (80, "down"), (100, "disabled")]


def test_a_pause_ends_an_open_incident_silently() -> None:
    story = job().ping(0).fail(10).pause(40)
    (incident,) = story.incidents

    assert story.steps[-1] == (40, "disabled")
    assert incident.ended_at == at(40)
    assert story.job.state.incident is None


def test_a_pause_abandons_open_runs() -> None:
    story = job(every=HOUR, max_runtime=60).ping(0).start(100, "a").start(110).pause(130)

    assert story.outcomes == ["success", "abandoned", "abandoned"]
    assert story.resume(140).look(300).status == "healthy"


def test_pausing_a_paused_job_changes_nothing() -> None:
    story = job().ping(0).pause(10)
    before = story.told
    story.pause(20)

    assert story.told == before


def test_resuming_a_job_that_is_not_paused_changes_nothing() -> None:
    story = job().ping(0)
    before = story.told
    story.resume(20)

    assert story.told == before


def test_a_resumed_job_that_once_succeeded_is_healthy() -> None:
    story = job().ping(0).fail(10).pause(40).resume(50)

    assert story.steps[-1] == (50, "healthy")


def test_a_resumed_job_that_never_succeeded_is_pending() -> None:
    story = job().fail(10).pause(40).resume(50)

    assert story.status == "pending"


def test_a_resumed_job_awaits_its_next_slot_from_now() -> None:
    story = job(every=60, grace=10).ping(0).pause(30).resume(30 * DAY)

    assert story.due == 30 * DAY + 60
    assert story.look(30 * DAY + 69).status == "healthy"
    assert story.look(30 * DAY + 80).steps[-2:] == [
        (30 * DAY + 70, "late"),
        (30 * DAY + 80, "down"),
    ]


def test_a_resumed_cron_job_awaits_the_next_moment_of_its_schedule() -> None:
    story = job(cron="0 * * * *").ping(0).pause(30).resume(2 * HOUR + 59)

    assert story.due == 3 * HOUR


def test_a_resumed_job_is_armed_even_if_it_was_never_heard() -> None:
    story = job(every=60, grace=10).pause(10).resume(20).look(DAY)

    assert story.steps[2:] == [(90, "late"), (100, "down")]


def test_a_pause_forgets_the_bad_runs_before_it() -> None:
    story = job(every=60, tolerance=1).ping(0).fail(60).pause(70).resume(80).fail(140)

    assert story.status == "healthy"


def test_a_pause_forgets_the_missed_runs_before_it() -> None:
    story = job(every=60, grace=10, tolerance=1).ping(0).look(85).pause(90).resume(100)

    assert story.look(240).incidents[0].missed_runs == 2


def test_a_new_incident_after_a_resume_has_a_number_of_its_own() -> None:
    story = job(every=60).ping(0).fail(10).pause(40).resume(50).fail(100)

    assert [incident.number for incident in story.incidents] == [1, 2]


def test_a_pause_by_a_clock_that_lags_does_not_turn_history_around() -> None:
    story = job(every=60).ping(0).fail(50).pause(49).resume(48)

    assert story.steps == [(0, "healthy"), (50, "down"), (50, "disabled"), (50, "healthy")]
    assert story.begun == NOON
