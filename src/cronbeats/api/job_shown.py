"""The shapes of a job and of why it has its status, as the API shows them."""

from __future__ import annotations

from typing import Annotated

from typing_extensions import TypedDict

from cronbeats.api.answer import PARTS, Moment, shown
from cronbeats.domain.job import Reason, Status
from cronbeats.domain.job_wish import LONGEST_GRACE, LONGEST_INTERVAL, MOST_BORNE


class RunUnderWayShown(TypedDict):
    """The run that is under way."""

    started_at: Annotated[
        Moment | None, shown("When it began, in UTC; null if that was not told", None)
    ]
    progress: Annotated[int | None, shown("How far it is, in per cent", 40, minimum=0, maximum=100)]
    message: Annotated[
        str | None, shown("What it last told, at most 255 characters", "Dumping orders")
    ]


class StateShown(TypedDict):
    """How a job stands at this moment."""

    since: Annotated[Moment, shown("Since when it has its status, in UTC", "2026-02-20T02:00:09Z")]
    reason: Annotated[Reason | None, shown("Why it is late or down; else null", None)]
    last_signal_at: Annotated[
        Moment | None, shown("When its last signal came, in UTC", "2026-02-20T02:00:09Z")
    ]
    last_success_at: Annotated[
        Moment | None, shown("When a run last succeeded, in UTC", "2026-02-20T02:00:09Z")
    ]
    last_failure_at: Annotated[Moment | None, shown("When a run last failed, in UTC", None)]
    next_expected_at: Annotated[
        Moment | None, shown("When a run is expected, in UTC", "2026-02-21T02:00:09Z")
    ]
    late_at: Annotated[
        Moment | None,
        shown("When it is late if it stays silent, in UTC", "2026-02-21T02:10:09Z"),
    ]
    down_at: Annotated[
        Moment | None,
        shown("When it is down if it stays silent, in UTC", "2026-02-21T02:15:09Z"),
    ]
    current_run: Annotated[
        RunUnderWayShown | None, shown("The run that is under way; null if none is", None)
    ]
    last_duration_ms: Annotated[
        int | None, shown("How long the last run took, in milliseconds", 8250, minimum=0)
    ]


class JobShown(TypedDict):
    """A job: what was configured, and how it stands."""

    id: Annotated[int, shown("Names the job in this API", 1, minimum=1)]
    job_key: Annotated[
        str,
        shown(
            "Names the job to whoever may ping it; keep it secret",
            "abc123Xy",
            pattern="^[0-9A-Za-z]{8}$",
        ),
    ]
    name: Annotated[
        str, shown("What people call it", "Daily Database Backup", minLength=1, maxLength=200)
    ]
    description: Annotated[
        str | None, shown("What people should know of it", "PostgreSQL backup to S3", maxLength=255)
    ]
    ping_url: Annotated[
        str,
        shown("What the job calls when it ran", "https://beats.example.com/ping/abc123Xy"),
    ]
    is_enabled: Annotated[bool, shown("Whether it is watched; false while it is paused", True)]
    status: Annotated[Status, shown("How it stands", "healthy")]
    expected_interval_seconds: Annotated[
        int | None,
        shown(
            "Seconds from one run to the next; null if it has a cron expression",
            86400,
            minimum=1,
            maximum=LONGEST_INTERVAL,
        ),
    ]
    cron_expression: Annotated[
        str | None,
        shown("When it runs, in five fields; null if it has an interval", None, maxLength=200),
    ]
    timezone: Annotated[
        str, shown("The IANA time zone of its cron expression and of its alerts", "UTC")
    ]
    grace_seconds: Annotated[
        int,
        shown(
            "Seconds after the expected moment until it is late",
            600,
            minimum=0,
            maximum=LONGEST_GRACE,
        ),
    ]
    down_after_seconds: Annotated[
        int, shown("Seconds from late to down", 300, minimum=0, maximum=LONGEST_GRACE)
    ]
    max_runtime_seconds: Annotated[
        int | None,
        shown(
            "Seconds that a run may take from its start; null for no limit of its own",
            None,
            minimum=1,
            maximum=LONGEST_INTERVAL,
        ),
    ]
    failure_tolerance: Annotated[
        int, shown("Bad runs in a row that are borne", 0, minimum=0, maximum=MOST_BORNE)
    ]
    recovery_threshold: Annotated[
        int, shown("Good runs in a row that end an incident", 1, minimum=1, maximum=MOST_BORNE)
    ]
    tags: Annotated[list[str], shown("Words to find it by, 20 at most", ["backup"], maxItems=20)]
    muted_until: Annotated[
        Moment | None, shown("Until when nobody is told of it, in UTC; null if it is not", None)
    ]
    created_at: Annotated[Moment, shown("When it was made, in UTC", "2026-02-01T15:42:00Z")]
    updated_at: Annotated[
        Moment, shown("When its configuration last changed, in UTC", "2026-02-01T15:42:00Z")
    ]
    state: Annotated[StateShown, shown("How it stands at this moment", PARTS)]


class StepShown(TypedDict):
    """One thing to know about a job's status."""

    rule: Annotated[str, shown("Names the rule, for programs", "awaited")]
    text: Annotated[
        str, shown("Says it to people", "The run of 2026-02-21 02:00:09 UTC is awaited.")
    ]
    at: Annotated[Moment | None, shown("Its moment in UTC, if it has one", "2026-02-21T02:00:09Z")]


class ExplanationShown(TypedDict):
    """Why a job has its status."""

    status: Annotated[Status, shown("How it stands", "healthy")]
    sentence: Annotated[
        str,
        shown(
            "Says why in one sentence; an alert says the same",
            "Daily Database Backup is healthy: its last run succeeded at 2026-02-20 02:00:09 UTC.",
        ),
    ]
    steps: Annotated[list[StepShown], shown("What to know, step by step", PARTS)]
