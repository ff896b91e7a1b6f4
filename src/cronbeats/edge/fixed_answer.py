"""Answers that are the same for everybody, so that clients need not fetch them twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from cronbeats.edge.asgi import Receive, Scope, Send

CACHED_SECONDS = 300
METHODS = ("GET", "HEAD")


class FixedAnswer:
    """A body with its ETag (RFC 9110): clients keep it a while, then ask whether it is still it."""

    def __init__(
        self, body: bytes, media_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self.body = body
        self._etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        self._headers = {
            "cache-control": f"public, max-age={CACHED_SECONDS}",
            "etag": self._etag,
            "x-content-type-options": "nosniff",
            **(headers or {}),
        }
        self._content = {"content-type": media_type, "content-length": str(len(body))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Answer a GET or a HEAD: 304 to who has it already."""
        is_known = self._etag in _tags(scope)
        headers = self._headers if is_known else {**self._headers, **self._content}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        status = 304 if is_known else 200
        await send({"type": "http.response.start", "status": status, "headers": raw})
        has_body = scope["method"] == "GET" and not is_known
        await send({"type": "http.response.body", "body": self.body if has_body else b""})


def _tags(scope: Scope) -> set[str]:
    """Return the ETags that a client has; weak ones are as good for this comparison."""
    values = [value for name, value in scope["headers"] if name == b"if-none-match"]
    tags = b",".join(values).decode("latin-1").split(",")
    return {tag.strip().removeprefix("W/") for tag in tags}
