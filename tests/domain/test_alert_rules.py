"""Which steps of a job's history are told to people."""

from __future__ import annotations

from itertools import product

import pytest

from cronbeats.domain.alert import AlertKind
from cronbeats.domain.alert_rules import AlertRules, alert_kind
from cronbeats.domain.job import Status
from cronbeats.domain.transition import Transition
from tests.domain.build import at, job

PENDING, HEALTHY, LATE, DOWN, DISABLED = Status
ALL = AlertRules(alert_on_down=True, alert_on_recovery=True, alert_on_late=True)
NONE = AlertRules(alert_on_down=False, alert_on_recovery=False, alert_on_late=False)
TOLD = {
    (PENDING, DOWN): AlertKind.DOWN,
    (HEALTHY, DOWN): AlertKind.DOWN,
    (LATE, DOWN): AlertKind.DOWN,
    (DOWN, HEALTHY): AlertKind.RECOVERED,
    (PENDING, LATE): AlertKind.LATE,
    (HEALTHY, LATE): AlertKind.LATE,
}
# A step that no job takes: paused jobs are not judged, and down ends with a success or a pause.
IMPOSSIBLE = {(DISABLED, LATE), (DISABLED, DOWN), (DOWN, LATE)}
STEPS = [
    (before, after)
    for before, after in product(Status, Status)
    if before is not after and (before, after) not in IMPOSSIBLE
]


def step(before: Status, after: Status) -> Transition:
    return Transition(at(0), before, after)


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_with_all_rules_on_every_step_up_or_down_is_told_and_nothing_else(
    before: Status, after: Status
) -> None:
    assert alert_kind(step(before, after), ALL) is TOLD.get((before, after))


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_with_all_rules_off_nothing_is_told(before: Status, after: Status) -> None:
    assert alert_kind(step(before, after), NONE) is None


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (AlertRules(), [True, True, False]),
        (AlertRules(alert_on_down=False), [False, True, False]),
        (AlertRules(alert_on_recovery=False), [True, False, False]),
        (AlertRules(alert_on_late=True), [True, True, True]),
    ],
)
def test_each_rule_switches_its_own_alert(rules: AlertRules, told: list[bool]) -> None:
    steps = [step(LATE, DOWN), step(DOWN, HEALTHY), step(HEALTHY, LATE)]

    assert [alert_kind(each, rules) is not None for each in steps] == told


def test_nobody_is_reminded_unless_asked_for() -> None:
    assert AlertRules().reminder_interval_seconds is None


def test_a_pause_and_a_resume_of_a_job_that_is_down_are_told_to_nobody() -> None:
    story = job().ping(0).fail(10)
    already_told = len(story.told.transitions)
    story.pause(20).resume(30)
    quiet = story.told.transitions[already_told:]

    assert [alert_kind(each, ALL) for each in quiet] == [None, None]


def test_a_silent_job_that_comes_back_is_told_as_late_down_and_recovered() -> None:
    story = job(every=60, grace=10).ping(0).ping(300)

    assert [alert_kind(each, ALL) for each in story.told.transitions] == [
        None,
        AlertKind.LATE,
        AlertKind.DOWN,
        AlertKind.RECOVERED,
    ]
