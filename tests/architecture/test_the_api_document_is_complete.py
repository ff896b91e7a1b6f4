"""A new route, field, header or error is described before it is published.

docs/how-to/add-an-api-call.md tells how.
"""

import re
from typing import Any, cast

import pytest
from jsonschema_rs import Draft202012Validator
from openapi_spec_validator import validate

from cronbeats.api.app import build_routes
from cronbeats.api.openapi import build_document, operations
from cronbeats.api.openapi_errors import ALWAYS, CASES
from cronbeats.domain import errors
from cronbeats.edge.problems import problem_of
from cronbeats.senders.registry import HttpClient, build_senders
from tests.support.documented import bodies_of, fields_of, merged, parameters_of

Json = dict[str, Any]

UNITS = {
    "_seconds": "second",
    "_ms": "millisecond",
    "_size": "byte",
    "_bytes": "byte",
    "progress": "per cent",
}
LIMITS = {
    "integer": {"minimum", "maximum"},
    "number": {"minimum", "maximum"},
    "string": {"maxLength", "enum", "const", "format", "pattern"},
    "array": {"maxItems"},
}


@pytest.fixture(scope="module")
def document() -> Json:
    # Routes are made without calling anybody.
    senders = build_senders(cast("HttpClient", None), cast("Any", None))
    return build_document(build_routes(senders), "https://beats.example.com")


def test_it_is_an_openapi_3_1_document(document: Json) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_every_call_has_a_name_of_its_own_and_says_what_it_does(document: Json) -> None:
    tags = {tag["name"] for tag in document["tags"]}
    names = []
    for route, operation in operations(document["paths"]):
        names.append(operation["operationId"])
        assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", names[-1]), f"{route}: give operation_id="
        assert set(operation["tags"]) <= tags, f"{route}: describe its tag in openapi.py"
        assert operation["summary"], route
        assert re.match(r"[A-Z].*\.", operation["description"]), f"{route}: write a docstring"
        assert operation["x-least-role"] in operation["description"], route
    assert len(set(names)) == len(names)


def test_every_good_answer_has_a_shape(document: Json) -> None:
    for route, operation in operations(document["paths"]):
        good = {status for status in operation["responses"] if status.startswith("2")}
        assert good, route
        for what, body in bodies_of(operation, document):
            if what in good and "application/json" in operation["responses"][what]["content"]:
                hint = f"{route}: let the handler return Answer[a TypedDict of shown() fields]"
                shape = body["schema"].get("$ref", "").rsplit("/", 1)[-1]
                assert shape.endswith("Answer"), hint
                data = document["components"]["schemas"][shape]["properties"]["data"]
                assert "$ref" in data or "properties" in data, hint


def test_every_field_and_parameter_says_what_it_means(document: Json) -> None:
    for name, field in _described(document):
        about = merged(field, document).get("description", "")
        assert re.match(r"[A-Z0-9?]", about), f"{name} has no description"
        for ending, unit in UNITS.items():
            if name.endswith(ending):
                assert unit in about.lower(), f"{name}: say the unit, {unit}"
        if merged(field, document).get("format") == "date-time":
            assert "UTC" in about, f"{name}: say that it is UTC"


def test_whatever_is_taken_has_limits(document: Json) -> None:
    for name, field in _described(document):
        shape = name.partition(".")[0]
        if shape.endswith("In") or "parameter" in name:
            plain = merged(field, document)
            wanted = LIMITS.get(plain.get("type", ""), set())
            is_range = plain.get("type") in {"integer", "number"}
            told = wanted & plain.keys()
            assert told == wanted if is_range else told or not wanted, f"{name} has no limits"


def test_nothing_in_a_query_path_or_header_is_said_to_be_null(document: Json) -> None:
    for section in ("paths", "webhooks"):
        for route, operation in operations(document[section]):
            for name, schema in parameters_of(operation):
                assert {"type": "null"} not in schema.get("anyOf", ()), f"{route}: {name}"


def test_whatever_is_counted_or_measured_has_a_least_value(document: Json) -> None:
    for name, field in _described(document):
        plain = merged(field, document)
        if plain.get("type") in {"integer", "number"}:
            assert "minimum" in plain, f"{name}: give shown() a minimum"


def test_every_field_and_parameter_has_an_example_that_is_one(document: Json) -> None:
    for name, field in _described(document):
        plain = merged(field, document)
        is_leaf = not ({"properties", "oneOf", "anyOf"} & plain.keys())
        if plain.get("type") == "array":
            items = merged(plain["items"], document)
            is_leaf = not ({"properties", "oneOf", "anyOf"} & items.keys())
        assert "examples" in field or not is_leaf, f"{name} has no example"
        for example in field.get("examples", ()):
            _check(example, field, document, name)


def test_every_body_has_examples_that_are_ones(document: Json) -> None:
    for section in ("paths", "webhooks"):
        for route, operation in operations(document[section]):
            for what, body in bodies_of(operation, document):
                examples = [each["value"] for each in body.get("examples", {}).values()]
                for example in examples or [body["example"]]:
                    _check(example, body["schema"], document, f"{route}, {what}")


def test_every_call_tells_the_errors_that_any_call_may_answer(document: Json) -> None:
    for route, operation in operations(document["paths"]):
        told: set[str] = set()
        for what, body in bodies_of(operation, document):
            if what[0] in "45":
                told |= body["examples"].keys()
        assert set(ALWAYS) <= told, route
        if "{" in route:
            assert "not_found" in told, route
        if "requestBody" in operation:
            assert {"bad_request", "validation_error"} <= told, route
        if operation["x-least-role"] != "viewer":
            assert "insufficient_permissions" in told, route


def test_every_error_of_ours_is_described_with_its_status() -> None:
    for kind in vars(errors).values():
        is_kind = isinstance(kind, type) and issubclass(kind, errors.CronBeatsError)
        if not is_kind or kind is errors.CronBeatsError or issubclass(kind, errors.SignInError):
            continue
        problem = problem_of(kind({"name": ["Why."]}))
        assert problem.code in CASES, f"{kind.__name__}: add {problem.code} to openapi_errors.py"
        assert CASES[problem.code].status == problem.status, kind


def test_every_answer_tells_its_headers(document: Json) -> None:
    for name, header in document["components"]["headers"].items():
        assert header["description"], name
        _check(header["example"], header["schema"], document, name)
    for route, operation in operations(document["paths"]):
        for status, response in operation["responses"].items():
            told = response
            if "$ref" in response:
                name = response["$ref"].rsplit("/", 1)[-1]
                told = document["components"]["responses"][name]
            assert "X-Request-ID" in told["headers"], (route, status)


def _described(document: Json) -> list[tuple[str, Json]]:
    """Return every field, and every parameter of every call."""
    parameters = [
        (f"{route}: {name}", schema)
        for route, operation in operations(document["paths"])
        for name, schema in parameters_of(operation)
    ]
    return [*fields_of(document), *parameters]


def _check(example: Any, schema: Json, document: Json, where: str) -> None:
    whole = {**schema, "components": document["components"]}
    wrong = [
        error.message
        for error in Draft202012Validator(whole, validate_formats=True).iter_errors(example)
    ]
    assert not wrong, f"{where}: {example!r} is no example of it: {wrong}"
