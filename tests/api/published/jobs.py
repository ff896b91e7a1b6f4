"""Jobs: how they are made, listed, changed, paused, deleted, and what they told."""

from typing import Any

from tests.api.published.kinds import MOMENT, TEXT, ListOf, like
from tests.api.published.shapes import JOB, RUN, SIGNAL, STATE, UNTOUCHED
from tests.api.published.steps import Call, Ping, Step, Turn, bad, good, listed

# The moment at which these steps begin.
BEGIN = "2026-02-20T15:42:00Z"

_EXAMPLE = {
    "name": "Daily Database Backup",
    "expected_interval_seconds": 86400,
    "grace_seconds": 600,
    "description": "PostgreSQL backup to S3",
    "timezone": "UTC",
}
_OURS = {
    "cron_expression": "30 2 * * 1-5",
    "timezone": "Europe/Berlin",
    "down_after_seconds": 120,
    "max_runtime_seconds": 3600,
    "failure_tolerance": 1,
    "recovery_threshold": 2,
    "tags": ["backup", "postgres"],
}
_DEFAULTS: dict[str, Any] = {
    "cron_expression": None,
    "down_after_seconds": 300,
    "max_runtime_seconds": None,
    "failure_tolerance": 0,
    "recovery_threshold": 1,
    "tags": [],
    "created_at": BEGIN,
    "updated_at": BEGIN,
}
_NEW = JOB.having(
    is_enabled=True, status="pending", state=STATE.having(since=BEGIN, **UNTOUCHED), **_DEFAULTS
)
_DISABLED = JOB.having(is_enabled=False, status="disabled")
_ENABLED = JOB.having(is_enabled=True)
# What the code samples send beside the key; the key alone decides.
_SAMPLE = {"X-Workspace-ID": "1"}

MAKING: tuple[Step, ...] = (
    Call("POST", "/jobs", 201, good(_NEW.having(**_EXAMPLE)), _EXAMPLE, keep="first"),
    Call(
        "POST",
        "/jobs",
        201,
        good(_NEW.having(name="Code sample", description=None, grace_seconds=600, timezone="UTC")),
        {"name": "Code sample", "expected_interval_seconds": 86400, "grace_seconds": 600},
        keep="second",
    ),
    Call(
        "POST",
        "/jobs",
        201,
        good(_NEW.having(name="Least", grace_seconds=300, timezone="UTC")),
        {"name": "Least", "expected_interval_seconds": 60},
        keep="third",
    ),
    Call(
        "POST",
        "/jobs",
        201,
        good(JOB.having(name="Ours", expected_interval_seconds=None, **_OURS)),
        {"name": "Ours", **_OURS},
        keep="ours",
    ),
)

LISTING: tuple[Step, ...] = (
    *MAKING,
    Ping("first", "/end/success"),
    Ping("second", "/end/fail"),
    Ping("third"),
    Call("POST", "/jobs/{ours}/pause", 200, good(_DISABLED)),
    # The third one is late from 360 s on, and down from 660 s on.
    Turn(400),
    Call("GET", "/jobs", 200, listed("jobs", ListOf(JOB, 4), page=1, per_page=50, total=4)),
    Call(
        "GET",
        "/jobs?page=1&per_page=50&status=healthy",
        200,
        listed("jobs", [JOB.having(status="healthy", **_EXAMPLE)], total=1, total_pages=1),
        headers=_SAMPLE,
    ),
    Call("GET", "/jobs?per_page=3", 200, listed("jobs", ListOf(JOB, 3), total=4, total_pages=2)),
    Call(
        "GET",
        "/jobs?page=3&per_page=100",
        200,
        listed("jobs", [], page=3, per_page=100, total=4, total_pages=1),
    ),
    Call("GET", "/jobs?status=all", 200, listed("jobs", ListOf(JOB, 4), total=4)),
    Call("GET", "/jobs?status=enabled", 200, listed("jobs", ListOf(_ENABLED, 3), total=3)),
    Call("GET", "/jobs?status=disabled", 200, listed("jobs", [_DISABLED], total=1)),
    Call("GET", "/jobs?status=late", 200, listed("jobs", [JOB.having(status="late")], total=1)),
    Call("GET", "/jobs?status=down", 200, listed("jobs", [JOB.having(status="down")], total=1)),
    Call("GET", "/jobs?status=pending", 200, listed("jobs", [], total=0, total_pages=0)),
    Call("GET", "/jobs?tag=backup", 200, listed("jobs", [JOB.having(name="Ours")], total=1)),
    Call("GET", "/jobs?q=LEAST", 200, listed("jobs", [JOB.having(name="Least")], total=1)),
    Call(
        "GET",
        "/jobs?sort=-name&per_page=1",
        200,
        listed("jobs", [JOB.having(name="Ours")], per_page=1, total_pages=4),
    ),
)

