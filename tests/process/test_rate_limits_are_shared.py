"""Servers in several processes on one database give a workspace one budget, not one each."""

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.support.server import Server, StartServer

PER_MINUTE = 60
# More than two budgets, as the end of a minute may come in between.
REQUESTS = 150
AT_ONCE = 12


def test_servers_that_share_a_database_share_the_limits(
    start_server: StartServer, new_postgres_url: str
) -> None:
    first = start_server(new_postgres_url)
    servers = [first, start_server(new_postgres_url, "--workers=2")]
    refused_in: set[str] = set()
    left: dict[str, list[int]] = defaultdict(list)
    for answer in ask_all_at_once(servers):
        minute = answer.headers["X-RateLimit-Reset-Minute"]
        if answer.status_code == 429:
            refused_in.add(minute)
        else:
            assert answer.status_code == 200, answer.text
            left[minute].append(int(answer.headers["X-RateLimit-Remaining-Minute"]))
    assert refused_in, "nothing was refused, so nothing was tried"
    for minute, each in left.items():
        lowest = 0 if minute in refused_in else PER_MINUTE - len(each)
        assert sorted(each) == list(range(lowest, PER_MINUTE))


def ask_all_at_once(servers: Sequence[Server]) -> list[httpx.Response]:
    # Each request has a connection of its own, which may reach either process.
    limits = httpx.Limits(max_keepalive_connections=0)
    with (
        httpx.Client(limits=limits, timeout=60, trust_env=False) as http,
        ThreadPoolExecutor(AT_ONCE) as threads,
    ):

        def ask(number: int) -> httpx.Response:
            server = servers[number % len(servers)]
            path = "/api/v1/integrations/alert-rules"
            return http.get(f"{server.url}{path}", headers={"X-API-Key": server.api_key})

        return list(threads.map(ask, range(REQUESTS)))
