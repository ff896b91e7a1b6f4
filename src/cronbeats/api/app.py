"""The Management API as one ASGI app."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from cronbeats.api import integrations, jobs, signals
from cronbeats.api.context import ApiContext
from cronbeats.api.validation import problem_of_request
from cronbeats.domain.errors import CronBeatsError
from cronbeats.edge.gate import Gate
from cronbeats.edge.problems import Problem, problem_of

_PROBLEMS = {
    404: Problem(404, "not_found", "Not found"),
    405: Problem(405, "method_not_allowed", "This path does not know that method"),
}


def build_api(context: ApiContext) -> Gate:
    """Return the API behind its gate."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.context = context
    base = APIRouter(prefix="/api/v1")
    base.include_router(signals.router)
    base.include_router(jobs.router)
    base.include_router(integrations.build_router(context.senders))
    app.include_router(base)
    app.add_exception_handler(CronBeatsError, _tell_error)
    app.add_exception_handler(RequestValidationError, _tell_invalid)
    app.add_exception_handler(HTTPException, _tell_http)
    return Gate(app, context.db, context.clock)


async def _tell_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, CronBeatsError)  # noqa: S101 - registered for nothing else
    return _answer(request, problem_of(error))


async def _tell_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    return _answer(request, problem_of_request(error.errors()))


async def _tell_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    fallback = Problem(error.status_code, "bad_request", "The request cannot be read")
    return _answer(request, _PROBLEMS.get(error.status_code, fallback), error.headers)


def _answer(
    request: Request, problem: Problem, headers: Mapping[str, str] | None = None
) -> Response:
    context: ApiContext = request.app.state.context
    return Response(
        problem.body(context.clock()),
        status_code=problem.status,
        headers=headers,
        media_type="application/json",
    )
