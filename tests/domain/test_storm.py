"""Few alerts leave at once and one by one; many wait a little and leave as one."""

from datetime import timedelta

import pytest

from cronbeats.domain.alert import AlertKind
from cronbeats.domain.outbox import Owed
from cronbeats.domain.storm import MOST_IN_A_DIGEST, Sorting, StormRule, sort_out
from tests.domain.build import at

RULE = StormRule(most_alone=3, hold=timedelta(seconds=5))


def owed(count: int, since: int = 0) -> list[Owed]:
    return [Owed(n, job_id=n, kind=AlertKind.DOWN, owed_at=at(since)) for n in range(count)]


def sizes(sorting: Sorting) -> list[int]:
    return [len(parcel) for parcel in sorting.parcels]


def test_nothing_is_sorted_out_of_nothing() -> None:
    assert sort_out([], 0, at(0), RULE) == Sorting()


@pytest.mark.parametrize("count", [1, 2, 3])
def test_up_to_three_leave_at_once_and_alone(count: int) -> None:
    sorting = sort_out(owed(count), count, at(0), RULE)
    assert (sizes(sorting), sorting.held_until) == ([1] * count, None)


def test_more_are_held_until_the_first_has_waited_and_leave_as_one() -> None:
    fresh = owed(4)
    assert sort_out(fresh, 4, at(0), RULE) == Sorting(held_until=at(5))
    assert sort_out(fresh, 4, at(4), RULE) == Sorting(held_until=at(5))
    assert sizes(sort_out(fresh, 4, at(5), RULE)) == [4]


def test_those_that_follow_three_that_left_are_gathered() -> None:
    assert sort_out(owed(1), 4, at(0), RULE) == Sorting(held_until=at(5))
    assert sizes(sort_out(owed(2), 5, at(5), RULE)) == [2]


def test_many_that_could_not_leave_for_an_hour_leave_at_once_as_one() -> None:
    assert sizes(sort_out(owed(40), 1, at(3600), RULE)) == [40]


def test_few_that_could_not_leave_for_an_hour_leave_alone() -> None:
    assert sizes(sort_out(owed(3), 3, at(3600), RULE)) == [1, 1, 1]


def test_a_clock_that_was_set_back_holds_nothing_up() -> None:
    assert sizes(sort_out(owed(4, since=3600), 4, at(0), RULE)) == [4]


def test_a_digest_has_a_largest_size() -> None:
    fresh = owed(MOST_IN_A_DIGEST + 1)
    assert sizes(sort_out(fresh, 4, at(5), RULE)) == [MOST_IN_A_DIGEST, 1]
