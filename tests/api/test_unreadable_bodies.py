"""A body that is no JSON object, too large, or not said to be JSON."""

import json
from collections.abc import AsyncIterator

from tests.api.answers import data_of, errors_of, problem_of
from tests.support.world import World

JSON = {"Content-Type": "application/json"}
GOOD = b'{"name":"x","expected_interval_seconds":60}'
LARGEST = 1_000_000
UNREADABLE = [
    b"",
    b" ",
    b"null",
    b"[]",
    b'["name"]',
    b"5",
    b"true",
    b'"name"',
    b"{",
    b"name=x",
    b'{"name":"x"',
    b"{'name':'x'}",
    b'{"name":"x",}',
    b'{"name":"\xff"}',
    b"\xff\xfe",
    b"\0",
    b'{"name":' + b"[" * 100_000,
    b'{"name":"x","expected_interval_seconds":' + b"9" * 5000 + b"}",
]


async def test_a_body_that_is_no_json_object_is_a_bad_request(world: World) -> None:
    for body in UNREADABLE:
        for method, path in (("POST", "/jobs"), ("PUT", "/integrations/webhook")):
            answer = await world.api(method, path, content=body, headers=JSON)
            problem_of(answer, 400, "bad_request")
    assert data_of(await world.api("GET", "/jobs"))["pagination"]["total"] == 0


async def test_no_body_at_all_is_a_bad_request_too(world: World) -> None:
    problem_of(await world.api("POST", "/jobs"), 400, "bad_request")
    problem_of(await world.api("PUT", "/integrations/alert-rules"), 400, "bad_request")


async def test_a_body_that_is_not_said_to_be_json_is_refused(world: World) -> None:
    types = ["text/plain", "application/x-www-form-urlencoded", "text/json", "json", "", "a" * 9999]
    types += ["application/jsonp", "application/xml", "multipart/form-data; boundary=x", ";"]
    for content_type in types:
        headers = {"Content-Type": content_type}
        answer = await world.api("POST", "/jobs", content=GOOD, headers=headers)
        problem_of(answer, 415, "unsupported_media_type")
    problem_of(await world.api("POST", "/jobs", content=GOOD), 415, "unsupported_media_type")


async def test_a_body_is_json_whatever_else_its_type_tells(world: World) -> None:
    types = ["application/json", "Application/JSON", "application/json; charset=utf-8"]
    for content_type in [*types, "application/json;charset=utf-8", "application/vnd.x+json"]:
        headers = {"Content-Type": content_type}
        data_of(await world.api("POST", "/jobs", content=GOOD, headers=headers), 201)


async def test_a_request_that_needs_no_body_may_have_an_empty_one(world: World) -> None:
    job = await world.make_job()
    form = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": "0"}
    for headers in ({}, form, {"Content-Type": "text/plain"}):
        data_of(await world.api("POST", f"/jobs/{job['id']}/pause", headers=headers))
    data_of(await world.api("POST", f"/jobs/{job['id']}/pause", {}))


async def test_a_body_that_says_it_is_too_large_is_refused(world: World) -> None:
    body = b'{"name":"' + b"x" * LARGEST + b'"}'
    answer = await world.api("POST", "/jobs", content=body, headers=JSON)
    problem_of(answer, 413, "payload_too_large")


async def test_a_body_that_turns_out_too_large_is_refused(world: World) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"name":"'
        for _ in range(LARGEST // 50_000):
            yield b"x" * 50_000
        yield b'"}'

    for method, path in (("POST", "/jobs"), ("PUT", "/integrations/webhook")):
        answer = await world.api(method, path, content=chunks(), headers=JSON)
        problem_of(answer, 413, "payload_too_large")


async def test_a_body_just_within_the_limit_is_read(world: World) -> None:
    padded = GOOD + b" " * (LARGEST - len(GOOD))
    data_of(await world.api("POST", "/jobs", content=padded, headers=JSON), 201)
    problem_of(
        await world.api("POST", "/jobs", content=padded + b" ", headers=JSON),
        413,
        "payload_too_large",
    )


async def test_a_body_in_chunks_is_read_like_any_other(world: World) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for position in range(len(GOOD)):
            yield GOOD[position : position + 1]

    data_of(await world.api("POST", "/jobs", content=chunks(), headers=JSON), 201)


async def test_a_field_may_have_any_name_but_is_unknown_then(world: World) -> None:
    for name in ["x", "", " name", "NAME", "naïve", "😀", "\\u0000", "a" * 1000, "__class__"]:
        body = b'{"%s":1,' % name.encode() + GOOD[1:]
        errors = errors_of(await world.api("POST", "/jobs", content=body, headers=JSON))
        assert errors == {json.loads(f'"{name}"'): ["There is no such field."]}, name


async def test_a_field_whose_name_is_no_text_is_refused(world: World) -> None:
    body = b'{"\\ud83d":1,' + GOOD[1:]
    errors = errors_of(await world.api("POST", "/jobs", content=body, headers=JSON))
    assert list(errors.values()) == [["Must be valid Unicode text."]]
