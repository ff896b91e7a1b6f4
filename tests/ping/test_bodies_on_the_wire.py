"""A body in parts, without a length, or cut off: the ping is answered all the same."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from tests.ping.door import KEY, Jobs, door_to

Message = dict[str, Any]
Headers = Sequence[tuple[bytes, bytes]]


def part(body: bytes, *, more: bool) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


async def knock(
    jobs: Jobs, headers: Headers, messages: Sequence[Message], **scope: str
) -> tuple[int, int]:
    """Send a request as a server hands it on; return the status and how often it was asked."""
    sent, asked = await exchange(jobs, headers, messages, **scope)
    return sent[0]["status"], asked


async def exchange(
    jobs: Jobs, headers: Headers, messages: Sequence[Message], **more: str
) -> tuple[list[Any], int]:
    """Send a request as a server hands it on; return what came back, and how often it was asked."""
    asked = 0
    sent: list[Any] = []

    async def receive() -> Message:
        nonlocal asked
        asked += 1
        if asked > len(messages):
            await asyncio.Event().wait()
        return messages[asked - 1]

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": f"/ping/{KEY}",
        "raw_path": f"/ping/{KEY}".encode(),
        "query_string": b"",
        "headers": list(headers),
        "client": None,
        **more,
    }
    await asyncio.wait_for(door_to(jobs)(scope, receive, send), timeout=5)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    return sent, asked


async def test_a_post_without_any_length_is_answered_at_once() -> None:
    jobs = Jobs()
    assert await knock(jobs, [], []) == (200, 0)
    assert (jobs.signals[0].output, jobs.signals[0].output_size) == (None, 0)


async def test_http_2_needs_no_length_for_a_body() -> None:
    jobs = Jobs()
    assert await knock(jobs, [], [part(b"told", more=False)], http_version="2") == (200, 1)
    assert jobs.signals[0].output == "told"


@pytest.mark.parametrize(
    "headers", [[(b"transfer-encoding", b"chunked")], [(b"content-length", b"9")]]
)
async def test_a_body_in_parts_is_put_together(headers: Headers) -> None:
    jobs = Jobs()
    parts = [part(b"in ", more=True), part(b"", more=True), part(b"parts \xe2", more=True)]
    messages = [*parts, part(b"\x82\xac", more=False)]
    assert await knock(jobs, headers, messages) == (200, 4)
    assert (jobs.signals[0].output, jobs.signals[0].output_size) == ("in parts €", 12)


async def test_a_client_that_hangs_up_half_way_has_still_pinged() -> None:
    jobs = Jobs()
    messages = [part(b"half", more=True), {"type": "http.disconnect"}]
    assert await knock(jobs, [(b"content-length", b"100")], messages) == (200, 2)
    assert (jobs.signals[0].output, jobs.signals[0].output_size) == ("half", 4)


async def test_the_door_itself_sends_no_body_to_head() -> None:
    (start, body), _ = await exchange(Jobs(), [], [], method="HEAD")
    assert (start["status"], body["body"]) == (200, b"")
    (_, body), _ = await exchange(Jobs(), [], [], method="GET")
    assert body["body"] != b""
