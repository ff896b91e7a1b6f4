"""Calls that the clients repeat, because something between them and the server went wrong."""

import pytest

from tests.clients.faulty_proxy import Fault, FaultyProxy
from tests.clients.sdks import Sdk
from tests.support.receiver import Receiver
from tests.support.server import Json, Server

REFUSALS = [Fault.BUSY, Fault.UNAVAILABLE, Fault.NO_REQUEST]


def types_kept(server: Server, job: Json) -> list[str]:
    return [signal["type"] for signal in server.signals(job)]


@pytest.mark.parametrize("fault", REFUSALS, ids=lambda fault: fault.name)
def test_a_call_that_was_refused_twice_is_kept_once(
    server: Server, sdk: Sdk, job: Json, proxy: FaultyProxy, fault: Fault
) -> None:
    proxy.faults.extend([fault, fault])
    (outcome,) = sdk.run(proxy.url, job["job_key"], [("ping",)])
    assert outcome["ok"]
    assert proxy.requests == 3
    assert types_kept(server, job) == ["ping"]


def test_a_call_that_is_refused_for_good_is_not_kept(
    server: Server, sdk: Sdk, job: Json, proxy: FaultyProxy
) -> None:
    proxy.faults.extend([Fault.UNAVAILABLE] * 3)
    (outcome,) = sdk.run(proxy.url, job["job_key"], [("fail",)])
    assert (outcome["code"], outcome["httpStatus"]) == ("SERVER_ERROR", 503)
    assert proxy.requests == 3
    assert types_kept(server, job) == []
    assert server.get_job(job)["status"] == "pending"


def test_a_run_whose_every_answer_is_lost_is_one_good_run(
    server: Server, sdk: Sdk, job: Json, proxy: FaultyProxy
) -> None:
    outcomes = []
    for call in ("start", "success"):
        proxy.faults.append(Fault.NO_ANSWER)
        outcomes += sdk.run(proxy.url, job["job_key"], [(call,)])
    assert [outcome["ok"] for outcome in outcomes] == [True, True]
    assert types_kept(server, job) == ["start", "start", "success", "success"]
    seen = server.get_job(job)
    assert (seen["status"], seen["state"]["current_run"]) == ("healthy", None)


def test_a_failure_whose_answer_is_lost_is_told_once(
    server: Server, sdk: Sdk, job: Json, proxy: FaultyProxy, receiver: Receiver
) -> None:
    server.tell(receiver)
    proxy.faults.append(Fault.NO_ANSWER)
    (failed,) = sdk.run(proxy.url, job["job_key"], [("fail",)])
    proxy.faults.append(Fault.NO_ANSWER)
    (recovered,) = sdk.run(proxy.url, job["job_key"], [("success",)])
    assert failed["ok"]
    assert recovered["ok"]
    assert types_kept(server, job) == ["fail", "fail", "success", "success"]
    # The alerts of one job leave in order, so the recovery is the last to wait for.
    receiver.wait_for(2, seconds=30)
    told = [each.kind for each in receiver.attempts if each.job_id == job["id"]]
    assert told == ["job.down", "job.recovered"]
