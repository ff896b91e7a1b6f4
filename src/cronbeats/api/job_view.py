"""A job as the API shows it."""

from __future__ import annotations

from cronbeats.api.answer import shown_moment
from cronbeats.api.job_shown import (
    ExplanationShown,
    JobShown,
    RunUnderWayShown,
    StateShown,
)
from cronbeats.domain.explanation import Explanation
from cronbeats.domain.job import Job, Run, cron_of, interval_of, is_judged
from cronbeats.edge.problems import moment

_FULL = 100


def job_json(job: Job, base_url: str) -> JobShown:
    """Return a job with its state; `base_url` is where its pings go."""
    rules = job.rules
    return {
        "id": job.id,
        "job_key": job.key,
        "name": job.name,
        "description": job.description,
        "ping_url": f"{base_url}/ping/{job.key}",
        "is_enabled": job.is_enabled,
        "status": job.state.status,
        "expected_interval_seconds": interval_of(rules.schedule),
        "cron_expression": cron_of(rules.schedule),
        "timezone": job.timezone,
        "grace_seconds": rules.grace_seconds,
        "down_after_seconds": int(rules.down_after.total_seconds()),
        "max_runtime_seconds": rules.max_runtime_seconds,
        "failure_tolerance": rules.failure_tolerance,
        "recovery_threshold": rules.recovery_threshold,
        "tags": list(job.tags),
        "muted_until": shown_moment(job.muted_until),
        "created_at": moment(job.created_at),
        "updated_at": moment(job.updated_at),
        "state": _state_json(job),
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


def _state_json(job: Job) -> StateShown:
    state = job.state
    judged = is_judged(state.status, state.due_at)
    return {
        "since": moment(state.since),
        "reason": state.reason,
        "last_signal_at": shown_moment(state.last_signal_at),
        "last_success_at": shown_moment(state.last_success_at),
        "last_failure_at": shown_moment(state.last_failure_at),
        "next_expected_at": shown_moment(state.due_at),
        "late_at": shown_moment(job.late_at) if judged else None,
        "down_at": shown_moment(job.down_at) if judged else None,
        "current_run": _run_json(state.current_run),
        "last_duration_ms": state.last_duration_ms,
    }


def _run_json(run: Run | None) -> RunUnderWayShown | None:
    if run is None:
        return None
    return {
        "started_at": shown_moment(run.started_at),
        "progress": shown_progress(run.progress),
        "message": run.message,
    }
