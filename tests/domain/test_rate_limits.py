"""What a workspace has left of its minute and its day, whatever its clocks do."""

from datetime import UTC, datetime, timedelta

import pytest

from cronbeats.domain.access import PLANS, find_plan
from cronbeats.domain.rate_limit import RateLimits, Usage, Window, allowance_of, usage_at

LIMITS = RateLimits(per_minute=60, per_day=20_000)
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
KNOWN = Usage(NOON, 7, MIDNIGHT, 500)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_every_plan_allows_what_the_published_document_says() -> None:
    assert {plan.api_limits for plan in PLANS.values()} == {LIMITS}
    assert find_plan(PLANS, "unknown").api_limits == LIMITS


def test_nothing_is_used_before_the_first_request() -> None:
    moment = NOON + timedelta(hours=3, minutes=4, seconds=5, microseconds=6)
    assert usage_at(None, moment) == Usage(NOON + timedelta(hours=3, minutes=4), 0, MIDNIGHT, 0)


@pytest.mark.parametrize("seconds", [0, 0.000001, 30, 59.999999])
def test_a_minute_lasts_until_the_next_one_begins(seconds: float) -> None:
    assert usage_at(KNOWN, after(seconds)) == KNOWN


@pytest.mark.parametrize(("seconds", "minute"), [(60, 60), (60.5, 60), (119, 60), (7205, 7200)])
def test_a_new_minute_has_a_budget_of_its_own_in_the_same_day(
    seconds: float, minute: float
) -> None:
    assert usage_at(KNOWN, after(seconds)) == Usage(after(minute), 0, MIDNIGHT, 500)


def test_a_new_day_has_a_budget_of_its_own() -> None:
    tomorrow = MIDNIGHT + timedelta(days=1)
    last = Usage(tomorrow - timedelta(minutes=1), 7, MIDNIGHT, 500)
    assert usage_at(last, tomorrow - timedelta(microseconds=1)) == last
    assert usage_at(last, tomorrow) == Usage(tomorrow, 0, tomorrow, 0)


@pytest.mark.parametrize("seconds", [-0.000001, -30, -60])
def test_a_clock_that_is_a_little_behind_goes_on_in_the_minute_that_is_known(
    seconds: float,
) -> None:
    assert usage_at(KNOWN, after(seconds)) == KNOWN


def test_clocks_on_both_sides_of_midnight_go_on_in_the_new_day() -> None:
    new_day = Usage(MIDNIGHT, 3, MIDNIGHT, 3)
    assert usage_at(new_day, MIDNIGHT - timedelta(seconds=1)) == new_day


@pytest.mark.parametrize(("seconds", "minute"), [(-60.000001, -120), (-90, -120), (-7205, -7260)])
def test_a_clock_that_was_set_back_takes_its_counts_along(seconds: float, minute: float) -> None:
    assert usage_at(KNOWN, after(seconds)) == Usage(after(minute), 7, MIDNIGHT, 500)


def test_a_clock_that_was_set_back_by_years_shuts_nobody_out_for_longer_than_its_windows() -> None:
    full = Usage(NOON, 60, MIDNIGHT, 20_000)
    now = datetime(2020, 1, 1, 10, 30, 30, tzinfo=UTC)
    allowance = allowance_of(usage_at(full, now), LIMITS)
    assert allowance.exceeded == allowance.minute
    assert allowance.minute.resets_at == datetime(2020, 1, 1, 10, 31, tzinfo=UTC)
    assert allowance.day.resets_at == datetime(2020, 1, 2, tzinfo=UTC)


def test_what_is_left_is_told_for_each_window() -> None:
    allowance = allowance_of(KNOWN, LIMITS)
    assert (allowance.minute.remaining, allowance.day.remaining) == (53, 19_500)
    assert (allowance.minute.limit, allowance.day.limit) == (60, 20_000)
    assert allowance.minute.resets_at == after(60)
    assert allowance.day.resets_at == MIDNIGHT + timedelta(days=1)
    assert allowance.exceeded is None


@pytest.mark.parametrize(
    ("minute_count", "day_count", "exceeded"),
    [
        (59, 19_999, None),
        (60, 500, Window.PER_MINUTE),
        (7, 20_000, Window.PER_DAY),
        (60, 20_000, Window.PER_MINUTE),
    ],
)
def test_the_minute_is_looked_at_before_the_day(
    minute_count: int, day_count: int, exceeded: Window | None
) -> None:
    usage = Usage(NOON, minute_count, MIDNIGHT, day_count)
    full = allowance_of(usage, LIMITS).exceeded
    assert (full and full.window) == exceeded


def test_a_plan_that_shrank_leaves_nothing_rather_than_less() -> None:
    allowance = allowance_of(KNOWN, RateLimits(per_minute=5, per_day=20_000))
    assert allowance.minute.remaining == 0
    assert allowance.exceeded == allowance.minute
