"""What an open page hears: hints that jobs changed, as server-sent events.

The format is that of https://html.spec.whatwg.org/multipage/server-sent-events.html.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.responses import PlainTextResponse

from cronbeats.domain.access import Action
from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.hint import Hints
from cronbeats.edge.asgi import Receive, Scope, Send
from cronbeats.web import cookies
from cronbeats.web.hub import Hub, Pace, Subscription
from cronbeats.web.page import get
from cronbeats.web.visit import Answer, Visit

_MEDIA_TYPE = "text/event-stream"
_RETRY_MILLISECONDS = 3000
_HEARTBEAT = ": still here\n\n"


async def stream_events(visit: Visit) -> Answer:
    """Answer with a stream of hints, until the page is left or its reader may read no more."""
    request, hub = visit.request, visit.context.hub
    if _MEDIA_TYPE not in request.headers.get("accept", "") or request.method == "HEAD":
        return _refuse(406, "This address gives pages a stream of events.")
    # Whom a proxy names has no session; those have ids above 0.
    session_id = visit.session_id or -visit.user.id
    if not hub.has_room(session_id):
        return _refuse(429, "Too many streams are open.")
    position = request.headers.get("last-event-id") or request.query_params.get("since", "")
    return EventStream(
        hub,
        visit.membership.workspace_id,
        session_id,
        position=position,
        may_still_read=_check_of(visit),
    )


PAGES = (get("/w/{workspace_id}/events", stream_events, Action.READ),)


class EventStream:
    """An answer that tells hints as they come; the database is used only to look at the session.

    `position` is the hub's, when the page that listens was made.
    """

    def __init__(
        self,
        hub: Hub,
        workspace_id: int,
        session_id: int,
        *,
        position: str,
        may_still_read: Callable[[], Awaitable[bool]],
    ) -> None:
        self._hub = hub
        self._workspace_id = workspace_id
        self._session_id = session_id
        self._position = position
        self._trust = _Trust(hub.pace, may_still_read)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Serve one HTTP request, for as long as it lasts."""
        headers = [(b"content-type", _MEDIA_TYPE.encode()), (b"x-accel-buffering", b"no")]
        with self._hub.subscribed(self._workspace_id, self._session_id) as subscription:
            if self._hub.has_missed(self._workspace_id, self._position):
                subscription.add(Hints(is_any=True))
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            leaving = asyncio.create_task(_wait_until_left(receive))
            leaving.add_done_callback(lambda _: subscription.end())
            try:
                await self._tell(subscription, send)
            finally:
                leaving.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self, subscription: Subscription, send: Send) -> None:
        await _send(send, f"retry: {_RETRY_MILLISECONDS}\n\n")
        while await self._goes_on(subscription):
            position, hints = self._hub.position, subscription.take()
            await _send(send, _event(position, hints) if hints else _HEARTBEAT)
            await subscription.pause(self._hub.pace.gap)

    async def _goes_on(self, subscription: Subscription) -> bool:
        """Wait until something is to be sent; tell whether it may be."""
        await subscription.wait(self._hub.pace.heartbeat)
        if subscription.is_over:
            return False
        return await self._trust.holds(looks_again=subscription.are_readers_new)


class _Trust:
    """Whether whoever listens may still read, looked up no more often than the pace or news say."""

    def __init__(self, pace: Pace, may_still_read: Callable[[], Awaitable[bool]]) -> None:
        self._seconds = pace.trust
        self._may_still_read = may_still_read
        self._loop = asyncio.get_running_loop()
        self._looked_at = self._loop.time()

    async def holds(self, *, looks_again: bool) -> bool:
        now = self._loop.time()
        if now - self._looked_at < self._seconds and not looks_again:
            return True
        self._looked_at = now
        try:
            return await self._may_still_read()
        except UnavailableError:
            return False


def _check_of(visit: Visit) -> Callable[[], Awaitable[bool]]:
    """Return what tells whether the visitor still may what they might when it began."""
    context, workspace_id = visit.context, visit.membership.workspace_id
    token = cookies.read_cookie(visit.request, context, cookies.SESSION) or ""

    async def may_still_read() -> bool:
        if visit.named is not None and context.proxy is not None:
            visitor = await context.proxy.recognize(visit.named, token, context.clock())
        else:
            visitor = await context.recognize(token, visit.client, context.clock())
        memberships = visitor.memberships if visitor else ()
        return any(
            each.workspace_id == workspace_id and each.may(Action.READ) for each in memberships
        )

    return may_still_read


def _event(position: str, hints: Hints) -> str:
    """Return a hint as an event; browsers tell its id when they come back."""
    jobs = {str(job_id): kind for job_id, kind in hints.jobs.items()}
    told: dict[str, Any] = {"any": hints.is_any, "jobs": jobs}
    if hints.deliveries:
        told["deliveries"] = sorted(map(str, hints.deliveries))
    return f"event: changed\nid: {position}\ndata: {orjson.dumps(told).decode()}\n\n"


async def _wait_until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


def _refuse(status: int, words: str) -> Answer:
    return PlainTextResponse(f"{words}\n", status)
