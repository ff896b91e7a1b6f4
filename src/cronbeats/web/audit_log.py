"""The audit log of a workspace: who did what, when and from where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from cronbeats.domain.access import Action
from cronbeats.domain.audit import ActorKind, AuditAction
from cronbeats.domain.page import PageRequest
from cronbeats.services.browse_audit_log import browse_audit_log
from cronbeats.storage.audit_log import AuditQuery
from cronbeats.web.answers import show
from cronbeats.web.forms import Form
from cronbeats.web.lists import asked_for, page_number
from cronbeats.web.page import get
from cronbeats.web.visit import Answer, Visit

_PER_PAGE = 50
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
_FILTERS = ("action", "actor", "since", "until")
_ANY = ("", "Any")
_ACTORS = [
    _ANY,
    (ActorKind.PERSON, "People"),
    (ActorKind.API_KEY, "API keys"),
    (ActorKind.OPERATOR, "Command line"),
    (ActorKind.CRONBEATS, "CronBeats"),
]
# What belongs to people, not to a workspace, is not in a workspace's log.
_ACTIONS = [
    _ANY,
    *((each, each.value) for each in AuditAction if not each.value.startswith("user.")),
]
_DAY = "Must be a day such as 2026-02-20."


async def show_audit_log(visit: Visit) -> Answer:
    """List what was done, newest first; the address says of which kind."""
    asked = asked_for(visit, _FILTERS)
    wanted, errors = _read(asked)
    page = await browse_audit_log(
        visit.context.db,
        visit.membership.workspace_id,
        wanted,
        PageRequest(page_number(visit), _PER_PAGE),
    )
    return show(
        visit,
        "audit_log.html",
        status=422 if errors else 200,
        form=Form(asked, errors),
        page=page,
        path=f"/w/{visit.membership.workspace_id}/audit-log",
        query=urlencode({name: text for name, text in asked.items() if text}),
        is_filtered=any(asked.values()),
        actors=_ACTORS,
        actions=_ACTIONS,
    )


PAGES = (get("/w/{workspace_id}/audit-log", show_audit_log, Action.READ_AUDIT_LOG),)


def _read(asked: Mapping[str, str]) -> tuple[AuditQuery, dict[str, list[str]]]:
    """Return which entries are asked for, and by field what cannot be asked for."""
    readers: dict[str, Callable[[str], Any]] = {
        "action": AuditAction,
        "actor": ActorKind,
        "since": _day,
        "until": _day,
    }
    values: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, read in readers.items():
        try:
            values[name] = read(asked[name]) if asked[name] else None
        except ValueError:
            values[name] = None
            errors[name] = [_DAY if read is _day else "Choose one."]
    # The day named last is meant to its end.
    end = None if values["until"] is None else values["until"] + timedelta(days=1)
    return AuditQuery(values["action"], values["actor"], None, values["since"], end), errors


def _day(text: str) -> datetime:
    """Return the beginning of a day of UTC. Raises ValueError for what is none."""
    day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError
    return day
