"""An edited job is judged by its new rules from now on, and an edit alarms nobody by itself."""

from __future__ import annotations

from dataclasses import replace

from cronbeats.domain.state_machine import on_edit
from tests.domain.build import DAY, HOUR, at, job, rules


def test_an_edited_schedule_counts_from_now() -> None:
    story = job(every=60, grace=10).ping(0).edit(50, rules(every=100, grace=10))

    assert story.status == "healthy"
    assert story.due == 150


def test_a_shorter_interval_does_not_make_a_job_late_at_once() -> None:
    story = job(every=DAY, grace=10).ping(0).edit(HOUR, rules(every=60, grace=10))

    assert story.look(HOUR + 69).status == "healthy"
    assert story.look(HOUR + 70).status == "late"


def test_a_job_edited_to_cron_awaits_the_next_cron_moment() -> None:
    story = job(every=60).ping(0).edit(59, rules(cron="0 * * * *"))

    assert story.due == HOUR


def test_another_time_zone_is_another_schedule() -> None:
    story = job(cron="0 14 * * *").ping(0).edit(60, rules(cron="0 14 * * *", zone="Europe/Berlin"))

    assert story.due == HOUR


def test_what_became_true_before_the_edit_stays_true() -> None:
    story = job(every=60, grace=10).ping(0).edit(100, rules(every=HOUR, grace=HOUR))

    assert story.steps == [(0, "healthy"), (70, "late"), (80, "down")]


def test_a_shorter_grace_does_not_make_a_job_late_at_once() -> None:
    story = job(every=60, grace=100).ping(0).edit(90, rules(every=60, grace=10))

    assert story.status == "healthy"
    assert story.due == 150


def test_a_shorter_grace_that_leaves_time_keeps_the_slot() -> None:
    story = job(every=60, grace=100).ping(0).edit(50, rules(every=60, grace=10)).look(DAY)

    assert story.steps[1:] == [(70, "late"), (80, "down")]


def test_a_late_job_whose_time_to_down_is_cut_goes_down_at_its_next_slot_only() -> None:
    story = job(every=60, grace=10, down_after=500).ping(0).look(100)
    story.edit(100, rules(every=60, grace=10, down_after=0))

    assert story.status == "late"
    assert story.look(169).status == "late"
    assert story.look(170).steps[-1] == (170, "down")


def test_a_late_job_given_more_time_stays_late_until_it_succeeds() -> None:
    story = job(every=60, grace=10, down_after=60).ping(0).look(80)
    story.edit(80, rules(every=60, grace=500, down_after=60)).look(600)

    assert story.status == "late"
    assert story.look(620).steps[-1] == (620, "down")


def test_a_job_that_is_down_stays_down() -> None:
    story = job(every=60).ping(0).fail(10).edit(20, rules(every=DAY, tolerance=5))

    assert story.status == "down"
    assert story.ping(30).status == "healthy"


def test_less_tolerance_alarms_at_the_next_bad_run_only() -> None:
    story = job(every=60, tolerance=3).ping(0).fail(20).fail(40).edit(50, rules(every=60))

    assert story.status == "healthy"
    assert story.fail(60).status == "down"


def test_a_new_limit_is_kept_by_the_runs_that_are_going() -> None:
    story = job(every=HOUR).ping(0).start(100).edit(150, rules(every=HOUR, max_runtime=200))

    assert story.look(300).reasons[-1] == "overran"
    assert story.steps[-1] == (300, "down")


def test_a_limit_that_a_run_has_passed_counts_for_it_from_now() -> None:
    story = job(every=HOUR).ping(0).start(100).edit(500, rules(every=HOUR, max_runtime=200))

    assert story.look(699).status == "healthy"
    assert story.look(700).steps[-1] == (700, "down")


def test_a_limit_given_while_a_run_is_going_lets_its_start_answer_the_slot() -> None:
    story = job(every=HOUR, grace=300).ping(0).start(HOUR)
    story.edit(HOUR + 100, rules(every=HOUR, grace=300, max_runtime=1800))

    assert story.look(HOUR + 1799).steps == [(0, "healthy")]
    assert story.success(HOUR + 1799).due == 2 * HOUR


def test_a_limit_taken_away_no_longer_ends_a_run() -> None:
    story = job(every=HOUR, max_runtime=200).ping(0).start(100).edit(150, rules(every=HOUR))

    assert story.look(1000).status == "healthy"


def test_a_paused_job_stays_unarmed_when_it_is_edited() -> None:
    story = job(every=60).ping(0).pause(10).edit(20, rules(every=1, grace=0)).look(DAY)

    assert story.status == "disabled"
    assert story.due is None


def test_a_pending_job_stays_unarmed_when_it_is_edited() -> None:
    story = job(every=60).edit(20, rules(every=1, grace=0)).look(DAY)

    assert story.steps == []


def test_an_edit_that_leaves_the_rules_alone_leaves_the_slot_alone() -> None:
    story = job(every=60).ping(0)
    renamed = replace(story.job, name="nightly backup", tags=("db",))
    change = on_edit(story.job, renamed, at(50))

    assert change.job.name == "nightly backup"
    assert change.job.state == story.job.state
    assert change.transitions == ()


def test_an_edit_keeps_the_state_that_time_has_led_to() -> None:
    story = job(every=60, grace=10).ping(0)
    stale = replace(story.job, name="renamed")
    change = on_edit(story.look(75).job, stale, at(76))

    assert change.job.state.status.value == "late"
