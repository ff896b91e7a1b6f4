"""Clients that send without end, or hardly anything, keep nobody waiting and fill no memory."""

import re
import time
from contextlib import ExitStack
from pathlib import Path

from tests.process.stored import rows
from tests.process.wire import Answer, Wire, connect
from tests.support.server import Json, StartServer

HUGE = 100_000_000
PART = b"x" * 1_000_000
MOST_MORE_BYTES = 40_000_000
KEPT = 10_000
SLOW_ONES = 150
# How long a body may take to arrive, and not much longer.
PATIENCE_SECONDS, SOON_AFTER_SECONDS = 10, 10
AT_ONCE_SECONDS = 5


def test_slow_heads_slow_bodies_and_a_huge_one_disturb_nobody(
    start_server: StartServer, new_sqlite_url: str
) -> None:
    server = start_server(new_sqlite_url)
    slow, huge, other = (server.make_job() for _ in range(3))
    with ExitStack() as stack:
        begun = time.monotonic()
        wires = [stack.enter_context(connect(server)) for _ in range(SLOW_ONES)]
        for number, wire in enumerate(wires):
            half_a_head = f"POST /ping/{slow['job_key']} HTTP/1.1\r\nHost: bea".encode()
            if number % 3:
                wire.send(*head(slow, 100), body=b"only the begi")
            else:
                wire.send_bytes(half_a_head)
        before = memory_of(server.pid)
        assert send_huge_body(stack.enter_context(connect(server)), huge).status == 200
        assert memory_of(server.pid) - before < MOST_MORE_BYTES

        asked_at = time.monotonic()
        assert server.ping(other).status_code == 200
        assert time.monotonic() - asked_at < AT_ONCE_SECONDS

        with_bodies = [wire for number, wire in enumerate(wires) if number % 3]
        assert {wire.receive().status for wire in with_bodies} <= {200, 429}
        waited = time.monotonic() - begun
        assert PATIENCE_SECONDS <= waited < PATIENCE_SECONDS + SOON_AFTER_SECONDS
    query = "SELECT output, output_size FROM signals WHERE job_id = :job_id"
    [kept] = rows(server.database_url, query, job_id=huge["id"])
    assert (len(kept.output), kept.output_size) == (KEPT, HUGE)
    assert {each["output_size"] for each in server.signals(slow)} == {len("only the begi")}


def head(job: Json, length: int) -> tuple[str, ...]:
    return f"POST /ping/{job['job_key']} HTTP/1.1", "Host: beats", f"Content-Length: {length}"


def send_huge_body(wire: Wire, job: Json) -> Answer:
    wire.send(*head(job, HUGE))
    for _ in range(HUGE // len(PART)):
        wire.send_bytes(PART)
    return wire.receive()


def memory_of(pid: int) -> int:
    """Return the bytes of memory that a process has to itself."""
    told = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"RssAnon:\s+(\d+) kB", told)
    assert found is not None
    return int(found[1]) * 1024
