"""Reading a document of JSON Schemas that point to one another."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def resolve(schema: Json, document: Json) -> Json:
    """Return what a reference points to, with what stands beside it."""
    if "$ref" not in schema:
        return schema
    found: Any = document
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    there: Json = resolve(found, document)
    if "properties" in beside:
        beside["properties"] = {**there["properties"], **beside["properties"]}
    return {**there, **beside}
