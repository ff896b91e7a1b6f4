"""What waited too long to be of use is not sent late; what may have arrived is never taken back."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronbeats.domain.alert import AlertKind
from cronbeats.domain.job import Status
from cronbeats.domain.outbox import Owed, superseded
from tests.domain.build import at

DOWN, RECOVERED = AlertKind.DOWN, AlertKind.RECOVERED
LATE, REMINDER = AlertKind.LATE, AlertKind.REMINDER


def queue(*kinds: str, arrived: tuple[int, ...] = ()) -> list[Owed]:
    """A job's queue: the first alert has the id 1; those `arrived` may have been received."""
    return [
        Owed(number, job_id=7, kind=kind, owed_at=at(number), may_have_arrived=number in arrived)
        for number, kind in enumerate(kinds, start=1)
    ]


def gone(its: list[Owed], status: Status = Status.HEALTHY) -> set[int]:
    return set(superseded(its, status))


def test_a_down_goes_together_with_its_recovery() -> None:
    assert gone(queue(DOWN, RECOVERED)) == {1, 2}
    assert gone(queue(DOWN, RECOVERED, DOWN), Status.DOWN) == {1, 2}
    assert gone(queue(DOWN, RECOVERED, DOWN, RECOVERED)) == {1, 2, 3, 4}


def test_a_down_that_lasts_stays() -> None:
    assert gone(queue(DOWN), Status.DOWN) == set()


def test_a_down_that_may_have_arrived_stays_with_its_recovery() -> None:
    assert gone(queue(DOWN, RECOVERED, arrived=(1,))) == set()
    assert gone(queue(DOWN, RECOVERED, DOWN, RECOVERED, arrived=(1,))) == {3, 4}


def test_a_recovery_from_what_was_told_stays() -> None:
    assert gone(queue(RECOVERED)) == set()
    assert gone(queue(RECOVERED, DOWN), Status.DOWN) == set()
    assert gone(queue(RECOVERED, DOWN, RECOVERED)) == {2, 3}


def test_a_down_whose_incident_ended_without_a_word_stays() -> None:
    assert gone(queue(DOWN), Status.DISABLED) == set()
    assert gone(queue(DOWN, DOWN, RECOVERED)) == {2, 3}


def test_a_late_is_of_use_only_while_its_job_is_late() -> None:
    assert gone(queue(LATE), Status.LATE) == set()
    assert gone(queue(LATE), Status.HEALTHY) == {1}
    assert gone(queue(LATE, DOWN), Status.DOWN) == {1}
    assert gone(queue(LATE, LATE), Status.LATE) == {1}
    assert gone(queue(LATE, arrived=(1,))) == set()


def test_a_reminder_is_of_use_only_while_its_job_is_down_and_no_other_follows() -> None:
    assert gone(queue(REMINDER), Status.DOWN) == set()
    assert gone(queue(REMINDER, REMINDER), Status.DOWN) == {1}
    assert gone(queue(REMINDER, RECOVERED)) == {1}
    assert gone(queue(REMINDER), Status.DISABLED) == {1}
    assert gone(queue(DOWN, REMINDER, RECOVERED)) == {1, 2, 3}
    assert gone(queue(DOWN, REMINDER, RECOVERED, arrived=(2,))) == {1, 3}
    assert gone(queue(REMINDER, RECOVERED, arrived=(1,))) == set()


@pytest.mark.parametrize("kind", [AlertKind.TEST, "job.unheard_of"])
def test_what_is_neither_stays(kind: str) -> None:
    assert gone(queue(kind, DOWN), Status.DOWN) == set()


@given(
    kinds=st.lists(st.sampled_from([DOWN, RECOVERED, LATE, REMINDER])),
    arrived=st.sets(st.integers(1, 10)),
    status=st.sampled_from(list(Status)),
)
def test_whatever_the_queue_downs_go_in_pairs_and_what_may_have_arrived_stays(
    kinds: list[str], arrived: set[int], status: Status
) -> None:
    its = queue(*kinds, arrived=tuple(arrived))
    taken = superseded(its, status)
    assert not any(each.may_have_arrived for each in its if each.id in taken)
    paired = [each.kind for each in its if each.id in taken and each.kind in {DOWN, RECOVERED}]
    assert paired == [DOWN, RECOVERED] * (len(paired) // 2)


def test_a_digest_that_may_have_arrived_keeps_its_alerts() -> None:
    its = queue(DOWN, RECOVERED, arrived=(1,))
    assert gone([replace(its[0], digest_id="d"), its[1]]) == set()
