"""The documentation of the Management API, read from its OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cronbeats.web.docs.calls import Call, CallReader, Error
from cronbeats.web.docs.schema_words import Field, fields_of

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chapter:
    """Calls that belong together."""

    title: str
    about: str
    calls: list[Call]


@dataclass(frozen=True, slots=True)
class Shape:
    """Something that answers are made of."""

    name: str
    about: str
    fields: list[Field]


def read_document(document: Json) -> Json:
    """Return all that the page tells, by the names that its template uses."""
    reader = CallReader(document)
    chapters = [chapter for chapter in _chapters(document, reader) if chapter.calls]
    errors = _errors(document, reader)
    headers = document["components"]["headers"]
    return {
        "base_url": document["servers"][0]["url"],
        "about": document["info"]["description"],
        "chapters": chapters,
        "titles": {call.name: call.title for chapter in chapters for call in chapter.calls},
        "shapes": list(_shapes(document)),
        "common_errors": [error for error in errors if error.code in reader.common_codes],
        "own_errors": [error for error in errors if error.code not in reader.common_codes],
        "error_codes": {error.code for error in errors},
        "headers": [reader.header(name, header) for name, header in headers.items()],
        "parameters": {
            parameter.name
            for chapter in chapters
            for call in chapter.calls
            for parameter in call.parameters
        },
    }


def _chapters(document: Json, reader: CallReader) -> Iterator[Chapter]:
    for tag in document["tags"]:
        calls = [
            reader.read(method.upper(), path, operation)
            for path, item in document["paths"].items()
            for method, operation in item.items()
            if tag["name"] in operation["tags"]
        ]
        calls += [
            reader.read_webhook(kind, item["post"])
            for kind, item in document["webhooks"].items()
            if tag["name"] in item["post"]["tags"]
        ]
        yield Chapter(tag["name"], tag["description"], calls)


def _errors(document: Json, reader: CallReader) -> list[Error]:
    """Return every error that some call may answer, by status."""
    found = {
        error.code: error
        for item in document["paths"].values()
        for operation in item.values()
        for error in reader.errors(operation)
    }
    return sorted(found.values(), key=lambda error: (error.status, error.code))


def _shapes(document: Json) -> Iterator[Shape]:
    """Give the shapes that answers are made of, without their envelopes."""
    for name, schema in document["components"]["schemas"].items():
        fields = schema.get("properties", {}).keys()
        if fields and "success" not in fields and not name.endswith("In"):
            yield Shape(name, schema.get("description", ""), list(fields_of(schema, document)))
