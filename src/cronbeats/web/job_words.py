"""What all pages of a job say alike: words for what is kept of it, and where its pages are."""

from __future__ import annotations

from typing import Any

from cronbeats.domain.access import Action
from cronbeats.domain.job import Job, Reason
from cronbeats.domain.signal import SignalKind
from cronbeats.web.delivery_words import event_of
from cronbeats.web.integration_words import TITLES
from cronbeats.web.job_paths import jobs_path
from cronbeats.web.outcome_words import OUTCOMES
from cronbeats.web.timeline import moment_of
from cronbeats.web.visit import Visit

SIGNAL_KINDS = {
    SignalKind.PING: "Ping",
    SignalKind.START: "Start",
    SignalKind.SUCCESS: "Success",
    SignalKind.FAIL: "Failure",
    SignalKind.PROGRESS: "Progress",
    SignalKind.LOG: "Log",
}
INCIDENT_REASONS = {
    Reason.MISSED: "Missed: it did not run",
    Reason.FAILED: "A run failed",
    Reason.OVERRAN: "A run took too long",
}
_SIGNAL_BADGES = {SignalKind.PING: "good", SignalKind.SUCCESS: "good", SignalKind.FAIL: "bad"}


def said_of_job(visit: Visit, job: Job) -> dict[str, Any]:
    """Return what the templates of all pages about a job are given."""
    return {
        "job": job,
        "path": f"{jobs_path(visit)}/{job.id}",
        "now": visit.now,
        "zone": visit.user.timezone,
        "ping_url": f"{visit.context.base_url}/ping/{job.key}",
        "may_change": visit.membership.may(Action.CHANGE_JOBS),
        "kinds": SIGNAL_KINDS,
        "signal_badges": _SIGNAL_BADGES,
        "event_of": event_of,
        "titles": TITLES,
        "outcomes": OUTCOMES,
        "moment_of": moment_of,
    }
