"""Runs with a limit whose end may have come while nobody could hear it."""

from __future__ import annotations

import pytest

from tests.domain.build import DAY, HOUR, TICK, Story, job, rules


def limited(tolerance: int = 0) -> Story:
    """Hourly, with a grace of 10 s; a run that began at 3600 has until 3900."""
    story = job(every=HOUR, grace=10, max_runtime=300, tolerance=tolerance)
    return story.ping(0).start(3600)


@pytest.mark.parametrize(("start", "end"), [(3700, 4000), (3899, 3901), (3899, 3950)])
def test_a_run_whose_time_touches_a_blind_window_is_judged_after_it_and_its_grace(
    start: float, end: float
) -> None:
    story = limited().blind(start, end)

    assert story.look(end + 10 - TICK).outcomes == ["success", "running"]
    assert story.look(end + 10).outcomes == ["success", "unobserved"]
    assert story.steps == [(0, "healthy")]


def test_a_run_whose_end_may_have_come_unheard_is_not_blamed_when_its_time_is_over() -> None:
    story = limited().blind(3650, 3700).look(3900 - TICK)

    assert story.outcomes == ["success", "running"]
    assert story.look(3900).outcomes == ["success", "unobserved"]
    assert story.steps == [(0, "healthy")]


@pytest.mark.parametrize(("start", "end"), [(3500, 3600), (3900, 4000)])
def test_a_blind_window_that_only_borders_on_a_runs_time_excuses_nothing(
    start: float, end: float
) -> None:
    story = limited().blind(start, end).look(end)

    assert story.look(4000).steps[1:] == [(3900, "down")]


def test_an_unobserved_run_leaves_the_streaks_alone() -> None:
    before, story = limited(tolerance=1).job.state, limited(tolerance=1)
    after = story.blind(3700, 4000).look(5000).job.state

    assert (after.good_streak, after.bad_streak) == (before.good_streak, before.bad_streak)


def test_an_unobserved_run_may_end_later_like_any_other() -> None:
    story = limited().blind(3700, 4000).look(5000).success(5100)

    assert story.outcomes == ["success", "success"]
    assert story.runs[1].duration_ms == 1_500_000
    assert story.steps == [(0, "healthy")]


def test_an_unobserved_run_that_fails_later_takes_the_job_down() -> None:
    story = limited().blind(3700, 4000).look(5000).fail(5100)

    assert story.outcomes == ["success", "failed"]
    assert story.steps[1:] == [(5100, "down")]


def test_a_run_that_ends_in_the_grace_after_a_blind_window_was_in_time() -> None:
    story = limited().blind(3700, 4000).success(4009)

    assert story.outcomes == ["success", "success"]
    assert story.steps == [(0, "healthy")]


def test_an_unobserved_run_is_still_open_but_no_longer_shown_as_going() -> None:
    state = limited().blind(3700, 4000).look(5000).job.state

    assert [run.outcome for run in state.open_runs] == ["unobserved"]
    assert state.current_run is None


def test_a_second_blind_window_within_the_grace_after_the_first_puts_the_judgement_off() -> None:
    story = limited().blind(3700, 4000).blind(4005, 4100)

    assert story.look(4110 - TICK).outcomes == ["success", "running"]
    assert story.look(4110).outcomes == ["success", "unobserved"]


def test_without_a_grace_a_run_is_unobserved_as_soon_as_we_can_hear() -> None:
    story = job(every=HOUR, grace=0, max_runtime=300).ping(0).start(3600 - TICK)
    story.blind(3700, 4000).look(4000)

    assert story.outcomes == ["success", "unobserved"]
    assert story.steps == [(0, "healthy")]


def test_all_the_runs_of_our_own_outage_cause_no_storm() -> None:
    story = job(every=HOUR, grace=10, max_runtime=300).ping(0)
    for number in range(20):
        story.start(3600 + number, f"run-{number}")
    story.blind(3650, 4000).look(4010)

    assert story.steps == [(0, "healthy")]
    assert story.outcomes == ["success"] + ["unobserved"] * 20


def test_the_next_run_after_an_unobserved_one_has_its_whole_time() -> None:
    story = limited().blind(3700, 4000).look(4500).start(7200)

    assert story.look(7500 - TICK).steps == [(0, "healthy")]
    assert story.look(7500).steps[1:] == [(7500, "down")]


def test_a_run_that_begins_before_an_older_one_is_judged_has_its_whole_time() -> None:
    story = job(every=HOUR, grace=500, max_runtime=300).ping(0).start(3600)
    story.blind(3700, 4000).look(4000).start(4300)

    assert story.look(4600 - TICK).steps == [(0, "healthy")]
    assert story.look(4600).steps[1:] == [(4600, "down")]


def test_a_job_that_was_dead_in_its_run_when_we_went_blind_is_found_at_its_next_slot() -> None:
    story = limited().blind(3700, 4000).look(DAY)

    assert story.steps[1:3] == [(7210, "late"), (7220, "down")]
    assert story.reasons[2] == "missed"


def test_a_run_of_a_job_that_is_down_is_not_blamed_for_what_we_did_not_hear() -> None:
    story = job(every=HOUR, grace=10, max_runtime=300).ping(0).fail(20).start(3600)
    story.blind(3700, 4000).look(4010)

    assert story.status == "down"
    assert story.outcomes == ["success", "failed", "unobserved"]


def test_a_pause_abandons_a_run_that_was_unobserved() -> None:
    story = limited().blind(3700, 4000).look(5000).pause(5001)

    assert story.outcomes == ["success", "abandoned"]
    assert story.job.state.open_runs == ()


def test_an_edit_after_a_blind_window_gives_a_run_that_was_put_off_no_less_time() -> None:
    story = limited().blind(3700, 4000).look(4000)
    story.edit(4001, rules(every=HOUR, grace=20, max_runtime=300))

    assert story.look(4300).steps == [(0, "healthy")]
