"""What the clients hear of each call that they can make."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.clients.sdks import Call, Outcome, Sdk
from tests.support.server import Json, Server

CALLS: list[tuple[Call, str]] = [
    (("ping",), "ping"),
    (("start",), "start"),
    (("progress", 40), "progress"),
    (("progress", 41, "more"), "progress"),
    (("progress", {"seq": 42, "message": "much more"}), "progress"),
    (("progress", {"message": "nearly there"}), "progress"),
    (("progress", None, "so near"), "progress"),
    (("progress",), "progress"),
    (("end",), "end"),
    (("end", "success"), "end"),
    (("end", "fail"), "end"),
    (("success",), "end"),
    (("fail",), "end"),
]
NOT_FOUND: Outcome = {
    "ok": False,
    "code": "NOT_FOUND",
    "httpStatus": 404,
    "retryable": False,
    "message": "Job not found or disabled",
}


def moment(text: Any) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def test_every_call_is_acknowledged_with_what_it_was(server: Server, sdk: Sdk, job: Json) -> None:
    begun = datetime.now(UTC).replace(microsecond=0)
    outcomes = sdk.run(server.url, job["job_key"], [call for call, _ in CALLS])
    assert [outcome["ok"] for outcome in outcomes] == [True] * len(CALLS)
    assert [outcome["action"] for outcome in outcomes] == [action for _, action in CALLS]
    assert {outcome["jobKey"] for outcome in outcomes} == {job["job_key"]}
    assert all(outcome["processingTimeMs"] > 0 for outcome in outcomes)
    moments = [begun, *(moment(outcome["timestamp"]) for outcome in outcomes), datetime.now(UTC)]
    assert moments == sorted(moments)


def test_a_client_hears_when_the_next_run_is_expected(server: Server, sdk: Sdk, job: Json) -> None:
    first, second = sdk.run(server.url, job["job_key"], [("ping",), ("ping",)])
    for outcome in (first, second):
        assert moment(outcome["nextExpected"]) == moment(outcome["timestamp"]) + timedelta(hours=1)


def test_a_key_that_no_job_has_is_not_found(server: Server, sdk: Sdk) -> None:
    assert sdk.run(server.url, "00000000", [("ping",), ("progress", 4, "four")]) == [NOT_FOUND] * 2


def test_a_paused_job_is_not_found(server: Server, sdk: Sdk, job: Json) -> None:
    server.api("POST", f"/jobs/{job['id']}/pause")
    assert sdk.run(server.url, job["job_key"], [("start",), ("fail",)]) == [NOT_FOUND] * 2
    assert server.signals(job) == []
