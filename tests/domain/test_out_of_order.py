"""Signals that overtook one another on their way, and clocks that were set back."""

from __future__ import annotations

from tests.domain.build import HOUR, at, job


def test_a_ping_overtaken_by_the_judgement_heals_from_the_moment_of_that_judgement() -> None:
    story = job(every=60, grace=10).ping(0).look(70).ping(69)

    assert story.steps == [(0, "healthy"), (70, "late"), (70, "healthy")]


def test_an_older_ping_that_comes_later_takes_no_slot_back() -> None:
    story = job(every=60).ping(0).ping(50).ping(30)

    assert story.due == 110
    assert story.job.state.last_signal_at == at(50)


def test_an_end_that_overtook_its_start_leaves_no_negative_duration() -> None:
    story = job(every=HOUR).ping(0).start(100).success(99)

    assert story.runs[-1].duration_ms == 0
    assert story.runs[-1].ended_at == at(100)


def test_looking_back_in_time_changes_nothing() -> None:
    story = job(every=60, grace=10).ping(0).look(100)
    before = story.told
    story.look(50)

    assert story.told == before


def test_signals_at_one_and_the_same_moment_are_all_taken_in_their_order() -> None:
    story = job(every=HOUR).start(0, "a").success(0, "a").fail(0, "b").ping(0, "c")

    assert story.outcomes == ["success", "failed", "success"]
    assert story.steps == [(0, "healthy"), (0, "down"), (0, "healthy")]


def test_an_edit_by_a_clock_that_lags_does_not_turn_history_around() -> None:
    story = job(every=1, grace=0, tolerance=1).ping(0).look(1)
    story.edit(0, story.job.rules.__class__(story.job.rules.schedule, 0, 0)).look(HOUR)
    moments = [moment for moment, _ in story.steps]

    assert moments == sorted(moments)


def test_an_older_start_that_comes_later_takes_no_slot_back() -> None:
    story = job(every=60, max_runtime=30).ping(0).ping(50).start(30)

    assert story.due == 110
