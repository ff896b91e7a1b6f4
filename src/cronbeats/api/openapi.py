"""The OpenAPI document: what the routes say of themselves, and what is true of all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import RouteContext, iter_route_contexts

from cronbeats import __version__
from cronbeats.api import openapi_webhooks
from cronbeats.api.context import Allowed
from cronbeats.api.openapi_errors import ERROR_SCHEMAS, error_codes, error_responses
from cronbeats.api.openapi_examples import add_examples
from cronbeats.api.openapi_headers import HEADERS, add_headers
from cronbeats.api.openapi_schemas import tidy, without_null
from cronbeats.api.routing import NoBody
from cronbeats.domain.access import Action, least_role

Json = dict[str, Any]

PATH = "/api/v1/openapi.json"

_DESCRIPTION = (
    "Manage the jobs that CronBeats watches, and where it sends its alerts. Every call needs an "
    "API key in the header X-API-Key; the key decides whose jobs are meant. Bodies are JSON in "
    "UTF-8, moments are UTC as in 2026-02-20T15:42:00Z."
)
_TAGS = [
    ("Jobs", "What is watched, and how it stands."),
    ("Mutes", "Jobs that nobody is told of for a while."),
    ("Bulk operations", "Up to 100 jobs at once; those that can be dealt with are."),
    ("History", "What jobs told, their runs and incidents, and when CronBeats heard nothing."),
    ("Schedules", "What a schedule means, before a job depends on it."),
    ("Integrations", "Where alerts go."),
    ("Deliveries", "What was sent to whom, and what came of it."),
    ("Alert rules", "What is told."),
    ("Audit log", "Who did what, when and from where."),
    ("Me", "Whose key it is, what it may do, and how often."),
    ("Webhooks", "What CronBeats sends to the webhook integration."),
]
_METHODS = ("get", "put", "post", "delete", "patch")


def build_document(app: FastAPI, base_url: str) -> Json:
    """Return the OpenAPI 3.1 document of all routes of `app`, reached at `base_url`."""
    document = get_openapi(
        title="CronBeats Management API",
        version=__version__,
        summary="Jobs, their history, and where alerts about them go.",
        description=_DESCRIPTION,
        routes=app.routes,
        webhooks=openapi_webhooks.router.routes,
        tags=[{"name": name, "description": about} for name, about in _TAGS],
        servers=[{"url": base_url, "description": "This server"}],
        license_info={"name": "MIT", "identifier": "MIT"},
    )
    actions = dict(_actions(app))
    errors: Json = {}
    for route, operation in operations(document["paths"]):
        _complete(operation, actions[route], errors)
        _leave_out_empty_body(operation)
    for kind, item in document["webhooks"].items():
        openapi_webhooks.complete(kind, item["post"])
    for section in ("paths", "webhooks"):
        for _, operation in operations(document[section]):
            for parameter in operation.get("parameters", ()):
                # It may be left out, but there is no way to send a null in a query or a header.
                parameter["schema"] = without_null(parameter["schema"])
    document["security"] = [{"ApiKey": []}]
    components = document["components"]
    components["schemas"].pop(NoBody.__name__, None)
    components["schemas"].update(ERROR_SCHEMAS)
    components["headers"] = HEADERS
    components["responses"] = errors
    components["securitySchemes"] = {
        "ApiKey": {
            "type": "apiKey",
            "in": "header",
            "name": "X-API-Key",
            "description": "An API key of the workspace, as in cb_…; keep it secret.",
        }
    }
    tidied: Json = tidy(document)
    add_examples(tidied)
    return tidied


def operations(paths: Json) -> Iterator[tuple[str, Json]]:
    """Give every operation under its method and path, as in `GET /api/v1/jobs`."""
    for path, item in paths.items():
        for method in _METHODS:
            if method in item:
                yield f"{method.upper()} {path}", item[method]


def _actions(app: FastAPI) -> Iterator[tuple[str, Action]]:
    """Give what each route lets its callers do."""
    for route in iter_route_contexts(app.routes):
        for method in route.methods or ():
            yield f"{method} {route.path_format}", _action(route)


def _action(route: RouteContext) -> Action:
    calls = [dependency.call for dependency in route.dependant.dependencies]
    [allowed] = [call for call in calls if isinstance(call, Allowed)]
    return allowed.action


def _complete(operation: Json, action: Action, errors: Json) -> None:
    """Say what every route has in common, and use the handler's words; note what is answered.

    `errors` gets the responses that routes share, by name.
    """
    about: str = operation["description"].replace("\n\n", "\0").replace("\n", " ")
    sentences = about.replace("\0", "\n\n")
    role = least_role(action)
    operation["summary"] = _title(operation["operationId"])
    operation["description"] = f"{sentences}\n\nThe key's role must be {role} or higher."
    operation["x-least-role"] = role.value
    codes = error_codes(operation, action, operation.pop("x-errors", []))
    responses = operation["responses"]
    # FastAPI adds this one by itself, in its own shape.
    responses.pop("422", None)
    _describe(responses)
    add_headers(responses)
    for status, (name, response) in error_responses(codes).items():
        errors[name] = response
        responses[status] = {"$ref": f"#/components/responses/{name}"}


def _leave_out_empty_body(operation: Json) -> None:
    """Say nothing of a body where the only good one is empty."""
    if NoBody.__name__ in str(operation.get("requestBody")):
        del operation["requestBody"]


def _describe(responses: Json) -> None:
    """Say of good answers what FastAPI cannot know."""
    for response in responses.values():
        if response["description"] == "Successful Response":
            has_body = "content" in response
            response["description"] = "It worked." if has_body else "It worked; the body is empty."


def _title(operation_id: str) -> str:
    """Return `List Jobs` for `listJobs`."""
    words = re.sub(r"(?=[A-Z])", " ", operation_id)
    return words[0].upper() + words[1:]
