"""So many tries at once and then one now and then; a clock set back keeps nobody out."""

from datetime import datetime, timedelta

import pytest

from cronbeats.domain.throttle import (
    BY_ACCOUNT,
    BY_ADDRESS,
    BY_ADDRESS_AND_ACCOUNT,
    BY_DEVICE,
    Throttle,
    after_try,
    seconds_until_room,
    subjects_of_code,
    subjects_of_try,
)
from tests.support.turnable_clock import START

THREE = Throttle(3, timedelta(seconds=60))
EMAIL, ADDRESS = "ada@example.com", "192.0.2.1"


def use_up(throttle: Throttle, now: datetime = START) -> datetime:
    full_at = None
    for _ in range(throttle.burst):
        assert seconds_until_room(full_at, throttle, now) == 0
        full_at = after_try(full_at, throttle, now)
    assert full_at is not None
    return full_at


def test_all_tries_may_be_made_at_once_and_no_more() -> None:
    full_at = use_up(THREE)
    assert seconds_until_room(full_at, THREE, START) == 60
    assert seconds_until_room(full_at, THREE, START + timedelta(seconds=59.5)) == 1
    assert seconds_until_room(full_at, THREE, START + timedelta(seconds=60)) == 0


def test_a_try_comes_back_with_each_interval() -> None:
    full_at = use_up(THREE)
    now = START
    for _ in range(5):
        now += timedelta(seconds=60)
        assert seconds_until_room(full_at, THREE, now) == 0
        full_at = after_try(full_at, THREE, now)
        assert seconds_until_room(full_at, THREE, now) == 60


def test_after_a_long_silence_there_are_all_tries_and_no_more() -> None:
    later = START + timedelta(days=9)
    full_at = use_up(THREE)
    for _ in range(3):
        assert seconds_until_room(full_at, THREE, later) == 0
        full_at = after_try(full_at, THREE, later)
    assert seconds_until_room(full_at, THREE, later) == 60


@pytest.mark.parametrize("back", [timedelta(minutes=2), timedelta(days=3), timedelta(days=999)])
def test_a_clock_that_was_set_back_leaves_one_try_and_then_the_usual(back: timedelta) -> None:
    full_at, now = use_up(THREE), START - back
    assert seconds_until_room(full_at, THREE, now) == 0
    for _ in range(3):
        full_at = after_try(full_at, THREE, now)
        assert seconds_until_room(full_at, THREE, now) == 60
        now += timedelta(seconds=60)
        assert seconds_until_room(full_at, THREE, now) == 0


@pytest.mark.parametrize("behind", [1, 59, 60])
def test_a_server_whose_clock_is_behind_gives_no_try_more(behind: int) -> None:
    full_at, now = use_up(THREE), START - timedelta(seconds=behind)
    assert seconds_until_room(full_at, THREE, now) == 60 + behind


def test_a_stranger_counts_for_the_address_and_the_account_and_both() -> None:
    mine = subjects_of_try(EMAIL, ADDRESS, None)
    assert sorted(mine.values(), key=lambda each: each.burst) == [
        BY_ADDRESS_AND_ACCOUNT,
        BY_ADDRESS,
        BY_ACCOUNT,
    ]
    others_there = subjects_of_try("bob@example.com", ADDRESS, None)
    mine_elsewhere = subjects_of_try(EMAIL, "198.51.100.7", None)
    assert [mine[name] for name in mine.keys() & others_there.keys()] == [BY_ADDRESS]
    assert [mine[name] for name in mine.keys() & mine_elsewhere.keys()] == [BY_ACCOUNT]


def test_a_device_that_the_account_knows_counts_for_itself_alone() -> None:
    stranger = subjects_of_try(EMAIL, ADDRESS, None)
    known, other = (subjects_of_try(EMAIL, ADDRESS, device_id) for device_id in (1, 2))
    assert list(known.values()) == [BY_DEVICE]
    assert not known.keys() & (stranger.keys() | other.keys())
    assert not subjects_of_code(7, 1).keys() & subjects_of_code(7, None).keys()


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        (None, "", True),
    ],
)
def test_addresses_that_one_has_are_one(one: str | None, other: str, are_one: bool) -> None:
    subjects = [subjects_of_try(EMAIL, address, None) for address in (one, other)]
    assert (subjects[0] == subjects[1]) is are_one


def test_what_was_typed_for_an_address_cannot_be_read_from_a_subject() -> None:
    for subject in subjects_of_try(EMAIL, ADDRESS, None):
        assert len(subject) == 64
        assert "ada" not in subject
