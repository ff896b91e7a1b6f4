"""Jobs that begin again and again and never end: found after at most twice their limit."""

from __future__ import annotations

import pytest

from tests.domain.build import HOUR, TICK, Story, job, rules

MINUTE = 60


def restarting(run_id: str | None = None, tolerance: int = 0) -> Story:
    """A job that has succeeded once, at 0, and whose runs of 10 minutes may overlap."""
    story = job(every=MINUTE, grace=600, max_runtime=600, tolerance=tolerance)
    return story.success(0, run_id)


def starts(story: Story, first: int, last: int, step: int, run_id: str | None = None) -> Story:
    for moment in range(first, last + 1, step):
        story.start(moment, run_id)
    return story


@pytest.mark.parametrize("run_id", [None, "nightly"])
@pytest.mark.parametrize("step", [20, 60, 300, 599])
def test_a_job_that_only_ever_starts_is_down_after_twice_its_limit(
    run_id: str | None, step: int
) -> None:
    story = starts(restarting(run_id), 60, 1259, step, run_id).look(1260 - TICK)

    assert story.steps == [(0, "healthy")]
    assert story.look(1260).steps[1:] == [(1260, "down")]
    assert story.reasons[-1] == "overran"


@pytest.mark.parametrize("reboot_at", [61 + 15, 300, 659])
def test_a_run_that_began_anew_once_within_its_limit_has_its_whole_time(reboot_at: int) -> None:
    story = restarting().start(60).start(reboot_at).success(reboot_at + 600 - TICK)

    assert story.steps == [(0, "healthy")]


def test_a_run_that_began_anew_once_and_hangs_is_found_after_its_limit() -> None:
    story = restarting().start(60).start(300).look(HOUR)

    assert story.steps[1:2] == [(900, "down")]


@pytest.mark.parametrize("end", ["success", "ping", "fail"])
def test_any_end_begins_the_count_anew(end: str) -> None:
    story = restarting(tolerance=5)
    starts(story, 60, 960, 300)
    getattr(story, end)(1000)
    starts(story, 1060, 1960, 300)

    assert story.look(2259).outcomes.count("overran") == 0
    assert story.look(2260).outcomes.count("overran") == 1


def test_the_end_of_another_run_begins_the_count_anew() -> None:
    story = starts(restarting("a"), 60, 960, 300, "a").success(1000, "b")
    starts(story, 1060, 1960, 300, "a")

    assert story.look(2259).steps == [(0, "healthy")]


def test_after_it_was_blamed_a_job_has_twice_its_limit_again() -> None:
    story = starts(restarting(tolerance=1), 60, 960, 300).look(1260)
    assert story.outcomes.count("overran") == 1

    starts(story, 1300, 2200, 300)
    assert story.look(2500 - TICK).status == "healthy"
    assert story.look(2500).steps[1:] == [(2500, "down")]


def test_runs_under_ids_of_their_own_are_no_restarts() -> None:
    story = restarting()
    for number, moment in enumerate(range(60, 6000, 500)):
        story.start(moment, f"run-{number}").success(moment + 599, f"run-{number}")

    assert story.steps == [(0, "healthy")]


def test_a_pause_begins_the_count_anew() -> None:
    story = starts(restarting(), 60, 960, 300).pause(1000).resume(1001)
    starts(story, 1010, 1610, 300)

    assert story.look(2209).steps[-1] == (1001, "healthy")
    assert story.look(2210).steps[-1] == (2210, "down")


def test_an_edit_gives_a_restarted_run_its_whole_new_time() -> None:
    story = starts(restarting(), 60, 960, 300)
    story.edit(1000, rules(every=MINUTE, grace=600, max_runtime=100)).start(1050)

    assert story.look(1150 - TICK).steps == [(0, "healthy")]
    assert story.look(1150).steps[1:] == [(1150, "down")]


def test_a_limit_given_to_a_job_that_was_restarting_counts_from_then_on() -> None:
    story = starts(job(every=HOUR, grace=HOUR).ping(0), 60, 2060, 500)
    story.edit(2100, rules(every=HOUR, grace=HOUR, max_runtime=600)).start(2200)

    assert story.look(2800 - TICK).steps == [(0, "healthy")]
    assert story.look(2800).steps[1:] == [(2800, "down")]


def test_a_restart_while_we_were_blind_to_an_end_gives_the_run_its_whole_time() -> None:
    story = restarting().start(60).blind(100, 200).start(600).start(1100)

    assert story.look(1700 - TICK).steps == [(0, "healthy")]
    assert story.look(1700).steps[1:] == [(1700, "down")]


def test_a_job_that_goes_on_restarting_after_a_blind_window_is_found_all_the_same() -> None:
    story = starts(restarting(), 60, 660, 300).blind(700, 800)
    starts(story, 960, 4560, 300).look(4600)

    assert story.steps[1:2] == [(1260 + 2 * 600, "down")]


def test_a_run_that_progress_opens_beside_restarts_has_its_whole_time() -> None:
    story = starts(restarting("a"), 60, 960, 300, "a").progress(1100, 5, run_id="b")
    story.success(1200, "a").success(1600, "b")

    assert story.steps == [(0, "healthy")]
