"""A job that pings too fast, and an address that guesses keys, have to wait."""

import httpx
import pytest

from cronbeats.ping.limits import Acquaintances, TokenBuckets
from cronbeats.settings import Settings
from tests.ping.door import KEY, OTHER_KEY, Jobs, caller, door_to
from tests.support.world import World

# So slow that no token comes back while a test runs.
HARDLY_EVER = 0.001


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def assert_too_many(answer: httpx.Response) -> int:
    """Check what a caller is told, and return how long to wait."""
    assert answer.status_code == 429
    assert answer.json() == {"status": "error", "message": "Too many requests"}
    return int(answer.headers["Retry-After"])


async def guess_until_refused(http: httpx.AsyncClient) -> int:
    """Try keys that nobody has, and return how many were answered with 404."""
    for count in range(200):
        answer = await http.get(f"/ping/guess{count:03}")
        if answer.status_code != 404:
            assert assert_too_many(answer) == 1
            return count
    raise AssertionError("nobody stops a guesser")


def test_a_bucket_gives_a_burst_of_60_and_then_5_a_second() -> None:
    now = Stopwatch()
    buckets = TokenBuckets(5, 60, now)
    wait = pytest.approx(0.2)
    assert [buckets.take("a") for _ in range(61)] == [0] * 60 + [wait]
    now.seconds += 0.2
    assert [buckets.take("a"), buckets.take("a")] == [0, wait]
    now.seconds += 2
    assert [buckets.take("a") for _ in range(11)] == [0] * 10 + [wait]
    now.seconds += 1_000_000
    assert [buckets.take("a") for _ in range(61)] == [0] * 60 + [wait]


def test_buckets_of_different_names_do_not_share() -> None:
    buckets = TokenBuckets(1, 2, Stopwatch())
    assert [buckets.take(name) for name in "aaabba"] == [0, 0, 1, 0, 0, 1]


def test_looking_at_a_bucket_takes_nothing_from_it() -> None:
    buckets = TokenBuckets(1, 1, Stopwatch())
    assert [buckets.wait("a"), buckets.wait("a"), buckets.take("a"), buckets.wait("a")] == [
        0,
        0,
        0,
        1,
    ]


def test_a_rate_of_nothing_means_no_limit() -> None:
    buckets = TokenBuckets(0, 1, Stopwatch())
    assert [buckets.take("a") for _ in range(100)] == [0] * 100


def test_limits_remember_a_hundred_thousand_names_and_no_more() -> None:
    buckets, met = TokenBuckets(1, 1, Stopwatch()), Acquaintances()
    for number in range(100_001):
        buckets.take(str(number))
        met.meet("192.0.2.1", str(number))
    assert [buckets.take("0"), buckets.take("100000")] == [0, 1]
    assert [met.know("192.0.2.1", name) for name in ("0", "1", "100000")] == [False, True, True]


async def test_a_job_over_its_limit_is_told_when_to_come_back() -> None:
    jobs = Jobs({KEY, OTHER_KEY})
    async with caller(door_to(jobs, rate_per_second=HARDLY_EVER)) as http:
        assert [(await http.get(f"/ping/{KEY}")).status_code for _ in range(60)] == [200] * 60
        for path in ("", "/start", "/end/fail", "/progress/4"):
            assert 990 < assert_too_many(await http.get(f"/ping/{KEY}{path}")) <= 1000
        assert (await http.get(f"/ping/{OTHER_KEY}")).status_code == 200
    assert len(jobs.signals) == 61


async def test_the_limit_of_a_job_is_shared_by_all_who_ping_it() -> None:
    door = door_to(Jobs(), rate_per_second=HARDLY_EVER)
    async with caller(door, "192.0.2.1") as one, caller(door, "192.0.2.2") as two:
        for _ in range(30):
            await one.get(f"/ping/{KEY}")
            await two.get(f"/ping/{KEY}")
        assert_too_many(await one.get(f"/ping/{KEY}"))
        assert_too_many(await two.get(f"/ping/{KEY}"))


def test_a_job_may_send_five_pings_a_second_by_default() -> None:
    assert Settings().ping_rate_per_second == 5


async def test_an_address_that_guesses_keys_is_refused() -> None:
    door = door_to(Jobs())
    async with caller(door) as guesser, caller(door, "192.0.2.2") as other:
        assert 60 <= await guess_until_refused(guesser) < 80
        assert_too_many(await guesser.get("/ping/guess999"))
        assert (await other.get("/ping/guess999")).status_code == 404


async def test_a_guesser_cannot_tell_a_key_that_exists_from_one_that_does_not() -> None:
    jobs = Jobs()
    async with caller(door_to(jobs)) as guesser:
        await guess_until_refused(guesser)
        assert_too_many(await guesser.get(f"/ping/{KEY}"))
        assert_too_many(await guesser.get(f"/ping/{OTHER_KEY}"))
    assert jobs.signals == []


async def test_a_job_that_the_address_knows_still_gets_through_when_others_guess() -> None:
    jobs = Jobs({KEY, OTHER_KEY})
    async with caller(door_to(jobs)) as http:
        assert (await http.get(f"/ping/{KEY}")).status_code == 200
        await guess_until_refused(http)
        assert [(await http.get(f"/ping/{KEY}")).status_code for _ in range(5)] == [200] * 5
        assert_too_many(await http.get(f"/ping/{OTHER_KEY}"))


async def test_an_impossible_argument_is_no_guess_at_a_key() -> None:
    async with caller(door_to(Jobs())) as http:
        answers = [await http.get(f"/ping/{KEY}/end/maybe") for _ in range(80)]
        assert {answer.status_code for answer in answers} == {400}
        assert (await http.get(f"/ping/{KEY}")).status_code == 200


async def test_what_can_be_no_key_and_what_is_no_verb_are_no_guesses(world: World) -> None:
    job, paused = await world.make_job(), await world.make_job(name="Paused")
    await world.api("POST", f"/jobs/{paused['id']}/pause")
    for _ in range(70):
        assert (await world.ping(paused)).status_code == 404
        assert (await world.ping(job, "/frobnicate")).status_code == 404
    assert (await world.ping(job)).status_code == 200
