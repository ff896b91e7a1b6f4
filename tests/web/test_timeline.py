"""The timeline of runs: a bar each, as high as it took, and what CronBeats did not hear."""

from datetime import UTC, datetime, timedelta

from cronbeats.domain.blind_window import ALWAYS_HEARD, BlindWindow, BlindWindows
from cronbeats.domain.job import Outcome, Run
from cronbeats.web.run_strip import draw_mark, draw_strip
from cronbeats.web.timeline import (
    COMPACT_HEIGHT,
    MOST_BARS,
    PITCH,
    PLOT_HEIGHT,
    TOP,
    Timeline,
    draw_timeline,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def run(number: int, seconds: float | None = None, **more: object) -> Run:
    """Return a run of that hour, timed if `seconds` are given."""
    at = NOON + number * HOUR
    ended = at + timedelta(seconds=seconds or 0)
    times = {"started_at": None if seconds is None else at, "ended_at": ended}
    return Run(number, **{"outcome": Outcome.SUCCESS, **times, **more})  # type: ignore[arg-type]


def draw(*runs: Run, blind: BlindWindows = ALWAYS_HEARD, zone: str = "UTC") -> Timeline:
    """Draw runs that are given oldest first."""
    newest_first = list(reversed(runs))
    drawn = draw_timeline(newest_first, blind, zone, NOON + 100 * HOUR)
    assert drawn is not None
    return drawn


def test_a_bar_is_as_high_as_its_run_took_and_the_newest_stands_at_the_right() -> None:
    drawn = draw(run(1, 5), run(2, 10), run(3, 2.5))
    assert [bar.height for bar in drawn.bars] == [60, 120, 30]
    assert [bar.y + bar.height for bar in drawn.bars] == [TOP + PLOT_HEIGHT] * 3
    assert [bar.x for bar in drawn.bars] == sorted(bar.x for bar in drawn.bars)
    assert drawn.bars[-1].x == (MOST_BARS - 1) * PITCH + 2
    assert [(tick.height, tick.text) for tick in drawn.ticks] == [(120, "10 s")]
    assert not drawn.is_logarithmic


def test_durations_that_are_far_apart_are_drawn_by_their_ratios() -> None:
    drawn = draw(run(1, 1), run(2, 1), run(3, 1_000))
    first, _, last = [bar.height for bar in drawn.bars]
    assert drawn.is_logarithmic
    assert 0 < first < last <= PLOT_HEIGHT
    assert 2 <= len(drawn.ticks) <= 5
    assert all(0 <= tick.height <= PLOT_HEIGHT for tick in drawn.ticks)


def test_a_strip_says_how_runs_ended_as_the_timeline_does() -> None:
    drawn = draw(*(run(number, outcome=each) for number, each in enumerate(Outcome, 1)))
    strip = draw_strip(list(Outcome), len(Outcome))
    assert len(drawn.counts) == len(Outcome)
    for outcome, count, word in drawn.counts:
        assert f"{count} {word}" in strip
        assert draw_mark(outcome).endswith(word.capitalize())


def test_what_did_not_happen_fills_the_plot_and_what_was_not_timed_is_a_stub() -> None:
    outcomes = (Outcome.MISSED, Outcome.UNOBSERVED, Outcome.SUCCESS)
    drawn = draw(run(1, 4), *(run(number, outcome=each) for number, each in enumerate(outcomes, 2)))
    assert [bar.height for bar in drawn.bars] == [120, PLOT_HEIGHT, PLOT_HEIGHT, 12]
    compact = draw(run(1), run(2, outcome=Outcome.MISSED))
    assert {bar.height for bar in compact.bars} == {COMPACT_HEIGHT}
    assert compact.ticks == ()


def test_each_bar_says_what_it_is() -> None:
    drawn = draw(
        run(1, 8.3, outcome=Outcome.FAILED, exit_code=3),
        run(2, started_at=None, ended_at=None, slot_at=NOON, outcome=Outcome.MISSED),
        run(3, 1, ended_at=None, outcome=Outcome.RUNNING),
        run(4, 1, ended_at=None, deadline_at=NOON + 5 * HOUR, outcome=Outcome.OVERRAN),
        zone="Europe/Berlin",
    )
    assert [bar.text for bar in drawn.bars] == [
        "Run 1 failed after 8.3 s with exit code 3, 2026-03-02 14:00 CET",
        "Run 2 missed, expected 2026-03-02 13:00 CET",
        "Run 3 running, so far 4 d 1 h, 2026-03-02 16:00 CET",
        "Run 4 took too long, so far 1 h, 2026-03-02 17:00 CET",
    ]
    assert drawn.counts[0] == (Outcome.FAILED, 1, "failed")


def test_a_run_before_its_slot_is_told_when_it_was() -> None:
    early = run(1, outcome=Outcome.FAILED, slot_at=NOON + 24 * HOUR)
    [bar] = draw(early).bars
    assert bar.text == "Run 1 failed, 2026-03-02 13:00 UTC"


def test_blind_windows_reach_across_the_bars_of_their_time_or_stand_between_two() -> None:
    minute = timedelta(minutes=1)
    blind = BlindWindows(
        [
            BlindWindow(NOON - 9 * HOUR, NOON - 8 * HOUR),
            BlindWindow(NOON + minute, NOON + 2 * minute),
            BlindWindow(NOON + 5 * minute, NOON + 6 * minute),
            BlindWindow(NOON + 2 * HOUR - minute, NOON + 3 * HOUR + minute),
        ]
    )
    drawn = draw(*(run(number, 1) for number in range(5)), blind=blind)
    between, across = drawn.bands
    assert (between.x, between.width) == (drawn.bars[1].x - 4, 4)
    assert (across.x, across.width) == (drawn.bars[2].x - 4, 2 * PITCH + 4)
    assert across.text.endswith("heard nothing from 2026-03-02 13:59 UTC to 2026-03-02 15:01 UTC")


def test_a_drawing_of_older_runs_ends_with_the_last_of_them() -> None:
    blind = BlindWindows([BlindWindow(NOON + 9 * HOUR, NOON + 10 * HOUR)])
    assert len(draw(run(1, 1), run(2, 1), blind=blind).bands) == 1
    runs = [run(2, 1), run(1, 1)]
    older = draw_timeline(runs, blind, "UTC", NOON + 100 * HOUR, is_newest=False)
    assert older is not None
    assert older.bands == ()


def test_only_the_newest_are_drawn_and_nothing_of_nothing() -> None:
    drawn = draw(*(run(number, 1) for number in range(MOST_BARS + 5)))
    assert [bar.number for bar in drawn.bars] == list(range(5, MOST_BARS + 5))
    assert drawn.bars[0].x == 2
    assert draw_timeline([], ALWAYS_HEARD, "UTC", NOON) is None
