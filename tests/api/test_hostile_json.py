"""JSON that is valid, or nearly so, and meant to break something: refused, never a failure."""

import json
from typing import Any

from tests.api.answers import data_of, errors_of, problem_of
from tests.api.routes import ROUTES, ids_of_new_job
from tests.support.world import World

HEADERS = {"Content-Type": "application/json"}
HOSTILE: list[Any] = [None, True, 0, -1, 2**63, 10**400, 1.5, 1e308, "", "\0", "a\0b", "\ud83d"]
HOSTILE += ["\udc00x", "%00", "\ufffe\uffff", [], [[]], {}, {"a": {}}, ["\0"], {"\0": "\0"}]
HOSTILE += [float("nan"), float("inf"), -float("inf"), "\\u0000", "9" * 400, "x" * 70_000]

OPTIONAL = {
    "POST /jobs": {"description", "timezone", "cron_expression", "tags", "grace_seconds", "url"},
    "PUT /integrations/webhook": {"url", "secret", "is_enabled", "name"},
}


async def test_no_value_of_any_field_makes_a_route_fail(telling_world: World) -> None:
    world = telling_world
    ids = await ids_of_new_job(world)
    for route, (_, body) in ROUTES.items():
        if body is None:
            continue
        method, path = route.split()
        known = body.keys() | OPTIONAL.get(route, set())
        for field in known:
            for value in HOSTILE:
                content = json.dumps({**body, field: value}).encode()
                answer = await world.api(
                    method, path.format(**ids), content=content, headers=HEADERS
                )
                if answer.is_success:
                    continue
                assert field in "".join(errors_of(answer)), (route, field, value)


async def test_a_body_deep_or_numbers_long_beyond_reason_are_bad_requests(world: World) -> None:
    for inner in (b"[" * 90_000 + b"]" * 90_000, b'{"a":' * 90_000 + b"1" + b"}" * 90_000):
        for body in (inner, b'{"name":' + inner + b"}"):
            answer = await world.api("POST", "/jobs", content=body, headers=HEADERS)
            problem_of(answer, 400, "bad_request")
    for number in (b"9" * 5_000, b"-" + b"9" * 5_000):
        body = b'{"name":"x","expected_interval_seconds":' + number + b"}"
        answer = await world.api("POST", "/jobs", content=body, headers=HEADERS)
        problem_of(answer, 400, "bad_request")


async def test_a_nesting_that_can_be_read_is_told_by_its_field(world: World) -> None:
    nested = b'{"name":' + b"[" * 100 + b"]" * 100 + b',"expected_interval_seconds":60}'
    answer = await world.api("POST", "/jobs", content=nested, headers=HEADERS)
    assert errors_of(answer) == {"name": ["Must be a text."]}


async def test_only_utf_8_is_json_with_or_without_a_mark_in_front(world: World) -> None:
    text = json.dumps({"name": "Sicherung 😀", "expected_interval_seconds": 60}, ensure_ascii=False)
    for encoding in ("utf-8", "utf-8-sig"):
        content = text.encode(encoding)
        made = data_of(await world.api("POST", "/jobs", content=content, headers=HEADERS), 201)
        assert made["name"] == "Sicherung 😀"
    for encoding in ("utf-16", "utf-16-le", "utf-32"):
        content = text.encode(encoding)
        answer = await world.api("POST", "/jobs", content=content, headers=HEADERS)
        problem_of(answer, 400, "bad_request")


async def test_half_a_character_in_raw_bytes_is_a_bad_request(world: World) -> None:
    body = b'{"name":"\xed\xa0\xbd","expected_interval_seconds":60}'
    answer = await world.api("POST", "/jobs", content=body, headers=HEADERS)
    problem_of(answer, 400, "bad_request")


async def test_a_field_of_the_machinery_is_no_way_in(world: World) -> None:
    for name in ("__class__", "model_config", "__proto__", "explain_bad", "constructor"):
        body = {"name": "x", "expected_interval_seconds": 60, name: {}}
        assert errors_of(await world.api("POST", "/jobs", body)) == {
            name: ["There is no such field."]
        }
