"""Puts an example beside every body of the OpenAPI document, made from those of the fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cronbeats.edge.json_schema import resolve

Json = dict[str, Any]

_TEXT = "PostgreSQL dump done\n"


def shows(**data: Any) -> Json:
    """Say as a route's `openapi_extra` what is different in the data of its example answer."""
    return {"x-example": data}


def add_examples(document: Json) -> None:
    """Give every request and every good answer its example."""
    for operation in _operations(document):
        _add_to(operation, document)


def _add_to(operation: Json, document: Json) -> None:
    for content in _contents(operation):
        for media_type, body in content.items():
            if not {"example", "examples"} & body.keys():
                is_text = media_type.startswith("text/")
                body["example"] = _TEXT if is_text else example_of(body["schema"], document)
    own = operation.pop("x-example", {})
    for status, response in operation["responses"].items():
        if own and status.startswith("2"):
            data = response["content"]["application/json"]["example"]["data"]
            data |= {name: _merged(data[name], value) for name, value in own.items()}


def example_of(schema: Json, document: Json) -> Any:
    """Return an example of what `schema` describes."""
    if "const" in schema:
        return schema["const"]
    if "examples" in schema:
        return _in_order(schema["examples"][0], schema)
    if "$ref" in schema:
        return example_of(resolve(schema, document), document)
    for one in (*schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())):
        if "$ref" in one or "properties" in one:
            return example_of(one, document)
    if "properties" in schema:
        fields = schema["properties"].items()
        return {name: example_of(field, document) for name, field in fields}
    if schema.get("type") == "array":
        items = schema["items"]
        kinds = items.get("oneOf") or items.get("anyOf") or [items]
        return [example_of(kind, document) for kind in kinds]
    raise ValueError(f"There is no example of {schema}")


def _in_order(example: Any, schema: Json) -> Any:
    """Return an example, required fields first, as people write it; pydantic sorts by name."""
    required = schema.get("required", ())
    names = [name for name in schema.get("properties", ()) if name in example]
    ordered = sorted(names, key=lambda name: name not in required)
    return {name: example[name] for name in ordered} if ordered else example


def _merged(value: Any, change: Any) -> Any:
    return {**value, **change} if isinstance(change, dict) else change


def _operations(document: Json) -> Iterator[Json]:
    for paths in (document["paths"], document["webhooks"]):
        for item in paths.values():
            yield from item.values()


def _contents(operation: Json) -> Iterator[Json]:
    """Give the content of a request, and of every answer that is its own."""
    if "requestBody" in operation:
        yield operation["requestBody"]["content"]
    for response in operation["responses"].values():
        yield response.get("content", {})
