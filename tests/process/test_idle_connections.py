"""Connections that clients keep open between two pings."""

import time

from tests.process.wire import connect
from tests.support.server import StartServer

# Many servers give a connection up after half a minute.
IDLE_SECONDS = 32


def test_a_connection_that_was_idle_for_long_can_still_be_used(
    start_server: StartServer, new_sqlite_url: str
) -> None:
    server = start_server(new_sqlite_url)
    job = server.make_job()
    request = (f"POST /ping/{job['job_key']} HTTP/1.1", "Host: beats", "Content-Length: 0")
    with connect(server) as used, connect(server) as unused:
        used.send(*request)
        assert used.receive().status == 200
        time.sleep(IDLE_SECONDS)
        for wire in (used, unused):
            wire.send(*request)
            assert wire.receive().status == 200
