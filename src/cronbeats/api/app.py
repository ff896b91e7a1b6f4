"""The Management API as one ASGI app."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cronbeats.api import (
    alert_rules,
    audit_log,
    bulk,
    deliveries,
    drill,
    history,
    integrations,
    job_metrics,
    jobs,
    jobs_by_name,
    me,
    mute,
    schedules,
    signals,
)
from cronbeats.api.context import ApiContext
from cronbeats.api.integration_shapes import Setup, setups_of
from cronbeats.api.openapi import build_document
from cronbeats.api.openapi_door import PublishedDocument
from cronbeats.api.validation import problem_of_request
from cronbeats.domain.errors import CronBeatsError
from cronbeats.edge.client_address import Network
from cronbeats.edge.gate import Gate
from cronbeats.edge.problems import TOO_LARGE, Problem, internal_error, problem_of
from cronbeats.edge.slow_body import Patience
from cronbeats.edge.turnstile import Turnstile
from cronbeats.senders.protocol import Senders

_JOBS = (bulk, mute, signals, history, schedules, jobs_by_name, jobs)
_FIXED = (*_JOBS, alert_rules, deliveries, drill, audit_log, me, job_metrics)
_PROBLEMS = {
    404: Problem(404, "not_found", "Not found"),
    405: Problem(405, "method_not_allowed", "This path does not know that method"),
    413: TOO_LARGE,
}


def build_api(
    context: ApiContext,
    note_key_use: Callable[[int, datetime], None],
    *,
    trusted_proxies: Sequence[Network],
    turnstile: Turnstile | None = None,
    patience: Patience | None = None,
) -> PublishedDocument:
    """Return the API behind its gate, and its document before it.

    The gate tells `note_key_use` of each key's id and the moment of its use.
    """
    routes = build_routes(context.senders)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["context"] = context
        await routes(scope, receive, send)

    gate = Gate(
        _with_head(app),
        context.db,
        context.clock,
        context.plans,
        note_key_use,
        trusted_proxies=trusted_proxies,
        turnstile=turnstile,
        patience=patience,
    )
    return PublishedDocument(gate, lambda: build_document(routes, context.base_url))


def build_routes(senders: Senders) -> FastAPI:
    """Return every route there is; to answer, they need a context and what the gate tells."""
    return _routes_of(setups_of(senders))


# Making the shapes of all these routes takes time, and they are the same for the same senders.
@lru_cache(maxsize=4)
def _routes_of(setups: tuple[Setup, ...]) -> FastAPI:
    app = FastAPI(
        # Side by side, and not as routers within routers: to look through those takes longer.
        routes=[*_fixed_routes(), *integrations.build_router(setups).routes],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.add_exception_handler(CronBeatsError, _tell_error)
    app.add_exception_handler(RequestValidationError, _tell_invalid)
    app.add_exception_handler(HTTPException, _tell_http)
    app.add_exception_handler(Exception, _tell_unforeseen)
    return app


@cache
def _fixed_routes() -> list[BaseRoute]:
    """Return the routes that do not depend on what senders there are."""
    return [route for module in _FIXED for route in module.router.routes]


def _with_head(app: ASGIApp) -> ASGIApp:
    """Let HEAD be answered as GET is, without the body (RFC 9110, 9.3.2)."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "HEAD":
            await app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            has_body = message["type"] == "http.response.body"
            await send({**message, "body": b""} if has_body else message)

        await app({**scope, "method": "GET"}, receive, send_head)

    return answer


async def _tell_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, CronBeatsError)  # noqa: S101 - registered for nothing else
    return _answer(request, problem_of(error))


async def _tell_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    return _answer(request, problem_of_request(error.errors()))


async def _tell_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    if error.status_code == 405:  # noqa: PLR2004 - HTTP's own number
        return _answer(request, _PROBLEMS[405], {"Allow": ", ".join(_methods_at(request))})
    fallback = Problem(error.status_code, "bad_request", "The request cannot be read")
    return _answer(request, _PROBLEMS.get(error.status_code, fallback))


async def _tell_unforeseen(request: Request, error: Exception) -> Response:  # noqa: ARG001
    # The framework raises the error again after this answer: the gate logs it.
    return _answer(request, internal_error(request.state.request_id))


def _methods_at(request: Request) -> list[str]:
    """Return all methods that a path knows; the framework tells those of one of its routes."""
    routes = iter_route_contexts(request.app.routes)
    here = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    methods = {method for route in here for method in route.methods or ()}
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))


def _answer(
    request: Request, problem: Problem, headers: Mapping[str, str] | None = None
) -> Response:
    context: ApiContext = request.state.context
    return Response(
        problem.body(context.clock()),
        status_code=problem.status,
        headers={**problem.headers, **(headers or {})},
        media_type="application/json",
    )
