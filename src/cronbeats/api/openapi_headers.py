"""Every header that answers bear, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]


_RESETS = (1771602180, 1771632000)


def _header(about: str, example: Any, *, required: bool = True, **schema: Any) -> Json:
    return {
        "description": about,
        "required": required,
        "schema": schema,
        "example": example,
    }


def _of_window(what: str, words: str, *examples: int) -> Json:
    return {
        f"X-RateLimit-{what}-{window.capitalize()}": _header(
            words.format(window=window), example, type="integer", minimum=0
        )
        for window, example in zip(("minute", "day"), examples, strict=True)
    }


_RATE_LIMITS: Final[Json] = {
    **_of_window("Limit", "The workspace's requests in a {window}, by its plan.", 60, 20_000),
    **_of_window("Remaining", "How many of them are left in this {window}.", 45, 15_234),
    **_of_window("Reset", "When this {window} of UTC ends, in Unix seconds.", *_RESETS),
}
HEADERS: Final[Json] = {
    **_RATE_LIMITS,
    "X-Request-ID": _header(
        "Names this request in the server's log.",
        "0f4c8f6d2b7e4a5c9d1e3f5a7b9c1d3e",
        type="string",
        pattern="^[0-9a-f]{32}$",
    ),
    "Retry-After": _header("Seconds to wait before trying again.", 1, type="integer", minimum=1),
    "ETag": _header(
        "Names the job's configuration, for If-Match; a ping does not change it.",
        '"5d41402abc4b2a76b9719d911017c592"',
        type="string",
        pattern='^"[0-9a-f]{32}"$',
    ),
    "Idempotency-Replayed": _header(
        "That this is the answer to an earlier request with the same key.",
        "true",
        required=False,
        type="string",
        const="true",
    ),
    "Cache-Control": _header(
        "That the answer holds for this moment only.", "no-store", type="string", const="no-store"
    ),
    "X-Content-Type-Options": _header(
        "Keeps browsers from taking the text for something else.",
        "nosniff",
        type="string",
        const="nosniff",
    ),
}
_PASSING = frozenset({"429", "503"})
# Who is knocking, and so what is left, is not known then, or perhaps not.
_WITHOUT_KEY, _PERHAPS_WITHOUT_KEY = "401", "503"


def sends(*names: str, status: int = 200) -> dict[int | str, Json]:
    """Say as a route's `responses` which headers of its own it sends with `status`."""
    return {status: {"headers": {name: _ref(name) for name in names}}}


def add_headers(responses: Json) -> None:
    """Say which headers every answer bears, beside those that its route named."""
    for status, response in responses.items():
        headers = response.get("headers", {}) | {"X-Request-ID": _ref("X-Request-ID")}
        if status in _PASSING:
            headers["Retry-After"] = _ref("Retry-After")
        if status == _PERHAPS_WITHOUT_KEY:
            headers |= {name: {**each, "required": False} for name, each in _RATE_LIMITS.items()}
        elif status != _WITHOUT_KEY:
            headers |= {name: _ref(name) for name in _RATE_LIMITS}
        response["headers"] = headers


def _ref(name: str) -> Json:
    # A name that is not above would be a header that nobody described.
    assert name in HEADERS, name  # noqa: S101 - found when the server starts, and by every test
    return {"$ref": f"#/components/headers/{name}"}
