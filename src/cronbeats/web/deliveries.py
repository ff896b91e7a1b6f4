"""The delivery log: every message to every integration, each attempt and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from cronbeats.domain.access import Action
from cronbeats.domain.attempt import Outcome
from cronbeats.domain.integration import IntegrationKind
from cronbeats.domain.page import PageRequest
from cronbeats.services.browse_deliveries import browse_deliveries, get_delivery
from cronbeats.storage.deliveries import StoredDelivery, Wanted
from cronbeats.web.answers import show
from cronbeats.web.delivery_words import STATUSES, event_of
from cronbeats.web.forms import Form
from cronbeats.web.integration_words import TITLES, advice_on
from cronbeats.web.job_paths import jobs_path
from cronbeats.web.lists import asked_for, id_in, page_number
from cronbeats.web.page import get
from cronbeats.web.visit import Answer, Visit

_PER_PAGE = 25
_LONGEST_NAME = 200
_FILTERS = ("job", "job_id", "integration", "status")
_ANY = ("", "Any")


@dataclass(frozen=True, slots=True)
class Entry:
    """A delivery as it is shown: `event` and `to` in words, the job's name as it was then.

    `job_path` leads to the job while it is there.
    """

    stored: StoredDelivery
    event: str
    to: str
    job_name: str | None
    job_path: str | None
    is_drill: bool
    text: str | None


async def show_deliveries(visit: Visit) -> Answer:
    """List what was sent, newest first; the address says of which kind. Raises NotFoundError."""
    asked = asked_for(visit, _FILTERS)
    wanted, errors = _read(asked)
    page = await browse_deliveries(
        visit.context.db,
        visit.membership.workspace_id,
        wanted,
        PageRequest(page_number(visit), _PER_PAGE),
    )
    return show(
        visit,
        "deliveries.html",
        status=422 if errors else 200,
        form=Form(asked, errors),
        page=page,
        entries=[_entry(visit, each) for each in page.items],
        path=deliveries_path(visit),
        query=urlencode({name: text for name, text in asked.items() if text}),
        is_filtered=any(asked.values()),
        integrations=[_ANY, *TITLES.items()],
        statuses=[_ANY, *STATUSES.items()],
    )


async def show_delivery(visit: Visit) -> Answer:
    """Show one message with each attempt to deliver it. Raises NotFoundError."""
    stored = await get_delivery(
        visit.context.db, visit.membership.workspace_id, visit.part("delivery")
    )
    return show(
        visit,
        "delivery.html",
        entry=_entry(visit, stored),
        advice=_advice(stored),
        path=deliveries_path(visit),
    )


def deliveries_path(visit: Visit) -> str:
    """Return the path of the delivery log."""
    return f"/w/{visit.membership.workspace_id}/deliveries"


_BASE = "/w/{workspace_id}/deliveries"
PAGES = (
    get(_BASE, show_deliveries, Action.READ),
    get(f"{_BASE}/{{delivery}}", show_delivery, Action.READ),
)


def _read(asked: Mapping[str, str]) -> tuple[Wanted, dict[str, list[str]]]:
    """Return which deliveries are asked for, and by field what cannot be asked for.

    Raises NotFoundError for a job that a page cannot have led here from.
    """
    errors: dict[str, list[str]] = {}
    name, integration, status = asked["job"], asked["integration"], asked["status"]
    if len(name) > _LONGEST_NAME:
        errors["job"] = [f"Must be at most {_LONGEST_NAME} characters long."]
    if integration and integration not in TITLES:
        errors["integration"] = ["Choose one."]
    if status and status not in STATUSES:
        errors["status"] = ["Choose one."]
    wanted = Wanted(
        id_in(asked["job_id"]) if asked["job_id"] else None,
        None if "job" in errors else name or None,
        IntegrationKind(integration) if integration in TITLES else None,
        status if status in STATUSES else None,
    )
    return wanted, errors


def _entry(visit: Visit, stored: StoredDelivery) -> Entry:
    job: Any = stored.facts.get("job")
    is_drill = bool(stored.facts.get("is_drill"))
    return Entry(
        stored,
        event_of(stored.kind),
        TITLES[IntegrationKind(stored.integration)],
        None if job is None or is_drill else str(job["name"]),
        f"{jobs_path(visit)}/{job['id']}" if job is not None and stored.job_is_there else None,
        is_drill,
        stored.facts.get("text"),
    )


def _advice(stored: StoredDelivery) -> str:
    """Return what to do about a message that has not arrived; nothing if there is nothing to do."""
    last = stored.attempts[-1] if stored.attempts else None
    if last is None or last.outcome is Outcome.DELIVERED or stored.status in {"sent", "superseded"}:
        return ""
    return advice_on(IntegrationKind(stored.integration), last)
