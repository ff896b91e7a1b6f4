"""What is wrong with a request, in plain words: the pure part."""

from typing import Any

import pytest

from cronbeats.api.validation import problem_of_request


def error(*loc: str | int, kind: str, msg: str = "", **ctx: Any) -> dict[str, Any]:
    return {"type": kind, "loc": loc, "msg": msg, "ctx": ctx}


@pytest.mark.parametrize(
    ("errors", "status"),
    [
        ([error("path", "job_id", kind="int_parsing")], 404),
        ([error("path", "job_id", kind="less_than_equal", le=5)], 404),
        ([error("query", "page", kind="int_parsing"), error("path", "a", kind="int_type")], 404),
        ([error("body", kind="missing")], 400),
        ([error("body", 17, kind="json_invalid")], 400),
        ([error("body", kind="model_attributes_type")], 400),
        ([error("body", "name", kind="missing")], 422),
        ([error("query", "page", kind="missing")], 422),
    ],
)
def test_where_a_mistake_is_decides_what_it_is(errors: list[Any], status: int) -> None:
    assert problem_of_request(errors).status == status


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (error("body", "a", kind="missing"), "Required."),
        (error("body", "a", kind="string_too_long", max_length=9), "Must be at most 9 characters "),
        (error("body", "a", kind="value_error", error=ValueError("is odd")), "This is odd."),
        (error("body", "a", kind="enum", expected="'x' or 'y'"), "Must be 'x' or 'y'."),
        (error("body", "a", kind="brand_new", msg="Input is {odd}"), "Input is {odd}."),
        (error("body", "a", kind="brand_new", msg="Input is odd."), "Input is odd."),
    ],
)
def test_each_mistake_is_told_as_a_sentence(found: dict[str, Any], words: str) -> None:
    errors = problem_of_request([found]).errors
    assert errors is not None
    assert list(errors) == ["a"]
    assert errors["a"][0].startswith(words)


def test_mistakes_are_gathered_by_field() -> None:
    found = [
        error("body", "tags", 3, kind="string_type"),
        error("query", "page", kind="int_parsing"),
        error("query", "page", kind="extra_forbidden"),
    ]
    assert problem_of_request(found).errors == {
        "tags.3": ["Must be a text."],
        "page": ["Must be a whole number.", "There is no such field."],
    }