CHANGING: tuple[Step, ...] = (
    MAKING[0],
    Turn(60),
    Call("GET", "/jobs/{first}", 200, good(_NEW.having(**_EXAMPLE))),
    Call(
        "PUT",
        "/jobs/{first}/update",
        200,
        good(
            JOB.having(**_EXAMPLE | {"name": "Nightly"}, created_at=BEGIN).having(
                updated_at="2026-02-20T15:43:00Z"
            )
        ),
        {"name": "Nightly"},
    ),
    Call(
        "PATCH",
        "/jobs/{first}",
        200,
        good(JOB.having(name="Nightly", description=None, grace_seconds=0)),
        {"description": None, "grace_seconds": 0},
    ),
    Call("POST", "/jobs/{first}/pause", 200, good(_DISABLED)),
    Call("POST", "/jobs/{first}/pause", 200, good(_DISABLED)),
    Call("POST", "/jobs/{first}/resume", 200, good(_ENABLED)),
    Call("POST", "/jobs/{first}/resume", 200, good(_ENABLED)),
    Call("POST", "/jobs/{first}/delete", 204),
    Call("POST", "/jobs/{first}/delete", 404, bad("not_found", TEXT)),
    Call("GET", "/jobs/{first}", 404, bad("not_found", TEXT)),
    Call("POST", "/jobs", 201, good(JOB), _EXAMPLE, keep="again"),
    Call("DELETE", "/jobs/{again}", 204),
    Call("GET", "/jobs", 200, listed("jobs", [], total=0, total_pages=0)),
)

TELLING: tuple[Step, ...] = (
    MAKING[0],
    Ping("first", "/start?rid=night-1", b"begun"),
    Turn(2),
    Ping("first", "/progress/40?rid=night-1", b'{"message": "Dumping orders"}'),
    Call(
        "GET",
        "/jobs/{first}",
        200,
        good(
            JOB.having(
                state=STATE.having(
                    last_signal_at="2026-02-20T15:42:02Z",
                    current_run=RUN.having(started_at=BEGIN, progress=40, message="Dumping orders"),
                )
            )
        ),
    ),
    Turn(3),
    Ping("first", "/end/success?rid=night-1", b"all well"),
    Turn(60),
    Ping("first", "/end/fail", b'{"message": "No space left"}'),
    Call(
        "GET",
        "/jobs/{first}",
        200,
        good(
            JOB.having(
                status="down",
                state=STATE.having(
                    since="2026-02-20T15:43:05Z",
                    reason="failed",
                    last_signal_at="2026-02-20T15:43:05Z",
                    last_success_at="2026-02-20T15:42:05Z",
                    last_failure_at="2026-02-20T15:43:05Z",
                    next_expected_at=MOMENT,
                    current_run=None,
                ),
            )
        ),
    ),
    Call(
        "GET",
        "/jobs/{first}/signals",
        200,
        listed(
            "signals",
            [
                SIGNAL.having(type="fail", received_at="2026-02-20T15:43:05Z"),
                SIGNAL.having(
                    type="success",
                    run_id="night-1",
                    output_size=8,
                    duration_ms=5000,
                    user_agent=like("python-httpx/.*"),
                ),
                SIGNAL.having(type="progress", progress=40, message="Dumping orders"),
                SIGNAL.having(type="start", run_id="night-1", received_at=BEGIN, output_size=5),
            ],
            page=1,
            per_page=50,
            total=4,
            total_pages=1,
        ),
    ),
    Call(
        "GET",
        "/jobs/{first}/signals?type=success&page=1&per_page=1",
        200,
        listed("signals", [SIGNAL.having(type="success")], per_page=1, total=1),
        keep="signal",
    ),
    Call(
        "GET",
        "/jobs/{first}/signals?since=2026-02-20T15:42:02Z&until=2026-02-20T15:42:05Z",
        200,
        listed("signals", [SIGNAL.having(type="progress")], total=1),
    ),
    Call(
        "GET",
        "/jobs/{first}/signals/{signal}/output",
        200,
        "all well",
        media_type="text/plain; charset=utf-8",
    ),
)


def _bulk(done: str, count: int, *failed: tuple[Any, str]) -> Any:
    return good(
        {
            "total_requested": 3,
            f"successfully_{done}": count,
            "failed": [{"id": id_, "error": error} for id_, error in failed],
        }
    )


_THREE = {"job_ids": ["{first}", "{second}", "{third}"]}
_STRANGER = {"job_ids": ["{first}", 789789, "{second}"]}

MANY: tuple[Step, ...] = (
    *MAKING,
    Call("POST", "/jobs/{third}/pause", 200, good(_DISABLED)),
    Call(
        "POST",
        "/jobs/bulk/pause",
        200,
        _bulk("paused", 2, ("{third}", "Job is already disabled")),
        _THREE,
    ),
    Call(
        "POST",
        "/jobs/bulk/resume",
        200,
        _bulk("resumed", 2, (789789, "Job not found")),
        _STRANGER,
    ),
    Call(
        "POST",
        "/jobs/bulk/resume",
        200,
        _bulk(
            "resumed",
            1,
            ("{first}", "Job is already enabled"),
            ("{second}", "Job is already enabled"),
        ),
        _THREE,
    ),
    Call(
        "POST",
        "/jobs/bulk/delete",
        200,
        _bulk("deleted", 2, (789789, "Job not found")),
        _STRANGER,
    ),
)
