"""The gate of the pages: what every answer bears, and a last net for errors."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import structlog
from starlette.requests import ClientDisconnect

from cronbeats.edge.asgi import AsgiApp, Message, Receive, Scope, Send
from cronbeats.edge.slow_body import Body, Patience
from cronbeats.edge.turnstile import Turnstile
from cronbeats.web.refusals import SLOW_FORM, refuse, told_of

# Nothing from elsewhere, nothing inline, in nobody's frame; the address of a page stays here. With
# the policy `no-referrer`, browsers would send forms with the origin `null`.
SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_UNFORESEEN = 500

_log = structlog.get_logger()


class Gate:
    """Lets every request through to `app`, and answers itself if that fails."""

    def __init__(
        self,
        app: AsgiApp,
        turnstile: Turnstile | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._app = app
        self._patience = patience or Patience()
        self._turnstile = turnstile or Turnstile()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        response = _Response(send, uuid4().hex, is_head=scope["method"] == "HEAD")
        body = Body(receive, self._patience)
        try:
            async with self._turnstile.turn() as leave:
                # Whoever answers has done its work; a stream goes on while somebody looks at it.
                response.at_start = leave
                await self._app(scope, body.receive, response.send)
        except ClientDisconnect:
            if body.is_too_slow and not response.has_started:
                await refuse(SLOW_FORM, scope)(scope, receive, response.send)
        except Exception as error:  # noqa: BLE001 - whatever it is, a person gets an answer
            told = told_of(error, response.request_id)
            if told.status == _UNFORESEEN:
                _log.error("page_failed", request_id=response.request_id, exc_info=error)
            if not response.has_started:
                await refuse(told, scope)(scope, receive, response.send)


class _Response:
    """The answer under way: bears what all bear, and has no body where that was not asked for."""

    def __init__(self, send: Send, request_id: str, *, is_head: bool) -> None:
        self._send = send
        self._is_head = is_head
        self.request_id = request_id
        self.has_started = False
        self.at_start: Callable[[], None] = lambda: None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_started = True
            self.at_start()
            message = {**message, "headers": self._complete(message.get("headers", []))}
        elif self._is_head:
            message = {**message, "body": b""}
        await self._send(message)

    def _complete(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Add what is missing; only what is the same for everybody says that it may be kept."""
        present = {name.lower() for name, _ in headers}
        ours = {
            **SECURITY_HEADERS,
            "cache-control": "no-store",
            "x-request-id": self.request_id,
        }
        added = [(name.encode(), value.encode()) for name, value in ours.items()]
        return [*headers, *(pair for pair in added if pair[0] not in present)]
