"""What answers hold, field by field."""

from typing import Any

from tests.api.published.kinds import (
    COUNT,
    FLAG,
    INTEGER,
    MOMENT,
    SENTENCE,
    TEXT,
    ListOf,
    Maybe,
    Shape,
    like,
    one_of,
)

STATUS = one_of("pending", "healthy", "late", "down", "disabled")

RUN = Shape({"started_at": Maybe(MOMENT), "progress": Maybe(COUNT), "message": Maybe(TEXT)})
STATE = Shape(
    {
        "since": MOMENT,
        "reason": Maybe(TEXT),
        "last_signal_at": Maybe(MOMENT),
        "last_success_at": Maybe(MOMENT),
        "last_failure_at": Maybe(MOMENT),
        "next_expected_at": Maybe(MOMENT),
        "late_at": Maybe(MOMENT),
        "down_at": Maybe(MOMENT),
        "current_run": Maybe(RUN),
        "last_duration_ms": Maybe(COUNT),
    }
)
UNTOUCHED = {name: None for name in STATE.fields if name != "since"}
JOB = Shape(
    {
        "id": INTEGER,
        "job_key": like("[0-9A-Za-z]{8}"),
        "name": SENTENCE,
        "description": Maybe(TEXT),
        "ping_url": like("http://127.0.0.1:8000/ping/[0-9A-Za-z]{8}"),
        "is_enabled": FLAG,
        "status": STATUS,
        "expected_interval_seconds": Maybe(COUNT),
        "cron_expression": Maybe(TEXT),
        "timezone": SENTENCE,
        "grace_seconds": COUNT,
        "down_after_seconds": COUNT,
        "max_runtime_seconds": Maybe(COUNT),
        "failure_tolerance": COUNT,
        "recovery_threshold": COUNT,
        "tags": ListOf(TEXT, at_least=0),
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "state": STATE,
    },
    ours=frozenset({"muted_until"}),
)
SIGNAL = Shape(
    {
        "id": INTEGER,
        "type": one_of("ping", "start", "success", "fail", "progress", "log"),
        "received_at": MOMENT,
        "run_id": Maybe(TEXT),
        "message": Maybe(TEXT),
        "output_size": COUNT,
        "exit_code": Maybe(COUNT),
        "duration_ms": Maybe(COUNT),
        "progress": Maybe(COUNT),
        "source_ip": Maybe(TEXT),
        "user_agent": Maybe(TEXT),
    }
)
PAGINATION = Shape({"page": COUNT, "per_page": COUNT, "total": COUNT, "total_pages": COUNT})

LAST_DELIVERY = Maybe(Shape({"status": SENTENCE, "at": MOMENT, "error": Maybe(TEXT)}))
_OUR_HEALTH = frozenset(
    {"unavailable", "broken", "last_success_at", "last_failure_at", "last_failure_reason"}
)


_SECRET = Maybe(like(".*….*"))


def _integration(kind: str, **values: Any) -> Shape:
    flags = {"is_enabled": FLAG, "is_configured": FLAG, "last_delivery": LAST_DELIVERY}
    return Shape({"type": kind, **values, **flags}, ours=_OUR_HEALTH)


SLACK = _integration("slack", webhook_url=_SECRET)
DISCORD = _integration("discord", webhook_url=_SECRET)
TELEGRAM = _integration("telegram", bot_token=_SECRET, chat_id=Maybe(TEXT))
WEBHOOK = _integration("webhook", url=_SECRET, secret=_SECRET)
# Kinds that were never published, but stand in the list beside the others.
OURS = (
    _integration("email", addresses=ListOf(TEXT, at_least=0)),
    _integration("apprise", urls=ListOf(TEXT, at_least=0)),
)

TESTED = Shape(
    {"type": SENTENCE, "delivered": True, "status_code": INTEGER, "duration_ms": COUNT},
    ours=frozenset({"answer", "warning"}),
)
ALERT_RULES = Shape(
    {
        "alert_on_down": FLAG,
        "alert_on_recovery": FLAG,
        "alert_on_late": FLAG,
        "reminder_interval_seconds": Maybe(COUNT),
    }
)

META = {"timestamp": MOMENT}
