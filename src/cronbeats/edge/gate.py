"""The gate of the Management API: who is knocking, with how much, and a last net for errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import uuid4

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from cronbeats.domain.access import Plan, Plans, find_plan, require_api
from cronbeats.domain.errors import CronBeatsError
from cronbeats.domain.rate_limit import Allowance, allowance_of, usage_at
from cronbeats.edge.asgi import AsgiApp, Message, Receive, Scope, Send
from cronbeats.edge.client_address import Network, address_of
from cronbeats.edge.problems import LARGEST_BODY, TOO_LARGE, Problem, internal_error, problem_of
from cronbeats.edge.rate_limiting import rate_limit_headers, too_many_requests
from cronbeats.edge.slow_body import Body, Patience
from cronbeats.edge.turnstile import Turnstile
from cronbeats.services.authenticate import Caller, authenticate
from cronbeats.services.count_requests import Counted, count_request
from cronbeats.storage.database import Database

_UNAUTHORIZED = 401
_NOT_JSON = Problem(
    415, "unsupported_media_type", "Send JSON, with the header Content-Type: application/json"
)
_ENCODED = Problem(
    415, "unsupported_media_type", "Send the body as it is, without a Content-Encoding"
)

_BROKEN_OFF = Problem(400, "bad_request", "The body did not arrive whole")

_log = structlog.get_logger()


class _BodyTooLargeError(HTTPException):
    """Of the one kind that the framework does not take for a body that it cannot read."""

    def __init__(self) -> None:
        super().__init__(TOO_LARGE.status)


class Gate:
    """Lets a request through to `app`, or answers itself.

    `scope["state"]` tells the app the `identity` of who knocks, the `allowance` that is left, and
    the `request_id`.
    """

    def __init__(
        self,
        app: AsgiApp,
        db: Database,
        clock: Callable[[], datetime],
        plans: Plans,
        note_key_use: Callable[[int, datetime], None],
        *,
        trusted_proxies: Sequence[Network],
        turnstile: Turnstile | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._app = app
        self._patience = patience or Patience()
        self._turnstile = turnstile or Turnstile()
        self._db = db
        self._clock = clock
        self._plans = plans
        self._note_key_use = note_key_use
        self._trusted = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        request_id = uuid4().hex
        response = _Response(send, request_id)
        try:
            async with self._turnstile.turn():
                problem = await self._admit(scope, response, request_id)
                if problem is None:
                    body = Body(receive, self._patience)
                    await self._app(scope, _limited(body.receive), response.send)
                    return
        except ClientDisconnect:
            problem = _BROKEN_OFF
        except _BodyTooLargeError:
            problem = TOO_LARGE
        except CronBeatsError as error:
            problem = problem_of(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, a client gets an answer
            _log.error("request_failed", request_id=request_id, exc_info=error)
            problem = internal_error(request_id)
        if not response.has_started:
            await response.send_problem(problem, self._clock())

    async def _admit(self, scope: Scope, response: _Response, request_id: str) -> Problem | None:
        headers, now = dict(scope["headers"]), self._clock()
        address = address_of(scope, self._trusted)
        caller = await authenticate(self._db, _api_key(headers), now, address=address)
        self._note_key_use(caller.identity.key_id, now)
        plan = find_plan(self._plans, caller.identity.plan)
        counted = await self._count(caller, plan, response, now)
        if counted.refused_by is not None:
            return too_many_requests(counted.refused_by, now)
        require_api(plan)
        scope.setdefault("state", {}).update(
            identity=caller.identity, allowance=counted.allowance, request_id=request_id
        )
        return _problem_of_body(headers)

    async def _count(
        self, caller: Caller, plan: Plan, response: _Response, now: datetime
    ) -> Counted:
        """Count the request; let the answer bear what is left, even if the database fails now."""
        limits, workspace_id = plan.api_limits, caller.identity.workspace_id
        response.allowance = allowance_of(usage_at(caller.usage, now), limits)
        counted = await count_request(self._db, workspace_id, caller.usage, limits, now)
        response.allowance = counted.allowance
        if counted.refused_by is None and (full := counted.allowance.exceeded):
            # This was the last one that there was room for, so it is said once in a window.
            _log.warning(
                "rate_limit_used_up",
                workspace_id=workspace_id,
                window=str(full.window),
                limit=full.limit,
                until=full.resets_at.isoformat(),
            )
        return counted


class _Response:
    """The answer under way: bears the request id and the `allowance`, once that is known.

    It knows whether it can still be another one.
    """

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.allowance: Allowance | None = None
        self.has_started = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_started = True
            headers = [*message.get("headers", []), (b"x-request-id", self._request_id.encode())]
            # A key that went while the request was under way has no allowance any more.
            if self.allowance is not None and message["status"] != _UNAUTHORIZED:
                headers += rate_limit_headers(self.allowance)
            message = {**message, "headers": headers}
        await self._send(message)

    async def send_problem(self, problem: Problem, now: datetime) -> None:
        body = problem.body(now)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            *((name.lower().encode(), value.encode()) for name, value in problem.headers.items()),
        ]
        start = {"type": "http.response.start", "status": problem.status, "headers": headers}
        await self.send(start)
        await self.send({"type": "http.response.body", "body": body})


def _problem_of_body(headers: dict[bytes, bytes]) -> Problem | None:
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > LARGEST_BODY:
        return TOO_LARGE
    has_body = length != b"0" or b"transfer-encoding" in headers
    if has_body and not _is_json(headers.get(b"content-type", b"")):
        return _NOT_JSON
    if has_body and headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
        return _ENCODED
    return None


def _limited(receive: Receive) -> Receive:
    size = 0

    async def receive_limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > LARGEST_BODY:
            raise _BodyTooLargeError
        return message

    return receive_limited


def _api_key(headers: dict[bytes, bytes]) -> str | None:
    value = headers.get(b"x-api-key")
    return None if value is None else value.decode("latin-1").strip()


def _is_json(content_type: bytes) -> bool:
    kind = content_type.split(b";")[0].strip().lower()
    return kind == b"application/json" or kind.endswith(b"+json")
