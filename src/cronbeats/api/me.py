"""Me: whose key it is, what it may do, and how much is left of the rate limits."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from typing_extensions import TypedDict

from cronbeats.api.answer import PARTS, Answer, Moment, shown, shown_moment, success
from cronbeats.api.context import Context, Reader
from cronbeats.api.routing import new_router
from cronbeats.domain.access import Role
from cronbeats.domain.rate_limit import Allowance, Quota
from cronbeats.edge.problems import moment
from cronbeats.services.describe_caller import describe_caller

router = new_router(tag="Me")


class WorkspaceShown(TypedDict):
    """What jobs, integrations, people and keys belong to."""

    id: Annotated[int, shown("Names the workspace", 1, minimum=1)]
    name: Annotated[str, shown("What people call it", "Home", maxLength=200)]


class KeyShown(TypedDict):
    """The API key that was sent; the secret itself is not kept."""

    name: Annotated[str, shown("What people call it", "Terraform", maxLength=200)]
    prefix: Annotated[str, shown("The first characters of its secret", "cb_4Fq7a", maxLength=20)]
    role: Annotated[Role, shown("What it may do", "admin")]
    expires_at: Annotated[
        Moment | None,
        shown("From when on it does not work, in UTC; null for never", "2027-02-20T15:42:00Z"),
    ]


class LimitsShown(TypedDict):
    """How many requests a plan allows."""

    per_minute: Annotated[int, shown("Requests in a minute of UTC", 60, minimum=0)]
    per_day: Annotated[int, shown("Requests in a day of UTC", 20_000, minimum=0)]


class PlanShown(TypedDict):
    """What the workspace may use."""

    name: Annotated[str, shown("What it is called", "business", maxLength=20)]
    limits: Annotated[LimitsShown, shown("The requests that all its keys may make", PARTS)]


class QuotaShown(TypedDict):
    """What was used of a limit."""

    used: Annotated[int, shown("Requests in the window at hand, with this one", 15, minimum=0)]
    remaining: Annotated[int, shown("Requests that are left in it", 45, minimum=0)]
    resets_at: Annotated[Moment, shown("When the next one begins, in UTC", "2026-02-20T15:43:00Z")]


class UsageShown(TypedDict):
    """What was used of both limits."""

    per_minute: Annotated[QuotaShown, shown("This minute", PARTS)]
    per_day: Annotated[QuotaShown, shown("This day", PARTS)]


class MeShown(TypedDict):
    """Who is asking."""

    workspace: Annotated[WorkspaceShown, shown("The workspace that the key belongs to", PARTS)]
    key: Annotated[KeyShown, shown("The key that was sent", PARTS)]
    plan: Annotated[PlanShown, shown("The plan of the workspace", PARTS)]
    usage: Annotated[UsageShown, shown("What all its keys used of the limits", PARTS)]
    job_count: Annotated[int, shown("Number of jobs in the workspace", 12, minimum=0)]


@router.get("/me", operation_id="getMe")
async def get(request: Request, context: Context, who: Reader) -> Answer[MeShown]:
    """Say whose key it is, what it may do, and what is left of the rate limits."""
    allowance: Allowance = request.state.allowance
    found = await describe_caller(context.db, who)
    return success(
        {
            "workspace": {"id": who.workspace_id, "name": found.workspace_name},
            "key": {
                "name": found.key.name,
                "prefix": found.key.prefix,
                "role": who.role,
                "expires_at": shown_moment(found.key.expires_at),
            },
            "plan": {
                "name": who.plan,
                "limits": {
                    "per_minute": allowance.minute.limit,
                    "per_day": allowance.day.limit,
                },
            },
            "usage": {
                "per_minute": _window_json(allowance.minute),
                "per_day": _window_json(allowance.day),
            },
            "job_count": found.job_count,
        }
    )


def _window_json(quota: Quota) -> QuotaShown:
    return {
        "used": quota.used,
        "remaining": quota.remaining,
        "resets_at": moment(quota.resets_at),
    }
