"""A job as the API shows it."""

from __future__ import annotations

from cronbeats.api.answer import TellMoment, shown_moment
from cronbeats.api.job_shown import ExplanationShown, JobShown, RunUnderWayShown
from cronbeats.domain.explanation import Explanation
from cronbeats.domain.job import Job, Run
from cronbeats.domain.listed_job import ListedJob, listed

_FULL = 100


def job_json(job: Job, base_url: str) -> JobShown:
    """Return a job with its state; `base_url` is where its pings go."""
    return listed_json(listed(job), base_url, shown_moment)


def listed_json(job: ListedJob, base_url: str, tell: TellMoment) -> JobShown:
    """Return the same of a job in a list; `tell` writes its moments."""
    return {
        "id": job.id,
        "job_key": job.key,
        "name": job.name,
        "description": job.description,
        "ping_url": f"{base_url}/ping/{job.key}",
        "is_enabled": job.is_enabled,
        "status": job.status,
        "expected_interval_seconds": job.interval_seconds,
        "cron_expression": job.cron_expression,
        "timezone": job.timezone,
        "grace_seconds": job.grace_seconds,
        "down_after_seconds": job.down_after_seconds,
        "max_runtime_seconds": job.max_runtime_seconds,
        "failure_tolerance": job.failure_tolerance,
        "recovery_threshold": job.recovery_threshold,
        "tags": list(job.tags),
        "muted_until": tell(job.muted_until),
        "created_at": tell(job.created_at),
        "updated_at": tell(job.updated_at),
        "state": {
            "since": tell(job.since),
            "reason": job.reason,
            "last_signal_at": tell(job.last_signal_at),
            "last_success_at": tell(job.last_success_at),
            "last_failure_at": tell(job.last_failure_at),
            "next_expected_at": tell(job.due_at),
            "late_at": tell(job.late_at),
            "down_at": tell(job.down_at),
            "current_run": _run_json(job.current_run),
            "last_duration_ms": job.last_duration_ms,
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


def _run_json(run: Run | None) -> RunUnderWayShown | None:
    if run is None:
        return None
    return {
        "started_at": shown_moment(run.started_at),
        "progress": shown_progress(run.progress),
        "message": run.message,
    }
