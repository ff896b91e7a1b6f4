"""What JSON Schema says, in words for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cronbeats.edge.json_schema import resolve

Json = dict[str, Any]

_SHAPES = "#/components/schemas/"
# No limit that people need be told.
_HIGHEST = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Field:
    """A field or a parameter in words; `shape` names the shape it has, if it has parts."""

    name: str
    kind: str
    about: str
    is_required: bool = False
    shape: str | None = None
    place: str = ""


def fields_of(schema: Json, document: Json) -> Iterator[Field]:
    """Give the fields of an object, those first without which it cannot be sent."""
    schema = resolve(schema, document)
    fields, required = schema.get("properties", {}), schema.get("required", ())
    for name in sorted(fields, key=lambda name: name not in required):
        yield field_of(name, fields[name], document, is_required=name in required)


def field_of(
    name: str, schema: Json, document: Json, *, is_required: bool, place: str = ""
) -> Field:
    """Return one field in words."""
    about = resolve(schema, document).get("description", "")
    kind = words_of(schema, document)
    return Field(name, kind, about, is_required, shape_of(schema, document), place)


def shape_of(schema: Json, document: Json) -> str | None:
    """Return the name of the shape that a value, or the items of a list, have."""
    for one in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
        name: str = one.get("$ref", "").removeprefix(_SHAPES)
        if name and "properties" in resolve(one, document):
            return name
    return None


def words_of(schema: Json, document: Json) -> str:
    """Return the type of a value with its limits, as in `integer, 1 to 100, or null`."""
    own = resolve(schema, document)
    if "const" in own:
        return f"always {_literal(own['const'])}"
    choices = own.get("anyOf") or own.get("oneOf") or []
    if choices and "properties" not in own:
        beside = {key: value for key, value in own.items() if key not in {"anyOf", "oneOf"}}
        plain = [one for one in choices if one != {"type": "null"}]
        words = [words_of({**beside, **one}, document) for one in plain]
        null = ["null"] if len(plain) < len(choices) else []
        return ", or ".join([*dict.fromkeys(words), *null])
    if "enum" in own:
        return " · ".join(str(value) for value in own["enum"])
    parts = [_type(own, document), *_limits(own)]
    if own.get("default") is not None and own["default"] != []:
        parts.append(f"default {_literal(own['default'])}")
    return ", ".join(parts)


def _type(own: Json, document: Json) -> str:
    if own.get("type") == "array":
        return f"list of {words_of(own['items'], document)}"
    if own.get("format") == "date-time":
        return "moment"
    return str(own.get("type", "any"))


def _limits(own: Json) -> Iterator[str]:
    low, high = own.get("minimum"), own.get("maximum")
    if low is not None and high not in {None, _HIGHEST}:
        yield f"{low:,} to {high:,}"
    elif low is not None:
        yield f"{low:,} or more"
    if "maxLength" in own:
        yield f"up to {own['maxLength']:,} characters"
    if "maxItems" in own:
        yield f"up to {own['maxItems']:,}"


def _literal(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
