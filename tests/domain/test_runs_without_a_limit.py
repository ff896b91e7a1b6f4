"""Without a longest run time only a success answers the slot; runs are matched by their start."""

from __future__ import annotations

from tests.domain.build import DAY, HOUR, at, job

MINUTE = 60


def test_a_start_proves_nothing_and_moves_no_slot() -> None:
    story = job(every=60, grace=30).ping(0).start(59)

    assert story.status == "healthy"
    assert story.due == 60


def test_a_late_job_that_starts_stays_late_until_it_succeeds() -> None:
    story = job(every=60, grace=30).ping(0).start(100)

    assert story.status == "late"
    assert story.success(110).steps[1:] == [(90, "late"), (110, "healthy")]


def test_a_run_that_is_open_when_the_grace_ends_overran_and_was_not_missed() -> None:
    story = job(every=60, grace=30).ping(0).start(60).look(120)

    assert story.steps[1:] == [(90, "late"), (120, "down")]
    assert story.reasons[1:] == ["overran", "overran"]
    assert story.outcomes == ["success", "overran"]
    assert story.incidents[0].missed_runs == 0


def test_a_hanging_run_is_blamed_once_and_the_slots_after_it_are_missed() -> None:
    story = job(every=60, grace=10).ping(0).start(60).look(200)

    assert story.outcomes == ["success", "overran"]
    assert story.incidents[0].missed_runs == 2


def test_a_run_is_matched_by_when_it_began() -> None:
    story = job(every=HOUR, grace=HOUR).ping(0).start(HOUR).success(HOUR + 10 * MINUTE)

    assert story.due == 2 * HOUR


def test_ten_minutes_today_and_fifty_tomorrow_do_not_eat_the_grace() -> None:
    story = job(every=DAY, grace=HOUR).start(0).success(10 * MINUTE)
    story.start(DAY).success(DAY + 50 * MINUTE)
    story.start(2 * DAY).success(2 * DAY + 59 * MINUTE)

    assert story.steps == [(10 * MINUTE, "healthy")]
    assert story.due == 3 * DAY


def test_a_run_without_a_start_is_matched_by_its_end() -> None:
    story = job(every=60).ping(0).success(45)

    assert story.due == 105
    assert story.runs[-1].started_at is None
    assert story.job.state.last_duration_ms is None


def test_a_run_keeps_its_duration() -> None:
    story = job(every=HOUR).start(0).success(12.5)
    (run,) = story.runs

    assert run.duration_ms == 12_500
    assert (run.started_at, run.ended_at) == (at(0), at(12.5))
    assert story.job.state.last_duration_ms == 12_500


def test_a_plain_ping_ends_the_open_run() -> None:
    story = job(every=HOUR).start(0).ping(100)

    assert story.outcomes == ["success"]
    assert story.job.state.open_runs == ()


def test_a_run_longer_than_the_next_slot_and_its_grace_passes_over_it() -> None:
    story = job(every=60, grace=10).ping(0).start(10).success(300)

    assert story.status == "healthy"
    assert story.due == 360


def test_a_run_that_ends_within_the_grace_of_the_next_slot_leaves_that_slot_awaited() -> None:
    story = job(every=60, grace=30).start(0).success(80)

    assert story.due == 60
    assert story.look(90).steps == [(80, "healthy"), (90, "late")]


def test_a_long_cron_run_passes_over_the_slots_whose_grace_is_over() -> None:
    story = job(cron="0 * * * *", grace=600, created=0).ping(0).start(HOUR)
    story.success(3 * HOUR + 20 * MINUTE)

    assert story.status == "healthy"
    assert story.due == 4 * HOUR


def test_a_long_cron_run_that_ends_within_a_grace_leaves_that_slot_awaited() -> None:
    story = job(cron="0 * * * *", grace=600).ping(0).start(HOUR).success(3 * HOUR + 300)

    assert story.due == 3 * HOUR


def test_a_run_that_ends_when_the_grace_of_the_next_slot_does_passes_over_that_slot() -> None:
    story = job(every=60, grace=30).start(0).success(90)

    assert story.steps[-1] == (90, "healthy")
    assert story.due == 150


def test_a_run_keeps_its_exit_code_whether_its_start_was_told_or_not() -> None:
    story = job(every=HOUR).start(0).fail(20, exit_code=3).fail(60, "x", exit_code=137)

    assert [run.exit_code for run in story.runs] == [3, 137]


def test_a_run_without_a_start_has_no_duration_though_the_one_before_had() -> None:
    story = job(every=HOUR).start(0).success(20).success(100)

    assert story.job.state.last_duration_ms is None


def test_a_run_knows_the_slot_that_it_answered() -> None:
    story = job(every=60).ping(0).ping(55).start(110).success(118)

    assert [run.slot_at for run in story.runs] == [at(0), at(60), at(115)]
