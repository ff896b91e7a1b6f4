"""What goes wrong, and how it is told."""

from tests.api.published.kinds import SENTENCE, ListOf, Shape, like
from tests.api.published.steps import Call, Step, bad

NOW = "2026-02-20T15:42:00Z"

# Word for word, with the moment at which it was published.
_NO_KEY = {
    "success": False,
    "error": "invalid_api_key",
    "message": "Invalid or expired API key",
    "meta": {"timestamp": NOW},
}
_GOOD = {"name": "x", "expected_interval_seconds": 60}
_JSON = {"Content-Type": "application/json"}
_UNREADABLE = bad("bad_request", SENTENCE)
_NOT_FOUND = bad("not_found", SENTENCE)
_SNAKE_CASE = like("[a-z]+(_[a-z]+)+")


def _rule_broken(*fields: str) -> Shape:
    errors = {field: ListOf(SENTENCE) for field in fields}
    return bad("validation_error", SENTENCE, errors=errors)


def _wrong(field: str, value: object) -> Call:
    return Call("POST", "/jobs", 422, _rule_broken(field), {**_GOOD, field: value})


AT_THE_GATE: tuple[Step, ...] = (
    Call("GET", "/jobs", 401, _NO_KEY, key=""),
    Call("GET", "/jobs", 401, _NO_KEY, key="cb_your_api_key_here"),
    Call("POST", "/jobs", 401, _NO_KEY, _GOOD, key="cb_" + "x" * 40),
    Call("GET", "/nothing", 401, _NO_KEY, key=""),
    Call("POST", "/jobs", 403, bad("insufficient_permissions", SENTENCE), _GOOD, key="{viewer}"),
    Call(
        "PUT",
        "/integrations/alert-rules",
        403,
        bad("insufficient_permissions", SENTENCE),
        {},
        key="{member}",
    ),
)

PLAN: tuple[Step, ...] = (
    Call("GET", "/jobs", 403, bad("business_plan_required", SENTENCE)),
    Call("POST", "/jobs", 403, bad("business_plan_required", SENTENCE), _GOOD),
)

UNREADABLE: tuple[Step, ...] = (
    *(
        Call("POST", "/jobs", 400, _UNREADABLE, content=content, headers=_JSON)
        for content in (b"", b"{", b"[]", b'"x"', b"null", b"\xff")
    ),
    Call("POST", "/jobs/1/pause", 400, _UNREADABLE, content=b"{", headers=_JSON),
    Call("POST", "/jobs/1/pause", 400, _UNREADABLE, content=b"[]", headers=_JSON),
    Call("GET", "/jobs/999", 404, _NOT_FOUND),
    Call("GET", "/jobs/abc", 404, _NOT_FOUND),
    Call("POST", "/jobs/999/pause", 404, _NOT_FOUND),
    Call("GET", "/nothing", 404, _NOT_FOUND),
    Call("PATCH", "/jobs", 405, bad("method_not_allowed", SENTENCE), {}),
    Call("POST", "/jobs", 413, bad(_SNAKE_CASE, SENTENCE), content=b" " * 1_000_001, headers=_JSON),
    Call(
        "POST",
        "/jobs",
        415,
        bad(_SNAKE_CASE, SENTENCE),
        content=b"name=x",
        headers={"Content-Type": "text/plain"},
    ),
    Call(
        "POST",
        "/jobs",
        415,
        bad(_SNAKE_CASE, SENTENCE),
        _GOOD,
        headers={"Content-Encoding": "gzip"},
    ),
)

BROKEN_RULES: tuple[Step, ...] = (
    Call("POST", "/jobs", 422, _rule_broken("name", "expected_interval_seconds"), {}),
    _wrong("nmae", "x"),
    _wrong("name", ""),
    _wrong("name", "x" * 201),
    _wrong("description", "x" * 256),
    _wrong("expected_interval_seconds", "86400"),
    _wrong("expected_interval_seconds", True),
    _wrong("expected_interval_seconds", 0),
    _wrong("expected_interval_seconds", 31_536_001),
    _wrong("grace_seconds", -1),
    _wrong("grace_seconds", 2_592_001),
    _wrong("timezone", "Mars/Olympus"),
    *(
        Call("GET", f"/jobs?{field}={value}", 422, _rule_broken(field))
        for field, value in (
            ("page", 0),
            ("per_page", 0),
            ("per_page", 101),
            ("per_page", "x"),
            ("status", "sick"),
            ("colour", "red"),
        )
    ),
    *(
        Call("POST", f"/jobs/bulk/{what}", 422, _rule_broken("job_ids"), {"job_ids": ids})
        for what in ("pause", "resume", "delete")
        for ids in ([], list(range(1, 102)))
    ),
    Call("POST", "/jobs/1/pause", 422, _rule_broken("seconds"), {"seconds": 3600}),
    Call("POST", "/integrations/webhook/test", 422, _rule_broken("url"), {"url": "https://x.test"}),
)


def too_many(window: str, limit: int, reset_at: str) -> Shape:
    """Return what is told to who exceeds a limit: the published one, and when it was told."""
    error = {"type": window, "limit": limit, "reset_at": reset_at}
    return bad(error, "Rate limit exceeded")
