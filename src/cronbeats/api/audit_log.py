"""The audit log: who did what, when and from where."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field
from typing_extensions import TypedDict

from cronbeats.api.answer import PARTS, Answer, Moment, shown, success
from cronbeats.api.context import Auditor, Context
from cronbeats.api.moments import PeriodQuery
from cronbeats.api.numbers import Id
from cronbeats.api.paging import Pagination, pagination_json
from cronbeats.api.routing import new_router
from cronbeats.domain.audit import (
    LONGEST_VALUE,
    Actor,
    ActorKind,
    AuditAction,
    FieldChange,
    Target,
    TargetKind,
)
from cronbeats.edge.problems import moment
from cronbeats.services.browse_audit_log import browse_audit_log
from cronbeats.storage.audit_log import AuditQuery, StoredEntry

router = new_router("/audit-log", tag="Audit log")

_LONGEST_NAME = 260


class AuditLogQuery(PeriodQuery):
    """Which entries to list, and which page of them."""

    action: AuditAction | None = Field(
        None, description="Only this was done", examples=["job.updated"]
    )
    actor_type: ActorKind | None = Field(
        None, description="Only what this kind of actor did", examples=["api_key"]
    )
    actor_id: Id | None = Field(
        None,
        description="Only what the person or key of this id did; name the actor_type as well",
        examples=[1],
    )

    def wanted(self) -> AuditQuery:
        """Return what is asked for as a value."""
        return AuditQuery(self.action, self.actor_type, self.actor_id, self.since, self.until)


class ActorShown(TypedDict):
    """Who did it."""

    type: Annotated[ActorKind, shown("What kind of somebody", "api_key")]
    id: Annotated[
        int | None, shown("The id of the person or key; null for the others", 1, minimum=1)
    ]
    name: Annotated[
        str,
        shown(
            "A person's address, or a key's name and prefix, as it was then",
            "Terraform (cb_4Fq7a…)",
            maxLength=_LONGEST_NAME,
        ),
    ]
    address: Annotated[
        str | None,
        shown("The IP address that it was done from, if it came in over HTTP", "192.0.2.7"),
    ]


class TargetShown(TypedDict):
    """What it was done to."""

    type: Annotated[TargetKind, shown("What kind of thing", "job")]
    id: Annotated[
        int | None,
        shown("Its id; null for what a workspace has only one of", 1, minimum=1),
    ]
    name: Annotated[
        str,
        shown("What it was called then", "Daily Database Backup", maxLength=_LONGEST_NAME),
    ]


class FieldChangeShown(TypedDict):
    """One value that was changed."""

    field: Annotated[str, shown("Which one", "grace_seconds")]
    before: Annotated[
        str | None,
        shown("What it was; null for nothing, or a secret", "300", maxLength=LONGEST_VALUE),
    ]
    after: Annotated[
        str | None,
        shown("What it became; null for nothing, or a secret", "600", maxLength=LONGEST_VALUE),
    ]


class AuditEntryShown(TypedDict):
    """Somebody did something."""

    id: Annotated[int, shown("Names the entry", 1, minimum=1)]
    at: Annotated[Moment, shown("When it was done, in UTC", "2026-02-20T15:42:00Z")]
    action: Annotated[AuditAction, shown("What was done", "job.updated")]
    actor: Annotated[ActorShown, shown("Who did it", PARTS)]
    target: Annotated[TargetShown, shown("What it was done to", PARTS)]
    changes: Annotated[
        list[FieldChangeShown], shown("The values that were changed, if that says more", PARTS)
    ]


class AuditLogPage(TypedDict):
    """A page of the audit log."""

    entries: Annotated[list[AuditEntryShown], shown("The entries, newest first", PARTS)]
    pagination: Annotated[Pagination, shown("Which page this is", PARTS)]


@router.get("", operation_id="listAuditLog")
async def browse(
    query: Annotated[AuditLogQuery, Query()], context: Context, who: Auditor
) -> Answer[AuditLogPage]:
    """List who did what in the workspace, newest first.

    Whoever was removed since, or a key that was revoked, is still told by name.
    """
    page = await browse_audit_log(context.db, who.workspace_id, query.wanted(), query.request())
    items = [_entry_json(each) for each in page.items]
    return success({"entries": items, "pagination": pagination_json(page)})


def _entry_json(stored: StoredEntry) -> AuditEntryShown:
    entry = stored.entry
    return {
        "id": stored.id,
        "at": moment(entry.at),
        "action": entry.action,
        "actor": _actor_json(entry.actor),
        "target": _target_json(entry.target),
        "changes": [_change_json(change) for change in entry.changes],
    }


def _actor_json(actor: Actor) -> ActorShown:
    return {"type": actor.kind, "id": actor.id, "name": actor.name, "address": actor.address}


def _target_json(target: Target) -> TargetShown:
    return {"type": target.kind, "id": target.id, "name": target.name}


def _change_json(change: FieldChange) -> FieldChangeShown:
    return {"field": change.field, "before": change.before, "after": change.after}
