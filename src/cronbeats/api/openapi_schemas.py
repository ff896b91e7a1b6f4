"""Makes the schemas of the OpenAPI document readable: names, numbers, nothing twice."""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]

_REF = "#/components/schemas/"
_ANSWER = re.compile(r"Answer_(\w+)_")
_TYPED = {"type", "anyOf", "oneOf", "$ref"}


def tidy(document: Json) -> Any:
    """Return the document with short names, whole numbers, and no titles made from names."""
    schemas = document["components"]["schemas"]
    schemas.pop("HTTPValidationError", None)
    names = {name: _short(name) for name in schemas}
    if len(set(names.values())) != len(names):
        raise ValueError(f"Two shapes have one name: {sorted(names)}")
    document["components"]["schemas"] = {
        names[name]: schema for name, schema in sorted(schemas.items())
    }
    return _tidied(document, names)


def without_null(schema: Json) -> Json:
    """Return a schema that takes the same but for null."""
    choices = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if not choices:
        return schema
    beside = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**choices[0], **beside} if len(choices) == 1 else {**beside, "anyOf": choices}


def _short(name: str) -> str:
    """Return `Job` for `JobShown`, and `JobAnswer` for `Answer_JobShown_`."""
    answer = _ANSWER.fullmatch(name)
    if answer is not None:
        return f"{_short(answer[1])}Answer"
    return name.removesuffix("Shown")


def _tidied(value: Any, names: dict[str, str]) -> Any:
    match value:
        case dict():
            return {
                key: _tidied(_renamed(key, each, names), names)
                for key, each in value.items()
                if not (key == "title" and isinstance(each, str) and _TYPED & value.keys())
            }
        case list():
            return [_tidied(each, names) for each in value]
        case float() if value.is_integer():
            return int(value)
    return value


def _renamed(key: str, value: Any, names: dict[str, str]) -> Any:
    if key == "$ref" and isinstance(value, str) and value.startswith(_REF):
        name = value.removeprefix(_REF)
        return _REF + names.get(name, name)
    return value
