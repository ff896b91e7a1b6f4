"""The answer of a process to requests that are another process's duty."""

from __future__ import annotations

import orjson

from cronbeats.domain.duty import Duty, in_order
from cronbeats.edge.asgi import Receive, Scope, Send

_FOR_PROGRAMS = ("/ping/", "/api/")


class AbsentDoor:
    """Answers 404 and says what this process serves, so that a wrong route is found quickly."""

    def __init__(self, duties: frozenset[Duty]) -> None:
        served = ", ".join(in_order(duties))
        self._words = f"This CronBeats process serves only: {served} (CRONBEATS_ONLY)"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Answer one HTTP request."""
        if f"{scope['path']}/".startswith(_FOR_PROGRAMS):
            # As the doors for jobs and for programs tell of errors, for clients of either.
            said = {"success": False, "status": "error", "error": "not_served_here"}
            body = orjson.dumps({**said, "message": self._words})
            media_type = b"application/json"
        else:
            body, media_type = f"{self._words}\n".encode(), b"text/plain; charset=utf-8"
        headers = [
            (b"content-type", media_type),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        is_head = scope["method"] == "HEAD"
        await send({"type": "http.response.body", "body": b"" if is_head else body})
