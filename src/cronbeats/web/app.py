"""Pages and what they need, as an ASGI app."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

from cronbeats.edge.asgi import Receive, Scope, Send
from cronbeats.edge.fixed_answer import METHODS, FixedAnswer
from cronbeats.web.api_docs import read_document
from cronbeats.web.pages import render

Json = dict[str, Any]

_HTML = "text/html; charset=utf-8"
_STATIC = {
    "cronbeats.css": "text/css; charset=utf-8",
    "cronbeats.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
# Nothing from elsewhere, nothing inline, in nobody's frame; the address of a page stays here.
SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
}


class WebDoor:
    """Serves the pages; `document` gives the OpenAPI document that they tell of."""

    def __init__(self, document: Callable[[], Json]) -> None:
        self._document = document
        self._pages: dict[str, FixedAnswer] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Serve one HTTP request: a page, or a part of one; 404 for anything else."""
        answer = self._find(scope["path"])
        if answer is None:
            await _tell(send, 404, b"Not found\n")
        elif scope["method"] not in METHODS:
            await _tell(send, 405, b"Use GET\n", (b"allow", ", ".join(METHODS).encode()))
        else:
            await answer.send(scope, send)

    def _find(self, path: str) -> FixedAnswer | None:
        if path == "/docs/api":
            if path not in self._pages:
                self._pages[path] = _page("api_docs.html", **read_document(self._document()))
            return self._pages[path]
        name = path.removeprefix("/static/")
        return _static(name) if path.startswith("/static/") and name in _STATIC else None


def _page(template: str, **values: Any) -> FixedAnswer:
    return FixedAnswer(render(template, **values).encode(), _HTML, SECURITY_HEADERS)


@cache
def _static(name: str) -> FixedAnswer:
    body = files("cronbeats.web").joinpath("static", name).read_bytes()
    return FixedAnswer(body, _STATIC[name], SECURITY_HEADERS)


async def _tell(send: Send, status: int, body: bytes, *more: tuple[bytes, bytes]) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
