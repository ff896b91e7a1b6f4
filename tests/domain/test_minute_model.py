"""More than a thousand random jobs: the product tells exactly what the dull model tells."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from cronbeats.domain.schedule import Cron, Every, Schedule
from tests.domain.minute_model import MinuteModel
from tests.domain.minute_plan import (
    DAY,
    EXPRESSIONS,
    HOUR,
    YEAR,
    Life,
    Plan,
    random_plan,
    slots_of,
)
from tests.domain.minute_product import told_by_model, told_by_product

DAILY_OR_SO = [DAY // 2, DAY, 2 * DAY, 3 * DAY, 7 * DAY, 10 * DAY]
HOURLY_OR_SO = [4, 10, HOUR, 4 * HOUR]

RandomJob = tuple[Plan, Schedule, dict[int, str]]


def dice_of(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - they decide on lives, not on secrets


def interval_job(seed: int, intervals: list[int], length: int) -> RandomJob:
    dice = dice_of(seed)
    every = dice.choice(intervals)
    plan = random_plan(dice, length, every, [])
    return plan, Every(every * 60), Life(dice, plan).live(length)


def cron_job(seed: int, length: int = YEAR) -> RandomJob:
    dice = dice_of(seed)
    expression, zone = dice.choice(EXPRESSIONS)
    plan = random_plan(dice, length, None, slots_of(expression, zone))
    return plan, Cron(expression, zone), Life(dice, plan).live(length)


def assert_told_alike(random_job: RandomJob, length: int) -> None:
    plan, schedule, signals = random_job
    model = MinuteModel(plan).live(signals, length)

    assert told_by_product(plan, schedule, signals, length) == told_by_model(model)


@pytest.mark.parametrize("hundred", range(7))
def test_interval_jobs_of_a_year_are_told_like_by_the_model(hundred: int) -> None:
    for seed in range(hundred * 100, hundred * 100 + 100):
        assert_told_alike(interval_job(seed, DAILY_OR_SO, YEAR), YEAR)


@pytest.mark.parametrize("hundred", range(3))
def test_cron_jobs_of_a_year_in_zones_with_summer_time_are_told_like_by_the_model(
    hundred: int,
) -> None:
    for seed in range(hundred * 100, hundred * 100 + 100):
        assert_told_alike(cron_job(seed), YEAR)


@pytest.mark.parametrize("length", [DAY, 7 * DAY])
def test_jobs_of_every_few_minutes_are_told_like_by_the_model(length: int) -> None:
    for seed in range(100):
        assert_told_alike(interval_job(seed, HOURLY_OR_SO, length), length)


@pytest.mark.parametrize("seed", range(30))
def test_the_model_misses_nothing_by_not_looking_at_every_minute(seed: int) -> None:
    plan, _, signals = interval_job(seed, HOURLY_OR_SO, 10 * DAY)
    jumping = MinuteModel(plan).live(signals, 10 * DAY)
    walking = MinuteModel(plan).live_every_minute(signals, 10 * DAY)

    assert told_by_model(walking) == told_by_model(jumping)


@pytest.mark.parametrize("kind", ["interval", "cron"])
def test_the_random_jobs_meet_with_everything_that_can_happen(kind: str) -> None:
    steps, outcomes, missed = Counter[str](), Counter[str](), Counter[bool]()
    for seed in range(100):
        plan, _, signals = (
            cron_job(seed) if kind == "cron" else interval_job(seed, DAILY_OR_SO, YEAR)
        )
        told_steps, runs, incidents = told_by_model(MinuteModel(plan).live(signals, YEAR))
        steps.update(f"{status} {reason}" for _, status, reason in told_steps)
        outcomes.update(outcome for _, _, outcome in runs)
        missed.update(many > 1 for _, _, many, _ in incidents)

    assert {"success", "failed", "missed", "overran", "abandoned", "unobserved"} <= set(outcomes)
    assert {"late missed", "late overran", "down missed", "down failed", "down overran"} <= set(
        steps
    )
    assert min(outcomes[each] for each in ("missed", "overran", "unobserved")) > 100
    assert missed[True] > 100
