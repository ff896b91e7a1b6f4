"""What is too long is cut, between two characters, and never refused."""

from collections.abc import AsyncIterator

import httpx
import pytest

from cronbeats.domain.signal import SignalKind
from cronbeats.ping.body import Said, read_body
from tests.ping.door import KEY, Jobs, caller, door_to
from tests.support.world import World


def kept(body: bytes, limit: int, size: int | None = None) -> str | None:
    said = read_body(SignalKind.PING, body, len(body) if size is None else size, limit)
    assert said.size == (len(body) if size is None else size)
    return said.output


KEPT = {0: None, 1: "a", 2: "a", 3: "aé", 5: "aé", 6: "aé€", 9: "aé€", 10: "aé€😀", 12: "aé€😀b"}


@pytest.mark.parametrize("limit", KEPT)
def test_output_is_cut_between_two_characters(limit: int) -> None:
    assert kept("aé€😀b".encode(), limit) == KEPT[limit]


def test_output_that_was_cut_before_we_saw_it_is_cut_between_two_characters() -> None:
    half = "aé".encode()[:2]
    assert kept(half, limit=2, size=1000) == "a"


def test_what_is_no_text_is_marked_in_a_long_output_too() -> None:
    assert kept(b"\xffa" * 10, limit=5) == "\ufffda\ufffda\ufffd"


def test_output_as_long_as_the_limit_is_whole() -> None:
    assert kept(b"x" * 10, limit=10) == "x" * 10


def test_a_message_longer_than_any_message_is_cut_and_stays_in_the_output() -> None:
    body = b'{"message":"%b"}' % (b"x" * 12_000)
    expected = Said("x" * 10_000, None, body.decode()[:11_000], len(body))
    assert read_body(SignalKind.PING, body, len(body), 11_000) == expected


@pytest.mark.parametrize("limit", [0, 10, 10_000, 200_000])
async def test_every_answer_tells_how_much_is_kept(limit: int) -> None:
    async with caller(door_to(Jobs(), body_limit=limit)) as http:
        for path in (f"/ping/{KEY}", "/ping/unknown1", f"/ping/{KEY}/end/maybe"):
            answer = await http.post(path, content=b"x")
            assert answer.headers["Ping-Body-Limit"] == str(limit), path


@pytest.mark.parametrize("size", [10, 11, 100_000, 131_072, 131_073, 3_000_000])
async def test_a_body_is_accepted_however_long_it_is(size: int) -> None:
    jobs = Jobs()
    async with caller(door_to(jobs, body_limit=10)) as http:
        answer = await http.post(f"/ping/{KEY}", content=b"x" * size)
    assert answer.status_code == 200
    assert (jobs.signals[0].output, jobs.signals[0].output_size) == ("x" * 10, size)


async def test_json_longer_than_what_is_kept_is_understood() -> None:
    jobs = Jobs()
    async with caller(door_to(jobs, body_limit=10)) as http:
        body = {"message": "done", "rows": "x" * 1000}
        answer: httpx.Response = await http.post(f"/ping/{KEY}", json=body)
    assert answer.status_code == 200
    assert (jobs.signals[0].message, jobs.signals[0].output) == ("done", '{"message"')


async def test_a_body_longer_than_a_database_counts_is_accepted(world: World) -> None:
    job = await world.make_job()

    async def endless() -> AsyncIterator[bytes]:
        part = bytes(2**26)
        for _ in range(33):
            yield part

    answer = await world.ping(job, content=endless())
    assert answer.status_code == 200
    signals = (await world.api("GET", f"/jobs/{job['id']}/signals")).json()["data"]["signals"]
    assert [each["output_size"] for each in signals] == [2**31 - 1]
