"""Takes the steps, and tells of every answer in what it is not as it was published."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import httpx

from tests.api.published.kinds import Shape, differences
from tests.api.published.steps import Call, Ping, Step, Turn
from tests.support.world import World

_NUMBERS = [
    f"X-RateLimit-{what}-{window}"
    for what in ("Limit", "Remaining", "Reset")
    for window in ("Minute", "Day")
]
_SECONDS = {"Minute": 60, "Day": 86_400}


async def take(world: World, steps: Iterable[Step], kept: Mapping[str, Any] | None = None) -> None:
    """Take the steps in turn; `kept` are values for the `{names}` in them."""
    known = dict(kept or {})
    jobs: dict[str, dict[str, Any]] = {}
    wrong: list[str] = []
    for step in steps:
        match step:
            case Turn(seconds=seconds):
                world.clock.turn(seconds)
            case Ping(job=job, action=action, body=body):
                await world.ping(jobs[job], action, content=body)
            case Call():
                answer = await _ask(world, step, known)
                where = f"{step.method} {step.path}"
                wrong += _wrong_of(answer, step, known, world, where)
                if step.keep and not wrong:
                    data = answer.json()["data"]
                    jobs[step.keep] = data
                    known[step.keep] = (data if "id" in data else data["signals"][0])["id"]
        assert not wrong, wrong


async def _ask(world: World, call: Call, known: Mapping[str, Any]) -> httpx.Response:
    key = world.api_key if call.key is None else _filled(call.key, known)
    headers = {**({"X-API-Key": key} if key else {}), **call.headers}
    body = None if call.body is None else _filled(call.body, known)
    path = f"/api/v1{_filled(call.path, known)}"
    return await world.http.request(
        call.method, path, json=body, content=call.content, headers=headers
    )


def _wrong_of(
    answer: httpx.Response, call: Call, known: Mapping[str, Any], world: World, where: str
) -> Iterator[str]:
    if answer.status_code != call.status:
        yield f"{where} is answered {answer.status_code} and not {call.status}: {answer.text}"
        return
    yield from _wrong_of_headers(answer, world, where)
    if call.answer is None:
        if answer.content or "Content-Type" in answer.headers:
            yield f"{where} has a body, or says that it has one"
        return
    if answer.headers["Content-Type"] != call.media_type:
        yield f"{where} is answered as {answer.headers['Content-Type']}"
        return
    body = answer.json() if call.media_type == "application/json" else answer.text
    yield from differences(body, _filled(call.answer, known), where)


def _wrong_of_headers(answer: httpx.Response, world: World, where: str) -> Iterator[str]:
    if len(answer.headers.get_list("X-Request-ID")) != 1:
        yield f"{where} has no X-Request-ID"
    told = {name: answer.headers.get_list(name) for name in _NUMBERS}
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        return
    for name, values in told.items():
        if len(values) != 1 or not re.fullmatch(r"\d+", values[0]):
            yield f"{where} has {name}: {values}"
            return
        window = name.rpartition("-")[2]
        now, length = int(world.clock().timestamp()), _SECONDS[window]
        if "Reset" in name and int(values[0]) != now - now % length + length:
            yield f"{where} has {name}: {values}, which is not the end of this {window}"


def _filled(value: Any, known: Mapping[str, Any]) -> Any:
    """Return a value with what is known in the place of the `{names}` in it."""
    match value:
        case Shape(fields=fields, ours=ours):
            return Shape(_filled(dict(fields), known), ours)
        case dict():
            return {name: _filled(each, known) for name, each in value.items()}
        case list():
            return [_filled(each, known) for each in value]
        case str():
            if value[1:-1] in known and value == f"{{{value[1:-1]}}}":
                return known[value[1:-1]]
            return re.sub(r"\{(\w+)\}", lambda found: str(known[found[1]]), value)
        case _:
            return value
