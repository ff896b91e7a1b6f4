"""From where a signal came is kept with it."""

from ipaddress import ip_network

import pytest

from tests.ping.door import KEY, Jobs, caller, door_to


async def test_the_address_and_the_program_are_kept() -> None:
    jobs = Jobs()
    async with caller(door_to(jobs), "192.0.2.7") as http:
        await http.get(f"/ping/{KEY}", headers={"User-Agent": "curl/8.5.0"})
    assert (jobs.signals[0].source_ip, jobs.signals[0].user_agent) == ("192.0.2.7", "curl/8.5.0")


async def test_a_program_that_does_not_name_itself_is_no_problem() -> None:
    jobs = Jobs()
    async with caller(door_to(jobs)) as http:
        del http.headers["User-Agent"]
        assert (await http.get(f"/ping/{KEY}")).status_code == 200
    assert jobs.signals[0].user_agent is None


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"x" * 300, "x" * 255),
        ("é".encode() * 300, "é" * 255),
        (b"caf\xe9", "caf\ufffd"),
        (b"\xed\xa0\xbd", "\ufffd" * 3),
        (b"a\0b", "a\ufffdb"),
    ],
)
async def test_the_name_of_a_program_is_made_fit_to_keep(sent: bytes, kept: str) -> None:
    jobs = Jobs()
    async with caller(door_to(jobs)) as http:
        answer = await http.get(f"/ping/{KEY}", headers={b"User-Agent": sent})
    assert answer.status_code == 200
    assert jobs.signals[0].user_agent == kept


@pytest.mark.parametrize(
    ("proxies", "address"), [(["192.0.2.0/24"], "198.51.100.9"), ([], "192.0.2.7")]
)
async def test_a_proxy_is_believed_only_if_it_is_trusted(proxies: list[str], address: str) -> None:
    jobs = Jobs()
    door = door_to(jobs, trusted_proxies=[ip_network(each) for each in proxies])
    async with caller(door, "192.0.2.7") as http:
        await http.get(f"/ping/{KEY}", headers={"X-Forwarded-For": "198.51.100.9"})
    assert jobs.signals[0].source_ip == address


async def test_who_guesses_keys_through_a_proxy_is_told_apart_from_others() -> None:
    door = door_to(Jobs(), trusted_proxies=[ip_network("192.0.2.0/24")])
    guesser, other = {"X-Forwarded-For": "198.51.100.9"}, {"X-Forwarded-For": "198.51.100.10"}
    async with caller(door, "192.0.2.7") as http:
        for number in range(100):
            await http.get(f"/ping/guess{number:03}", headers=guesser)
        assert (await http.get("/ping/guess100", headers=guesser)).status_code == 429
        assert (await http.get("/ping/guess100", headers=other)).status_code == 404
