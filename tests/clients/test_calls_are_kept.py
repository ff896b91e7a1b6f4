"""What the Management API shows of calls that the clients have made."""

from tests.clients.sdks import Call, Sdk
from tests.support.server import Json, Server

PROGRESS: list[tuple[Call, int | None, str | None]] = [
    (("progress", 0), 0, None),
    (("progress", 40), 40, None),
    (("progress", 41, "copied 41 of 100"), 41, "copied 41 of 100"),
    (("progress", {"seq": 42, "message": "zwölf 🥁 vor"}), 42, "zwölf 🥁 vor"),
    (("progress", {"seq": 250}), 100, None),
    (("progress", {"message": "no number"}), None, "no number"),
    (("progress", None, 'quotes " and \\ and\nlines'), None, 'quotes " and \\ and\nlines'),
    (("progress",), None, None),
    (("progress", 99, "x" * 300), 99, "x" * 255),
]


def test_every_signal_is_kept_with_its_sender(server: Server, sdk: Sdk, job: Json) -> None:
    calls = [("ping",), ("start",), ("progress", 5), ("end",), ("start",), ("fail",)]
    sdk.run(server.url, job["job_key"], calls)
    kept = server.signals(job)
    types = ["ping", "start", "progress", "success", "start", "fail"]
    assert [signal["type"] for signal in kept] == types
    assert {signal["user_agent"] for signal in kept} == {sdk.user_agent}
    assert {signal["source_ip"] for signal in kept} == {"127.0.0.1"}
    timed = [signal["type"] for signal in kept if signal["duration_ms"] is not None]
    assert timed == ["success", "fail"]


def test_progress_is_kept_in_every_way_to_tell_it(server: Server, sdk: Sdk, job: Json) -> None:
    sdk.run(server.url, job["job_key"], [call for call, _, _ in PROGRESS])
    kept = [(signal["progress"], signal["message"]) for signal in server.signals(job)]
    assert kept == [(progress, message) for _, progress, message in PROGRESS]


def test_a_message_that_the_client_cuts_within_a_character_is_kept(
    server: Server, sdk: Sdk, job: Json
) -> None:
    (outcome,) = sdk.run(server.url, job["job_key"], [("progress", 1, "🥁" * 300)])
    (kept,) = server.signals(job)
    assert outcome["ok"]
    # JavaScript counts halves of such a character, so its 255 end within the 128th.
    assert kept["message"].rstrip("\ufffd") in {"🥁" * 255, "🥁" * 127}


def test_the_job_stands_as_its_calls_left_it(server: Server, sdk: Sdk, job: Json) -> None:
    sdk.run(server.url, job["job_key"], [("start",), ("progress", 30, "a third")])
    run = server.get_job(job)["state"]["current_run"]
    assert (run["progress"], run["message"]) == (30, "a third")
    sdk.run(server.url, job["job_key"], [("fail",)])
    failed = server.get_job(job)
    assert (failed["status"], failed["state"]["reason"]) == ("down", "failed")
    assert failed["state"]["current_run"] is None
    sdk.run(server.url, job["job_key"], [("success",)])
    assert server.get_job(job)["status"] == "healthy"
