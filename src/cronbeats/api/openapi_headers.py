"""Every header that answers bear, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]


def _header(about: str, example: Any, *, required: bool = True, **schema: Any) -> Json:
    return {
        "description": about,
        "required": required,
        "schema": schema,
        "example": example,
    }


HEADERS: Final[Json] = {
    "X-Request-ID": _header(
        "Names this request in the server's log.",
        "0f4c8f6d2b7e4a5c9d1e3f5a7b9c1d3e",
        type="string",
        pattern="^[0-9a-f]{32}$",
    ),
    "Retry-After": _header("Seconds to wait before trying again.", 1, type="integer", minimum=1),
    "X-Content-Type-Options": _header(
        "Keeps browsers from taking the text for something else.",
        "nosniff",
        type="string",
        const="nosniff",
    ),
}
_ALWAYS = ("X-Request-ID",)
_WHEN_PASSING = ("Retry-After",)
_PASSING = frozenset({"429", "503"})


def sends(*names: str, status: int = 200) -> dict[int | str, Json]:
    """Say as a route's `responses` which headers of its own it sends with `status`."""
    return {status: {"headers": {name: _ref(name) for name in names}}}


def add_headers(responses: Json) -> None:
    """Say which headers every answer bears, beside those that its route named."""
    for status, response in responses.items():
        names = _ALWAYS + (_WHEN_PASSING if status in _PASSING else ())
        own = response.get("headers", {})
        response["headers"] = {**own, **{name: _ref(name) for name in names}}


def _ref(name: str) -> Json:
    # A name that is not above would be a header that nobody described.
    assert name in HEADERS, name  # noqa: S101 - found when the server starts, and by every test
    return {"$ref": f"#/components/headers/{name}"}
