"""A server that is asked to stop while it has its hands full."""

from tests.process.discretion import assert_log_holds_no_secret
from tests.process.load import Load, running
from tests.process.stored import assert_nothing_is_lost
from tests.support.machine import wait_until
from tests.support.receiver import Receiver
from tests.support.server import StartServer

LONGEST_GOODBYE_SECONDS = 10
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
