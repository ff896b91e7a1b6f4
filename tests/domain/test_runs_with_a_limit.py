"""With a longest run time a start answers the slot, and the run must end in time."""

from __future__ import annotations

from tests.domain.build import DAY, HOUR, TICK, at, job


def test_the_start_answers_the_slot() -> None:
    story = job(every=60, grace=10, max_runtime=300).ping(0).start(65)

    assert story.due == 125
    assert story.look(134).steps == [(0, "healthy")]


def test_a_run_must_begin_within_the_grace() -> None:
    story = job(every=60, grace=10, max_runtime=300).ping(0)

    assert story.start(70).steps == [(0, "healthy"), (70, "late")]


def test_a_run_that_takes_its_whole_time_is_healthy() -> None:
    story = job(every=HOUR, grace=10, max_runtime=300).ping(0).start(3600).success(3900 - TICK)

    assert story.steps == [(0, "healthy")]
    assert story.outcomes == ["success", "success"]


def test_a_run_that_is_open_when_its_time_is_over_takes_the_job_down() -> None:
    story = job(every=HOUR, grace=10, max_runtime=300).ping(0).start(3600)

    assert story.look(3900 - TICK).status == "healthy"
    assert story.look(3900).steps == [(0, "healthy"), (3900, "down")]
    assert story.reasons[-1] == "overran"
    assert story.outcomes == ["success", "overran"]


def test_a_run_that_ends_in_the_moment_its_time_is_over_has_overrun() -> None:
    story = job(every=HOUR, max_runtime=300).ping(0).start(3600).success(3900)

    assert story.steps == [(0, "healthy"), (3900, "down"), (3900, "healthy")]


def test_the_late_success_of_a_run_that_overran_recovers_the_job() -> None:
    story = job(every=HOUR, max_runtime=300).ping(0).start(3600).success(4000)
    run = story.runs[-1]

    assert story.steps[1:] == [(3900, "down"), (4000, "healthy")]
    assert (run.outcome.value, run.ended_at, run.duration_ms) == ("overran", at(4000), 400_000)


def test_an_overrun_within_the_tolerance_leaves_the_job_healthy() -> None:
    story = job(every=HOUR, max_runtime=300, tolerance=1).ping(0).start(3600).look(4000)

    assert story.status == "healthy"
    assert story.outcomes == ["success", "overran"]


def test_a_run_opened_by_progress_has_its_time_too() -> None:
    story = job(every=HOUR, max_runtime=300).ping(0).progress(1000, 5).look(DAY)

    assert story.steps[:2] == [(0, "healthy"), (1300, "down")]
    assert story.reasons[1] == "overran"


def test_a_start_leaves_a_late_job_late_until_it_succeeds() -> None:
    story = job(every=60, grace=10, max_runtime=100).ping(0).start(75)

    assert story.status == "late"
    assert story.success(100).steps[-1] == (100, "healthy")


def test_a_late_job_whose_run_hangs_goes_down_when_the_run_has_overrun() -> None:
    story = job(every=HOUR, grace=10, max_runtime=100).ping(0).start(3615).look(DAY)

    assert story.steps[1:3] == [(3610, "late"), (3715, "down")]
    assert story.reasons[2] == "overran"


def test_when_no_run_begins_the_slot_is_missed_not_overrun() -> None:
    story = job(every=60, grace=10, max_runtime=30).ping(0).start(60).success(70).look(DAY)

    assert story.steps[1:] == [(130, "late"), (140, "down")]
    assert story.reasons[1:] == ["missed", "missed"]


def test_the_next_slot_needs_a_start_of_its_own_even_while_a_long_run_is_going() -> None:
    story = job(every=60, grace=10, max_runtime=HOUR).ping(0).start(60).look(140)

    assert story.steps[1:] == [(130, "late"), (140, "down")]
    assert story.reasons[1:] == ["missed", "missed"]


def test_a_pending_job_whose_first_run_hangs_goes_down() -> None:
    story = job(every=HOUR, max_runtime=60).start(0).look(DAY)

    assert story.steps == [(60, "down")]


def test_a_job_without_ids_may_begin_the_next_run_while_the_last_one_is_going() -> None:
    story = job(every=60, grace=10, max_runtime=300).ping(0)
    for slot in range(60, 600, 60):
        story.start(slot).success(slot + 35)

    assert story.steps == [(0, "healthy")]


def test_a_run_that_hangs_is_judged_while_the_job_is_down_for_something_else() -> None:
    story = job(every=HOUR, max_runtime=60).ping(0).start(100, "a").fail(110, "b").look(200)

    assert story.steps[1:] == [(110, "down")]
    assert story.outcomes == ["success", "overran", "failed"]
