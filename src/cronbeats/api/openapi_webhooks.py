"""What CronBeats sends to a webhook, for the OpenAPI document; nothing is received here."""

from __future__ import annotations

from typing import Annotated, Any, Final, NotRequired

from fastapi import APIRouter, Header
from typing_extensions import TypedDict

from cronbeats.api.answer import PARTS, Moment, shown
from cronbeats.domain.alert import AlertKind
from cronbeats.domain.job import Reason, Status

Json = dict[str, Any]

router = APIRouter(tags=["Webhooks"])

_EVENT_ID = "5b2c1f0e-8a57-4b7c-9a39-0d7a4c1e2f33"
_KINDS: Final = {
    AlertKind.DOWN: (
        "jobDown",
        "A job is down",
        (
            "Daily Database Backup is down: expected at 2026-02-20 02:00 UTC, "
            "it had not run by 2026-02-20 02:15 UTC."
        ),
    ),
    AlertKind.RECOVERED: (
        "jobRecovered",
        "A job is healthy again",
        "Daily Database Backup is healthy again: down for 2 h, 1 run missed.",
    ),
    AlertKind.LATE: (
        "jobLate",
        "A job is late",
        (
            "Daily Database Backup is late: expected at 2026-02-20 02:00 UTC, "
            "it had not run by 2026-02-20 02:10 UTC."
        ),
    ),
    AlertKind.REMINDER: (
        "jobReminder",
        "A job is still down",
        "Daily Database Backup is still down, for 1 h.",
    ),
    AlertKind.TEST: (
        "test",
        "Somebody tries the integration",
        "A test from CronBeats: alerts of the workspace Home arrive here.",
    ),
}
_ABOUT = (
    "{when}. Answer with any status from 200 to 299 once it is safe with you. Anything else is "
    "tried again for 24 hours, with the same id, so that a repeat can be dropped."
)


class AlertWorkspaceShown(TypedDict):
    """The workspace that an alert is about."""

    id: Annotated[int, shown("Names the workspace", 1, minimum=1)]
    name: Annotated[str, shown("What people call it", "Home", maxLength=200)]


class AlertJobShown(TypedDict):
    """The job that an alert is about, as it was then."""

    id: Annotated[int, shown("Names the job in this API", 1, minimum=1)]
    name: Annotated[str, shown("What people call it", "Daily Database Backup", maxLength=200)]
    description: Annotated[
        str | None, shown("What people should know of it", "PostgreSQL backup to S3", maxLength=255)
    ]
    status: Annotated[Status, shown("How it stood", "down")]
    timezone: Annotated[str, shown("Its IANA time zone", "UTC")]
    tags: Annotated[list[str], shown("Words to find it by, 20 at most", ["backup"])]
    expected_interval_seconds: Annotated[
        int | None,
        shown(
            "Seconds from one run to the next; null if it has a cron expression", 86400, minimum=1
        ),
    ]
    cron_expression: Annotated[
        str | None, shown("When it runs, in five fields; null if it has an interval", None)
    ]
    last_success_at: Annotated[
        Moment | None, shown("When a run last succeeded, in UTC", "2026-02-19T02:00:09Z")
    ]
    next_expected_at: Annotated[
        Moment | None, shown("When a run is expected, in UTC", "2026-02-20T02:00:09Z")
    ]


class AlertIncidentShown(TypedDict):
    """The incident that an alert is about, as it was then."""

    id: Annotated[int, shown("Names the incident", 1, minimum=1)]
    started_at: Annotated[Moment, shown("When the job went down, in UTC", "2026-02-20T02:15:09Z")]
    ended_at: Annotated[Moment | None, shown("When it recovered, in UTC; null if open", None)]
    reason: Annotated[Reason, shown("Why the job went down", "missed")]
    missed_runs: Annotated[int, shown("Number of runs missed", 1, minimum=0)]
    last_output: Annotated[str | None, shown("What the last run printed, if it was kept", None)]


class AlertShown(TypedDict):
    """One alert."""

    id: Annotated[
        str, shown("Names the alert; the same for every attempt", _EVENT_ID, format="uuid")
    ]
    type: Annotated[AlertKind, shown("What happened", "job.down")]
    timestamp: Annotated[Moment, shown("When it happened, in UTC", "2026-02-20T02:15:09Z")]
    workspace: Annotated[AlertWorkspaceShown, shown("Whose job it is", PARTS)]
    job: Annotated[AlertJobShown | None, shown("The job; null for a test", PARTS)]
    incident: Annotated[AlertIncidentShown | None, shown("The incident; null without one", PARTS)]
    text: Annotated[str, shown("Says it to people, in one line", _KINDS[AlertKind.DOWN][2])]
    drill: NotRequired[
        Annotated[
            bool,
            shown("In a fire drill, always true: no job of yours is meant", True, const=True),
        ]
    ]


async def _taken(
    body: AlertShown,
    webhook_id: Annotated[
        str, Header(alias="webhook-id", description="The alert's id", examples=[_EVENT_ID])
    ],
    webhook_timestamp: Annotated[
        int,
        Header(
            alias="webhook-timestamp",
            ge=0,
            description="When this attempt was made, in Unix seconds",
            examples=[1771553709],
        ),
    ],
    webhook_signature: Annotated[
        str | None,
        Header(
            alias="webhook-signature",
            description=(
                "With a secret: v1, and the HMAC-SHA256 of id, timestamp and body in Base64, as "
                "Standard Webhooks defines it"
            ),
            examples=["v1,n7VJk2tq9mQyBqYqk1q0cQ0r2v3Y1vY8k4o1p8sJ5dE="],
        ),
    ] = None,
    x_webhook_signature: Annotated[
        str | None,
        Header(
            alias="X-Webhook-Signature",
            description="With a secret: sha256= and the HMAC-SHA256 of the raw body in hex",
            examples=["sha256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
        ),
    ] = None,
) -> None:
    """Take an alert: what a receiver does."""


for _kind, (_name, _when, _text) in _KINDS.items():
    router.add_api_route(
        _kind.value,
        _taken,
        methods=["POST"],
        operation_id=_name,
        summary=_when,
        description=_ABOUT.format(when=_when),
    )


def complete(kind: str, operation: Json) -> None:
    """Say what this kind of alert has of its own; leave out what a receiver need not answer."""
    operation["responses"] = {"2XX": {"description": "Taken; anything else is tried again."}}
    operation["security"] = []
    own: Json = {
        "type": {"const": kind},
        "text": {"type": "string", "examples": [_KINDS[AlertKind(kind)][2]]},
    }
    if kind == AlertKind.TEST:
        own |= {"job": {"const": None}, "incident": {"const": None}}
    operation["requestBody"]["content"]["application/json"]["schema"]["properties"] = own
