"""Connections that clients keep open between two pings."""

import socket
import time
from contextlib import ExitStack

from tests.process.wire import connect
from tests.support.server import StartServer

# Many servers give a connection up after half a minute.
IDLE_SECONDS = 32
# More than the HTTP server lets in by itself.
THOUSANDS = 2_500


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


def test_thousands_that_idle_or_never_say_what_they_want_keep_no_ping_out(
    start_server: StartServer, new_sqlite_url: str
) -> None:
    server = start_server(new_sqlite_url)
    job = server.make_job()
    with ExitStack() as open_ones:
        for number in range(THOUSANDS):
            wire = socket.create_connection(("127.0.0.1", server.port), timeout=10)
            open_ones.enter_context(wire)
            whole = b"GET /healthz HTTP/1.1\r\nHost: beats\r\n\r\n"
            wire.sendall(whole if number % 2 else whole[:-7])
        assert server.ping(job).status_code == 200
