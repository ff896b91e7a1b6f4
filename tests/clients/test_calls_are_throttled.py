"""Jobs that call too often."""

from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from tests.clients.sdks import Sdk
from tests.support.server import Server, running_server

# What a job may send at once, and then a second: nearly nothing, or as much as a client needs that
# knocks for three quarters of a second.
BURST = 60
STRICT, PATIENT = "0.001", "2"


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    directory: Path = tmp_path_factory.mktemp("server")
    url = f"sqlite:///{directory / 'cronbeats.db'}"
    with running_server(directory, url, ping_rate_per_second=request.param) as made:
        yield made


@pytest.mark.parametrize("server", [STRICT], indirect=True)
def test_a_job_that_calls_too_often_is_told_so_and_delays_no_other(
    server: Server, sdk: Sdk
) -> None:
    job, other = server.make_job(), server.make_job()
    *taken, refused = sdk.run(server.url, job["job_key"], [("ping",)] * (BURST + 1))
    assert [outcome["ok"] for outcome in taken] == [True] * BURST
    assert (refused["code"], refused["httpStatus"]) == ("RATE_LIMITED", 429)
    assert len(server.signals(job)) == BURST
    assert server.ping(other).status_code == 200


@pytest.mark.parametrize("server", [PATIENT], indirect=True)
def test_a_client_that_is_throttled_gets_through_within_its_patience(
    server: Server, sdk: Sdk
) -> None:
    job = server.make_job()
    statuses = (server.ping(job).status_code for _ in range(2 * BURST))
    taken = list(takewhile(lambda status: status == 200, statuses))
    assert BURST <= len(taken) < 2 * BURST
    (outcome,) = sdk.run(server.url, job["job_key"], [("ping",)])
    assert outcome["ok"]
