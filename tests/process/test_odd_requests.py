"""Requests as no library would write them, but as real jobs have sent them."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.stored import rows
from tests.process.wire import Wire, connect
from tests.support.machine import wait_until
from tests.support.server import Json, Server, running_server

# Whoever waits for a body that does not come waits for longer.
AT_ONCE_SECONDS = 5
# A server that is busy sees nothing of a client that leaves sooner.
HANGS_UP_AFTER_SECONDS = 0.3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    directory: Path = tmp_path_factory.mktemp("server")
    with running_server(directory, f"sqlite:///{directory / 'cronbeats.db'}") as made:
        yield made


@pytest.fixture
def job(server: Server) -> Json:
    return server.make_job()


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    with connect(server) as made:
        yield made


def wait_for_outputs(server: Server, job: Json, count: int) -> list[str | None]:
    """Wait until so many signals of a job are stored; return what came along with them."""

    def outputs() -> list[str | None]:
        query = "SELECT output FROM signals WHERE job_id = :job_id ORDER BY id"
        return [row.output for row in rows(server.database_url, query, job_id=job["id"])]

    wait_until(lambda: len(outputs()) >= count, 30, "they are stored")
    return outputs()


def test_a_post_without_any_length_is_answered_at_once(wire: Wire, job: Json) -> None:
    begun = time.monotonic()
    for _ in range(2):
        wire.send(
            f"POST /ping/{job['job_key']} HTTP/1.1", "Host: beats", "Content-Type: text/plain"
        )
        assert wire.receive().json()["action"] == "ping"
    assert time.monotonic() - begun < AT_ONCE_SECONDS


def test_requests_sent_in_one_go_are_answered_in_their_order(
    wire: Wire, server: Server, job: Json
) -> None:
    ping = f"/ping/{job['job_key']}"
    wire.send_bytes(
        f"POST {ping}/start HTTP/1.1\r\nHost: beats\r\nContent-Length: 5\r\n\r\nhello"
        f"GET {ping}/progress/7 HTTP/1.1\r\nHost: beats\r\n\r\n"
        f"POST {ping}/end/fail HTTP/1.1\r\nHost: beats\r\nContent-Length: 3\r\n\r\nbye".encode()
    )
    actions = [wire.receive().json()["action"] for _ in range(3)]
    assert actions == ["start", "progress", "end"]
    assert wait_for_outputs(server, job, 3) == ["hello", None, "bye"]


def test_a_client_of_http_1_0_is_answered_and_hung_up_on(wire: Wire, job: Json) -> None:
    wire.send(f"POST /ping/{job['job_key']} HTTP/1.0")
    assert wire.receive().json()["action"] == "ping"
    assert wire.is_at_end()


def test_a_client_of_http_1_0_may_keep_its_connection(
    wire: Wire, server: Server, job: Json
) -> None:
    for text in ("one", "two"):
        keep = ("Connection: keep-alive", "Content-Length: 3")
        wire.send(f"POST /ping/{job['job_key']} HTTP/1.0", *keep, body=text.encode())
        assert wire.receive().status == 200
    assert wait_for_outputs(server, job, 2) == ["one", "two"]


def test_head_is_a_ping_whose_answer_has_no_body(wire: Wire, server: Server, job: Json) -> None:
    wire.send(f"HEAD /ping/{job['job_key']}/start HTTP/1.1", "Host: beats")
    assert wire.receive(has_body=False).status == 200
    wire.send(f"GET /ping/{job['job_key']}/end/success HTTP/1.1", "Host: beats")
    assert wire.receive().json()["action"] == "end"
    assert wait_for_outputs(server, job, 2) == [None, None]


def test_a_client_that_asks_before_it_sends_a_body_is_told_to_go_on(
    wire: Wire, server: Server, job: Json
) -> None:
    ask = ("Host: beats", "Content-Length: 6", "Expect: 100-continue")
    wire.send(f"POST /ping/{job['job_key']} HTTP/1.1", *ask)
    assert wire.receive(has_body=False).status == 100
    wire.send_bytes(b"output")
    assert wire.receive().status == 200
    assert wait_for_outputs(server, job, 1) == ["output"]


def test_a_body_may_come_in_chunks_with_a_broken_one_among_them(
    wire: Wire, server: Server, job: Json
) -> None:
    chunked = ("Host: beats", "Transfer-Encoding: chunked")
    post = f"POST /ping/{job['job_key']} HTTP/1.1"
    wire.send(post, *chunked, body=b"3\r\nall\r\n5\r\n well\r\n0\r\n\r\n")
    assert wire.receive().status == 200
    wire.send(post, *chunked, body=b"4\r\ngood\r\nno number\r\nbad\r\n0\r\n\r\n")
    assert wire.receive().status == 200
    assert wait_for_outputs(server, job, 2) == ["all well", "good"]


def test_a_ping_counts_although_its_body_comes_too_slowly(
    wire: Wire, server: Server, job: Json
) -> None:
    wire.send(
        f"POST /ping/{job['job_key']} HTTP/1.1", "Host: beats", "Content-Length: 9", body=b"slow"
    )
    assert server.ping(job, body=b"quick").status_code == 200
    assert wire.receive().status == 200
    assert wait_for_outputs(server, job, 2) == ["quick", "slow"]


@pytest.mark.parametrize("length", [3, 9], ids=["whole", "torn"])
def test_a_ping_counts_although_its_client_has_hung_up(
    server: Server, job: Json, length: int
) -> None:
    with connect(server) as wire:
        lines = ("Host: beats", f"Content-Length: {length}")
        wire.send(f"POST /ping/{job['job_key']} HTTP/1.1", *lines, body=b"bye")
        time.sleep(HANGS_UP_AFTER_SECONDS)
    assert wait_for_outputs(server, job, 1) == ["bye"]


def test_what_is_no_http_is_refused_and_troubles_nobody(wire: Wire, server: Server) -> None:
    wire.send("what is this?")
    assert wire.receive(has_body=False).status == 400
    assert wire.is_at_end()
    assert server.readiness().status_code == 200
