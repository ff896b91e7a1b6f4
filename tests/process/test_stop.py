"""A server that is asked to stop while it has its hands full."""

from contextlib import ExitStack

from tests.process.discretion import assert_log_holds_no_secret
from tests.process.load import Load, running
from tests.process.stored import assert_nothing_is_lost, rows
from tests.process.wire import connect
from tests.support.machine import wait_until
from tests.support.receiver import Receiver
from tests.support.server import StartServer

LONGEST_GOODBYE_SECONDS = 10
# Requests have three seconds to end; what was taken needs hardly any.
SOON_SECONDS = 7
# A claim that was not given back would keep others from an alert for half a minute.
AT_ONCE_SECONDS = 10


def test_a_busy_server_that_is_stopped_hands_all_it_took_to_the_next(
    start_server: StartServer, new_database_url: str, receiver: Receiver
) -> None:
    server = start_server(new_database_url)
    server.tell(receiver)
    receiver.hang()
    failing = [server.make_job() for _ in range(3)]
    jobs = [server.make_job() for _ in range(8)]
    load = Load([server], jobs)
    with running(load):
        for job in failing:
            assert server.ping(job, "/end/fail").status_code == 200
        wait_until(lambda: len(receiver.attempts) == 3, 30, "every alert is under way")
        load.wait_for(200)
        ended = server.stop()
    assert ended.exit_code == 0
    assert ended.seconds < LONGEST_GOODBYE_SECONDS
    assert set(load.answers) <= {200, 503, 0}
    assert_nothing_is_lost(new_database_url, load)
    receiver.take()
    server.start()
    taken = receiver.wait_for(len(failing), AT_ONCE_SECONDS)
    assert sorted(each.id for each in taken) == sorted(each.id for each in receiver.attempts[:3])
    assert_log_holds_no_secret(server, receiver, jobs)


def test_a_client_that_never_ends_its_request_does_not_keep_a_server_from_stopping(
    start_server: StartServer, new_sqlite_url: str
) -> None:
    server = start_server(new_sqlite_url)
    job = server.make_job()
    with ExitStack() as stack:
        wires = [stack.enter_context(connect(server)) for _ in range(4)]
        half_a_head, half_a_body, half_a_form, idle = wires
        half_a_head.send_bytes(b"GET /ping/")
        ping = f"POST /ping/{job['job_key']} HTTP/1.1"
        half_a_body.send(ping, "Host: beats", "Content-Length: 10", body=b"half ")
        from_here = ("Host: beats", "Sec-Fetch-Site: same-origin", "Content-Length: 10")
        half_a_form.send("POST /sign-in HTTP/1.1", *from_here, body=b"a=")
        idle.send(ping, "Host: beats", "Content-Length: 0")
        assert idle.receive().status == 200
        ended = server.stop()
        assert ended.exit_code == 0
        assert ended.seconds < SOON_SECONDS
        assert (half_a_body.receive().status, half_a_form.receive().status) == (200, 408)
        assert [wire.is_at_end() for wire in wires] == [True] * 4
    query = "SELECT output FROM signals WHERE job_id = :job_id ORDER BY id"
    kept = rows(new_sqlite_url, query, job_id=job["id"])
    assert [each.output for each in kept] == [None, "half "]
