"""A job as the API shows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from cronbeats.api.answer import shown_moment
from cronbeats.api.job_shown import ExplanationShown, JobShown, RunUnderWayShown
from cronbeats.domain.explanation import Explanation
from cronbeats.domain.job import Job, Run
from cronbeats.domain.listed_job import ListedJob, listed
from cronbeats.edge.problems import moment

_FULL = 100


def job_json(job: Job, base_url: str) -> JobShown:
    """Return a job with its state; `base_url` is where its pings go."""
    left = listed_json(listed(job), base_url)
    return cast(JobShown, {**_written(left), "state": _written(left["state"])})


def listed_json(job: ListedJob, base_url: str) -> JobShown:
    """Return the same of a job in a list, whose moments are left to `told` to write."""
    # Of its values, mypy takes the moments for texts, which they become several times as fast so.
    its: Any = job
    late_at, down_at = its.deadlines
    return {
        "id": its.id,
        "job_key": its.key,
        "name": its.name,
        "description": its.description,
        "ping_url": f"{base_url}/ping/{its.key}",
        "is_enabled": its.is_enabled,
        "status": its.status,
        "expected_interval_seconds": its.interval_seconds,
        "cron_expression": its.cron_expression,
        "timezone": its.timezone,
        "grace_seconds": its.grace_seconds,
        "down_after_seconds": its.down_after_seconds,
        "max_runtime_seconds": its.max_runtime_seconds,
        "failure_tolerance": its.failure_tolerance,
        "recovery_threshold": its.recovery_threshold,
        "tags": list(its.tags),
        "muted_until": its.muted_until,
        "created_at": its.created_at,
        "updated_at": its.updated_at,
        "state": {
            "since": its.since,
            "reason": its.reason,
            "last_signal_at": its.last_signal_at,
            "last_success_at": its.last_success_at,
            "last_failure_at": its.last_failure_at,
            "next_expected_at": its.due_at,
            "late_at": late_at,
            "down_at": down_at,
            "current_run": _run_json(its.current_run),
            "last_duration_ms": its.last_duration_ms,
        },
    }


def explanation_json(explained: Explanation) -> ExplanationShown:
    """Return why a job has its status."""
    return {
        "status": explained.status,
        "sentence": explained.sentence,
        "steps": [
            {"rule": step.rule, "text": step.text, "at": shown_moment(step.at)}
            for step in explained.steps
        ],
    }


def shown_progress(progress: int | None) -> int | None:
    """Return a progress as per cent: what was told beyond 100 is shown as 100."""
    return None if progress is None else min(progress, _FULL)


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    """Write the moments among values."""
    return {
        name: moment(value) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _run_json(run: Run | None) -> RunUnderWayShown | None:
    if run is None:
        return None
    return {
        "started_at": shown_moment(run.started_at),
        "progress": shown_progress(run.progress),
        "message": run.message,
    }
