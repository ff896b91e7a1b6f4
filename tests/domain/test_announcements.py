"""What people are told of a job's story, whatever its mute: told in one go or look by look."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cronbeats.domain.alert_rules import AlertRules
from cronbeats.domain.announcement import announce
from cronbeats.domain.reminder import Reminder
from tests.domain.build import Story, at, job

RULES = AlertRules(alert_on_late=True)


def told(story: Story, *, muted: float | None = None, now: float = 1_000) -> list[str]:
    until = None if muted is None else at(muted)
    change = replace(story.told, job=replace(story.job, muted_until=until))
    return [str(each.kind) for each in announce(change, None, RULES, at(now)).announcements]


def silent() -> Story:
    return job(every=60, grace=10).ping(0)


@pytest.mark.parametrize(
    ("muted", "expected"),
    [
        (None, ["job.late", "job.down", "job.recovered"]),
        (70, ["job.late", "job.down", "job.recovered"]),
        (70.5, ["job.down", "job.recovered"]),
        (80, ["job.down", "job.recovered"]),
        (300, ["job.down", "job.recovered"]),
        (301, []),
    ],
)
def test_a_mute_silences_what_happens_before_its_end(
    muted: float | None, expected: list[str]
) -> None:
    assert told(silent().ping(300), muted=muted) == expected


def test_a_late_job_that_reports_after_all_is_not_told_as_recovered() -> None:
    assert told(silent().ping(75)) == ["job.late"]


def test_a_late_job_that_goes_down_is_told_in_that_order() -> None:
    assert told(silent().look(85)) == ["job.late", "job.down"]


def test_two_incidents_in_one_change_are_told_each_by_its_own_mute() -> None:
    story = job().ping(0).fail(10).ping(20).fail(30).ping(40)
    assert told(story, muted=25) == ["job.down", "job.recovered"]


def test_what_is_still_to_be_said_ends_with_the_incident() -> None:
    down = job().ping(0).fail(10)
    assert announce(down.told, None, RULES, at(10)).reminder == Reminder(at(10), at(10))
    assert announce(down.ping(20).told, None, RULES, at(20)).reminder is None


def test_what_is_left_over_of_a_job_that_is_not_down_is_dropped() -> None:
    left_over = Reminder(at(0), at(0), due_at=at(1))
    looked = announce(job().ping(0).look(5).told, left_over, RULES, at(5))
    assert (looked.announcements, looked.reminder) == ([], None)
