"""What every answer of the Management API has in common, checked in one place."""

import re
from typing import Any

import httpx

from tests.support.world import Json

REQUEST_ID = re.compile(r"[0-9a-f]{32}")
RATE_LIMIT_HEADERS = {
    f"x-ratelimit-{what}-{window}"
    for what in ("limit", "remaining", "reset")
    for window in ("minute", "day")
}
NOW = "2026-03-02T12:00:00Z"


def data_of(answer: httpx.Response, status: int = 200) -> Any:
    """Check that all went well, and return the data."""
    assert answer.status_code == status, answer.text
    _assert_json(answer)
    body = answer.json()
    assert body.keys() == {"success", "data"}
    assert body["success"] is True
    return body["data"]


def problem_of(
    answer: httpx.Response, status: int, code: str, *, more: frozenset[str] = frozenset()
) -> Json:
    """Check that it went wrong as it should, and return what was told; `more` may be in it."""
    assert answer.status_code == status, answer.text
    _assert_json(answer)
    body: Json = answer.json()
    assert body.keys() == {"success", "error", "message", "meta"} | more
    assert body["success"] is False
    assert body["error"] == code
    assert isinstance(body["message"], str)
    assert body["message"]
    assert body["meta"].keys() == {"timestamp"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", body["meta"]["timestamp"])
    return body


def errors_of(answer: httpx.Response) -> dict[str, list[str]]:
    """Check that values broke a rule, and return why, by field."""
    body = problem_of(answer, 422, "validation_error", more=frozenset({"errors"}))
    errors: dict[str, list[str]] = body["errors"]
    assert errors
    for field, reasons in errors.items():
        assert reasons, field
        for reason in reasons:
            assert re.fullmatch(r"[A-Z'].*\.", reason), (field, reason)
    return errors


def _assert_json(answer: httpx.Response) -> None:
    assert answer.headers["Content-Type"] == "application/json"
    assert REQUEST_ID.fullmatch(answer.headers["X-Request-ID"])
    named = {name for name in answer.headers if name.startswith("x-ratelimit-")}
    if answer.status_code == 401:
        assert named == set()
    elif answer.status_code != 503:
        assert named == RATE_LIMIT_HEADERS
