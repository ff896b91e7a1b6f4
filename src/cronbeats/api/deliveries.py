"""The delivery log."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, cast

from fastapi import Query
from pydantic import Field
from typing_extensions import TypedDict

from cronbeats.api.answer import PARTS, Answer, Moment, shown, shown_moment, success
from cronbeats.api.attempt_shown import AttemptShown
from cronbeats.api.context import Context, Reader
from cronbeats.api.numbers import Id
from cronbeats.api.paging import PageQuery, Pagination, pagination_json
from cronbeats.api.routing import new_router
from cronbeats.domain.integration import IntegrationKind
from cronbeats.edge.problems import attempt_json, moment
from cronbeats.services.browse_deliveries import browse_deliveries
from cronbeats.storage.deliveries import StoredDelivery, Wanted
from cronbeats.storage.delivery_attempts import MOST_KEPT

router = new_router("/deliveries", tag="Deliveries")

_ID = "5b2c1f0e-8a57-4b7c-9a39-0d7a4c1e2f33"


class DeliveryStatus(StrEnum):
    """How a delivery stands."""

    OWED = "owed"
    SENT = "sent"
    FAILED = "failed"
    SUPERSEDED = "superseded"


class DeliveriesQuery(PageQuery):
    """Which deliveries to list, and which page of them."""

    job_id: Id | None = Field(None, description="Only those about this job", examples=[1])
    integration: IntegrationKind | None = Field(
        None, description="Only those to this kind of integration", examples=["slack"]
    )
    status: DeliveryStatus | None = Field(
        None, description="Only those that stand like this", examples=["failed"]
    )


class DeliveryJobShown(TypedDict):
    """The job that an alert is about, as it was called then."""

    id: Annotated[int, shown("Names the job in this API", 1, minimum=1)]
    name: Annotated[str, shown("What people called it", "Daily Database Backup", maxLength=200)]


class DeliveryShown(TypedDict):
    """One alert to one integration."""

    id: Annotated[str, shown("Names the alert; the receiver knows the same", _ID, format="uuid")]
    type: Annotated[str, shown("What the alert is about", "job.down")]
    status: Annotated[
        DeliveryStatus,
        shown("Still to be sent, arrived, given up, or too late to be of use", "sent"),
    ]
    integration: Annotated[IntegrationKind, shown("To which kind of integration", "slack")]
    job: Annotated[DeliveryJobShown | None, shown("The job; null for a test", PARTS)]
    is_drill: Annotated[bool, shown("Whether it was only a fire drill", False)]
    text: Annotated[
        str | None, shown("What people are told, in one line", "Daily Database Backup is down.")
    ]
    owed_at: Annotated[Moment, shown("Since when it is owed, in UTC", "2026-02-20T02:15:09Z")]
    next_attempt_at: Annotated[
        Moment | None, shown("When it is tried next, in UTC; null unless it is owed", None)
    ]
    settled_at: Annotated[
        Moment | None, shown("When it was settled, in UTC", "2026-02-20T02:15:10Z")
    ]
    status_code: Annotated[
        int | None,
        shown("What the other side last answered, if it did", 200, minimum=100, maximum=599),
    ]
    error: Annotated[str | None, shown("What last went wrong", None)]
    attempt_count: Annotated[int, shown("Number of attempts so far", 1, minimum=0)]
    attempts: Annotated[
        list[AttemptShown],
        shown("The attempts, oldest first; of many the newest", PARTS, maxItems=MOST_KEPT),
    ]


class DeliveriesPage(TypedDict):
    """A page of deliveries."""

    deliveries: Annotated[list[DeliveryShown], shown("The deliveries, newest first", PARTS)]
    pagination: Annotated[Pagination, shown("Which page this is", PARTS)]


@router.get("", operation_id="listDeliveries")
async def browse(
    query: Annotated[DeliveriesQuery, Query()], context: Context, who: Reader
) -> Answer[DeliveriesPage]:
    """List what was sent to whom, newest first, with each attempt and what came of it."""
    wanted = Wanted(query.job_id, integration=query.integration, status=query.status)
    page = await browse_deliveries(context.db, who.workspace_id, wanted, query.request())
    items = [_delivery_json(each) for each in page.items]
    return success({"deliveries": items, "pagination": pagination_json(page)})


def _delivery_json(delivery: StoredDelivery) -> DeliveryShown:
    is_owed = delivery.status == DeliveryStatus.OWED
    return {
        "id": delivery.event_id,
        "type": delivery.kind,
        "status": DeliveryStatus(delivery.status),
        "integration": IntegrationKind(delivery.integration),
        "job": _job_json(delivery.facts.get("job")),
        "is_drill": bool(delivery.facts.get("is_drill")),
        "text": delivery.facts.get("text"),
        "owed_at": moment(delivery.owed_at),
        "next_attempt_at": shown_moment(delivery.next_attempt_at) if is_owed else None,
        "settled_at": shown_moment(delivery.settled_at),
        "status_code": delivery.status_code,
        "error": delivery.error,
        "attempt_count": delivery.attempt_count,
        "attempts": [cast("AttemptShown", attempt_json(each)) for each in delivery.attempts],
    }


def _job_json(facts: Any) -> DeliveryJobShown | None:
    """Return the job as it was then; a test has none."""
    return {"id": facts["id"], "name": facts["name"]} if facts else None
