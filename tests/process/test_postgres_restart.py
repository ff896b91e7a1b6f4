"""A database server that goes away under load and comes back."""

from tests.process.alerts import assert_every_outage_was_told, assert_silence_is_told
from tests.process.discretion import assert_log_holds_no_secret
from tests.process.load import Flapper, Load, running
from tests.process.own_postgres import OwnPostgres
from tests.process.stored import assert_nothing_is_lost
from tests.support.receiver import Receiver
from tests.support.server import StartServer


def test_a_server_outlives_a_restart_of_its_database(
    start_server: StartServer, own_postgres: OwnPostgres, receiver: Receiver
) -> None:
    server = start_server(own_postgres.url)
    server.tell(receiver)
    jobs = [server.make_job() for _ in range(8)]
    silent = server.make_job(expected_interval_seconds=1, grace_seconds=0)
    flapper = Flapper(server, server.make_job())
    load = Load([server], jobs)
    with running(load, flapper):
        load.wait_for(100)
        own_postgres.stop()
        acknowledged = load.count(200)
        load.wait_for(8, status=503)
        readiness = server.readiness()
        assert load.count(200) == acknowledged
        own_postgres.start()
        load.wait_for(100)
        server.wait_until_ready()
    assert readiness.status_code == 503
    assert readiness.json()["checks"]["database"] != "ok"
    assert set(load.answers) == {200, 503}
    assert_nothing_is_lost(own_postgres.url, load)
    assert server.ping(silent).status_code == 200
    assert_silence_is_told(receiver, silent)
    assert_every_outage_was_told(receiver, [flapper])
    assert_log_holds_no_secret(server, receiver, jobs)
