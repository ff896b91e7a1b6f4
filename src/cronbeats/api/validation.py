"""What is wrong with a request, in plain words and by field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from cronbeats.api.routing import Repeated
from cronbeats.edge.problems import Problem

_UNREADABLE = frozenset({"json_invalid", "missing", "model_attributes_type", "dict_type"})
_WORDS = {
    "missing": "Required.",
    "extra_forbidden": "There is no such field.",
    "string_type": "Must be a text.",
    "string_unicode": "Must be valid Unicode text.",
    "int_type": "Must be a whole number.",
    "int_parsing": "Must be a whole number.",
    "int_parsing_size": "Must be a smaller number.",
    "bool_type": "Must be true or false.",
    "list_type": "Must be a list.",
    "string_pattern_mismatch": "Must be printable ASCII.",
    "string_too_short": "Must not be empty.",
    "string_too_long": "Must be at most {max_length} characters long.",
    "too_short": "Must not be empty.",
    "too_long": "Must have at most {max_length} items.",
    "greater_than_equal": "Must be {ge} or more.",
    "less_than_equal": "Must be {le} or less.",
    "enum": "Must be {expected}.",
    "value_error": "This {error}.",
}


def problem_of_request(errors: Iterable[Mapping[str, Any]]) -> Problem:
    """Return what to tell about the errors that validation found.

    An id that cannot be is 404, a body that cannot be read as a JSON object 400, all else 422 with
    every field's reasons.
    """
    found = list(errors)
    if any(_is_bad_id(error) for error in found):
        return Problem(404, "not_found", "Not found")
    if any(_is_unreadable(error) for error in found):
        return Problem(400, "bad_request", "The body must be a JSON object")
    by_field: dict[str, list[str]] = defaultdict(list)
    for error in found:
        by_field[_field(error)].append(_words(error))
    message = "The request has values that break a rule"
    return Problem(422, "validation_error", message, by_field)


def _is_bad_id(error: Mapping[str, Any]) -> bool:
    # A name in a path is a value with rules, all else is the number of something.
    return error["loc"][0] == "path" and _field(error) != "name"


def _is_unreadable(error: Mapping[str, Any]) -> bool:
    is_whole_body = len(error["loc"]) == 1 or error["type"] == "json_invalid"
    return error["loc"][0] == "body" and is_whole_body and error["type"] in _UNREADABLE


def _field(error: Mapping[str, Any]) -> str:
    return ".".join(str(part) for part in error["loc"][1:])


def _words(error: Mapping[str, Any]) -> str:
    if isinstance(error.get("input"), Repeated) and error["type"] != "extra_forbidden":
        return "Must be given only once."
    template = _WORDS.get(error["type"])
    if template is None:
        return str(error["msg"]).rstrip(".") + "."
    return template.format(**error.get("ctx", {}))
