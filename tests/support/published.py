"""The published OpenAPI document, and whether an answer is one that it promises."""

import re
from typing import Any

import httpx
from jsonschema_rs import Draft202012Validator

from cronbeats.api.app import build_routes
from cronbeats.api.openapi import build_document, operations
from cronbeats.edge.json_schema import resolve
from cronbeats.senders.protocol import Senders

Json = dict[str, Any]

# Of HTTP itself, not of the API.
_OF_HTTP = {"content-type", "content-length", "date", "server", "allow"}
_ANY_ERROR = {"$ref": "#/components/schemas/Error"}
_KNOWN: dict[Any, "Published"] = {}


class Published:
    """The document of one server. Here a shape has the fields that it names, and no others."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self.operations = dict(operations(document["paths"]))
        self._closed = _close(document)
        self._patterns = [
            (re.compile(re.sub(r"\{[^/]+\}", "[^/]+", route)), route)
            for route in sorted(self.operations, key=lambda route: route.count("{"))
        ]
        self._validators: dict[str, Draft202012Validator] = {}

    def route_of(self, method: str, path: str) -> str | None:
        """Return the route that answers for a path, as in `GET /api/v1/jobs/{job_id}`."""
        asked = f"{method} {path}"
        return next((route for pattern, route in self._patterns if pattern.fullmatch(asked)), None)

    def check(self, answer: httpx.Response) -> None:
        """Fail unless the answer has a status, a body and headers that the document promises."""
        path = answer.request.url.raw_path.decode().partition("?")[0]
        asked = answer.request.method
        route = self.route_of("GET" if asked == "HEAD" else asked, path)
        if route is None:
            # No call of the API; what is told then has the shape of every error.
            assert answer.status_code in {400, 401, 403, 404, 405, 413, 415, 429, 500, 503}
            if asked != "HEAD":
                self.check_schema(_ANY_ERROR, answer.json(), f"{answer.request}")
            return
        where = f"{route} answers {answer.status_code}"
        responses = self.operations[route]["responses"]
        assert str(answer.status_code) in responses, f"{where}, which is not documented"
        response = resolve(responses[str(answer.status_code)], self.document)
        if asked != "HEAD":
            self._check_body(answer, response, where)
        self._check_headers(answer, response, where)

    def _check_body(self, answer: httpx.Response, response: Json, where: str) -> None:
        content = response.get("content")
        if content is None:
            assert answer.content == b"", where
            return
        media_type = answer.headers["Content-Type"].partition(";")[0]
        assert media_type in content, f"{where} as {media_type}, which is not documented"
        if media_type == "application/json":
            self.check_schema(content[media_type]["schema"], answer.json(), where)

    def _check_headers(self, answer: httpx.Response, response: Json, where: str) -> None:
        told = response.get("headers", {})
        unknown = set(answer.headers) - {name.lower() for name in told} - _OF_HTTP
        assert not unknown, f"{where} with headers that are not documented: {unknown}"
        for name, reference in told.items():
            header = resolve(reference, self.document)
            assert name in answer.headers or not header["required"], f"{where} without {name}"
            if name in answer.headers:
                self.check_schema(header["schema"], _value(answer.headers[name], header), where)

    def check_schema(self, schema: Json, value: Any, where: str) -> None:
        """Fail unless a value is as `schema` says, all of whose references are in the document."""
        key = repr(schema)
        if key not in self._validators:
            whole = {**_close(schema), "components": self._closed["components"]}
            self._validators[key] = Draft202012Validator(whole, validate_formats=True)
        wrong = [
            f"{'/'.join(map(str, error.instance_path))}: {error.message}"
            for error in self._validators[key].iter_errors(value)
        ]
        assert not wrong, f"{where}, which is not as documented: {wrong}"


def published(senders: Senders, base_url: str = "http://cronbeats.test") -> Published:
    """Return what a server with these senders publishes: the same for the same fields."""
    key = (base_url, *((kind, sender.fields) for kind, sender in senders.items()))
    if key not in _KNOWN:
        _KNOWN[key] = Published(build_document(build_routes(senders), base_url))
    return _KNOWN[key]


def _value(text: str, header: Json) -> Any:
    return int(text) if header["schema"]["type"] == "integer" else text


def _close(value: Any) -> Any:
    """Return schemas that know no other fields than those they name."""
    if isinstance(value, list):
        return [_close(each) for each in value]
    if not isinstance(value, dict):
        return value
    closed = {key: _close(each) for key, each in value.items()}
    if isinstance(value.get("properties"), dict) and value.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed
