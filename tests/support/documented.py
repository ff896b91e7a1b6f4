"""The parts of an OpenAPI document that somebody has to describe."""

from collections.abc import Iterator
from typing import Any

from cronbeats.edge.json_schema import resolve

Json = dict[str, Any]


def fields_of(document: Json) -> Iterator[tuple[str, Json]]:
    """Give every field of every shape, as in `JobIn.name`, with its schema."""
    for shape, schema in document["components"]["schemas"].items():
        for name, field in schema.get("properties", {}).items():
            yield f"{shape}.{name}", field


def parameters_of(operation: Json) -> Iterator[tuple[str, Json]]:
    """Give every parameter of an operation, with its schema."""
    for parameter in operation.get("parameters", ()):
        yield f"{parameter['in']} parameter {parameter['name']}", parameter["schema"]


def bodies_of(operation: Json, document: Json) -> Iterator[tuple[str, Json]]:
    """Give the request's body and that of every answer, each by what it is."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield "request", content
    for status, response in operation["responses"].items():
        for content in resolve(response, document).get("content", {}).values():
            yield status, content


def merged(schema: Json, document: Json) -> Json:
    """Return what is said of a value in one place: that it may be null too is left out."""
    schema = resolve(schema, document)
    choices = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(choices) == 1:
        beside = {key: value for key, value in schema.items() if key != "anyOf"}
        return {**merged(choices[0], document), **beside}
    return schema
