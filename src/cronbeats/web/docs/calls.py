"""One call of the Management API, read from the OpenAPI document for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from cronbeats.edge.json_schema import resolve
from cronbeats.web.docs.samples import Request, Sample, samples_of
from cronbeats.web.docs.schema_words import Field, field_of, fields_of, shape_of, words_of

Json = dict[str, Any]

_SENT_BY_ALL = frozenset({"X-Request-ID"})
_OF_RATE_LIMITS = "X-RateLimit-"
# What a first call needs; the table tells of all others.
_QUERY_IN_SAMPLES = frozenset({"page", "per_page", "status"})
_MEDIA_TYPES = {"application/json": "json", "text/plain": "text"}


@dataclass(frozen=True, slots=True)
class Error:
    """One error: its status, its name for programs, and when it is told."""

    status: str
    code: str
    when: str


@dataclass(frozen=True, slots=True)
class Part:
    """The body of a request or of a good answer.

    `like` names the call at which the same shape was told before; then no more need be said.
    """

    shape: str | None
    fields: list[Field]
    example: str
    like: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call answers when all is well; `body` is None if it is empty."""

    status: str
    about: str
    headers: list[Field]
    body: Part | None


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API, or one request that a webhook gets, in the order people read it."""

    name: str
    method: str
    path: str
    title: str
    paragraphs: list[str]
    parameters: list[Field]
    body: Part | None
    answers: list[Answer]
    errors: list[Error]
    samples: list[Sample]


class CallReader:
    """Reads one call after the other, and tells of each shape at the first call that has it."""

    def __init__(self, document: Json) -> None:
        self._document = document
        self._seen: dict[str, str] = {}
        codes = [
            {error.code for error in self.errors(operation)}
            for item in document["paths"].values()
            for operation in item.values()
        ]
        self.common_codes = set.intersection(*codes)

    def read(self, method: str, path: str, operation: Json) -> Call:
        """Return a call of the API."""
        return Call(
            name=operation["operationId"],
            method=method,
            path=path,
            title=operation["summary"],
            paragraphs=operation["description"].split("\n\n"),
            parameters=list(self._parameters(operation)),
            body=self._part(operation.get("requestBody", {}), operation["operationId"]),
            answers=list(self._answers(operation)),
            errors=[e for e in self.errors(operation) if e.code not in self.common_codes],
            samples=samples_of(self._request(method, path, operation)),
        )

    def read_webhook(self, kind: str, operation: Json) -> Call:
        """Return a request that CronBeats makes: nobody writes samples of it."""
        return Call(
            name=operation["operationId"],
            method="POST",
            path=kind,
            title=operation["summary"],
            paragraphs=operation["description"].split("\n\n"),
            parameters=list(self._parameters(operation)),
            body=self._part(operation["requestBody"], operation["operationId"]),
            answers=[],
            errors=[],
            samples=[],
        )

    def errors(self, operation: Json) -> Iterator[Error]:
        """Give the errors that a call may answer."""
        for status, response in self._responses(operation):
            if not status.startswith("2"):
                content = response["content"]["application/json"]
                for code, example in content["examples"].items():
                    yield Error(status, code, example["summary"])

    def header(self, name: str, header: Json) -> Field:
        """Return a header of an answer."""
        whole = resolve(header, self._document)
        kind = words_of(whole["schema"], self._document)
        return Field(name, kind, whole["description"])

    def _responses(self, operation: Json) -> Iterator[tuple[str, Json]]:
        for status, response in operation["responses"].items():
            yield status, resolve(response, self._document)

    def _parameters(self, operation: Json) -> Iterator[Field]:
        for parameter in operation.get("parameters", ()):
            yield field_of(
                parameter["name"],
                parameter["schema"],
                self._document,
                is_required=parameter.get("required", False),
                place=parameter["in"],
            )

    def _answers(self, operation: Json) -> Iterator[Answer]:
        for status, response in self._responses(operation):
            if status.startswith("2"):
                headers = [
                    self.header(name, header)
                    for name, header in response.get("headers", {}).items()
                    if name not in _SENT_BY_ALL and not name.startswith(_OF_RATE_LIMITS)
                ]
                body = self._part(response, operation["operationId"])
                yield Answer(status, response["description"], headers, body)

    def _part(self, message: Json, call: str) -> Part | None:
        """Return what a message holds; of an envelope, its data."""
        content = next(iter(message.get("content", {}).values()), None)
        if content is None:
            return None
        schema, example = content["schema"], content["example"]
        data = resolve(schema, self._document).get("properties", {}).get("data", schema)
        reference = data.get("$ref", "")
        like = self._seen.setdefault(reference, call) if reference else call
        fields = list(fields_of(data, self._document))
        shown = example if isinstance(example, str) else json.dumps(example, indent=2)
        return Part(
            shape_of(data, self._document), fields, shown, like=None if like == call else like
        )

    def _request(self, method: str, path: str, operation: Json) -> Request:
        query: dict[str, Any] = {}
        for parameter in operation.get("parameters", ()):
            name, example = parameter["name"], parameter["schema"].get("examples", [None])[0]
            if parameter["in"] == "path":
                path = path.replace(f"{{{name}}}", quote(str(example), safe=""))
            elif parameter["in"] == "query" and name in _QUERY_IN_SAMPLES:
                query[name] = example
        url = self._document["servers"][0]["url"] + path
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        good = next(iter(operation["responses"].values())).get("content", ())
        return Request(
            method,
            f"{url}?{urlencode(query)}" if query else url,
            body["example"] if body else None,
            next((_MEDIA_TYPES[each] for each in good), "empty"),
        )
