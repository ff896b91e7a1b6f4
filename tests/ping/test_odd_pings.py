"""What real clients were seen to send: each is a signal, on either database."""

from itertools import cycle
from typing import Any

from tests.support.world import Json, World

JSON, FORM, TEXT = "application/json", "application/x-www-form-urlencoded", "text/plain"
LOST = "\ufffd"

# (what, method, content type, body, then: message, progress, output)
ODD = [
    ("JSON type, no body", "POST", JSON, b"", None, None, None),
    ("JSON type, plain text", "POST", JSON, b"it ran", None, None, "it ran"),
    ("JSON type, broken JSON", "POST", JSON, b'{"message":', None, None, '{"message":'),
    ("JSON type, half a pair", "POST", JSON, b'{"message":"\\ud83d"}', LOST, None, None),
    ("JSON type, NUL", "POST", JSON, b'{"message":"a\\u0000b"}', f"a{LOST}b", None, None),
    ("JSON type, huge progress", "POST", JSON, b'{"progress":1e300}', None, 100, None),
    ("JSON type, an array", "POST", JSON, b"[1]", None, None, "[1]"),
    ("form type, JSON", "POST", FORM, b'{"message":"m","progress":7}', "m", 7, None),
    ("form type, a form", "POST", FORM, b"message=m", None, None, "message=m"),
    ("no type, JSON", "POST", "", b'{"message":"m"}', "m", None, None),
    ("GET with JSON", "GET", JSON, b'{"message":"m"}', "m", None, None),
    ("GET with text", "GET", TEXT, b"it ran", None, None, "it ran"),
    ("HEAD with text", "HEAD", TEXT, b"it ran", None, None, "it ran"),
    ("raw half a pair", "POST", TEXT, b"\xed\xa0\xbd", None, None, LOST * 3),
    ("NUL bytes", "POST", TEXT, b"\0a\0", None, None, f"{LOST}a{LOST}"),
    ("no text at all", "POST", "image/png", b"\x89PNG\xff", None, None, f"{LOST}PNG{LOST}"),
    ("wrong encoding", "POST", "text/plain; charset=klingon", b"x", None, None, "x"),
    ("unreadable type", "POST", "\x01;;=", b"x", None, None, "x"),
]


async def newest(world: World, job: Json) -> tuple[Json, str | None]:
    """Return the newest signal of a job, and its output."""
    path = f"/jobs/{job['id']}/signals"
    signal: Json = (await world.api("GET", f"{path}?per_page=1")).json()["data"]["signals"][0]
    answer = await world.api("GET", f"{path}/{signal['id']}/output")
    return signal, answer.text if answer.status_code == 200 else None


async def test_an_odd_body_refuses_no_ping_and_is_kept(world: World) -> None:
    job = await world.make_job()
    verbs = cycle(["", "/progress", "/start", "/end/fail", "/end/success"])
    for (what, method, content_type, body, *expected), verb in zip(ODD, verbs, strict=False):
        world.clock.turn(20)
        headers = {"Content-Type": content_type} if content_type else {}
        answer = await world.ping(job, verb, method=method, content=body, headers=headers)
        assert answer.status_code == 200, what
        signal, output = await newest(world, job)
        assert [signal["message"], signal["progress"], output] == expected, what
        assert signal["output_size"] == len(body), what
        assert signal["received_at"] == f"{world.clock():%Y-%m-%dT%H:%M:%SZ}", what


async def test_huge_progress_and_odd_run_ids_are_kept_on_either_database(world: World) -> None:
    job = await world.make_job()
    cases: list[tuple[str, Any, Any]] = [
        ("/progress/100", 100, None),
        ("/progress/101?rid=a", 100, "a"),
        (f"/progress/{2**31}?rid={'b' * 64}", 100, "b" * 64),
        (f"/progress/{'9' * 5000}?rid={'c' * 65}", 100, None),
        (f"/progress/{'0' * 5000}?rid=%00", 0, None),
    ]
    for path, progress, run_id in cases:
        assert (await world.ping(job, path)).status_code == 200, path[:40]
        signal, _ = await newest(world, job)
        assert (signal["progress"], signal["run_id"]) == (progress, run_id), path[:40]


async def test_a_message_of_progress_is_cut_at_255_code_points(world: World) -> None:
    job = await world.make_job()
    for verb, length in (("/progress", 255), ("/progress/5", 255), ("/start", 300), ("", 300)):
        await world.ping(job, verb, json={"message": "é😀" * 150})
        signal, output = await newest(world, job)
        assert signal["message"] == ("é😀" * 150)[:length], verb
        assert output is None, verb


async def test_output_is_kept_up_to_10_kilobytes_by_default(world: World) -> None:
    job = await world.make_job()
    answer = await world.ping(job, "/end/fail", content="é".encode() * 5001)
    assert answer.headers["Ping-Body-Limit"] == "10000"
    signal, output = await newest(world, job)
    assert (signal["output_size"], output) == (10_002, "é" * 5000)
