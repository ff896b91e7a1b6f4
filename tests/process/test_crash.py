"""A server that is killed in the midst of its work, again and again."""

from tests.process.alerts import assert_every_outage_was_told
from tests.process.discretion import assert_log_holds_no_secret
from tests.process.load import Flapper, Load, running
from tests.process.stored import assert_nothing_is_lost
from tests.support.receiver import Receiver
from tests.support.server import StartServer


def test_a_server_that_is_killed_again_and_again_forgets_nothing(
    start_server: StartServer, new_database_url: str, receiver: Receiver
) -> None:
    server = start_server(new_database_url)
    server.tell(receiver)
    jobs = [server.make_job() for _ in range(8)]
    flappers = [Flapper(server, server.make_job()) for _ in range(3)]
    load = Load([server], jobs)
    moods = [receiver.refuse, receiver.take, receiver.hang, receiver.take, receiver.take]
    with running(load, *flappers):
        for change_mood in moods:
            change_mood()
            load.wait_for(100)
            server.kill()
            server.start()
    assert_nothing_is_lost(new_database_url, load)
    assert_every_outage_was_told(receiver, flappers)
    assert_log_holds_no_secret(server, receiver, jobs)
