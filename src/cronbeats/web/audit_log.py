"""The audit log of a workspace: who did what, when and from where."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from cronbeats.domain.access import Action
from cronbeats.domain.audit import Actor, ActorKind, AuditAction
from cronbeats.domain.page import PageRequest
from cronbeats.services.browse_audit_log import browse_actors, browse_audit_log
from cronbeats.storage.audit_log import AuditQuery, StoredEntry
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
_ID = re.compile(r"[1-9][0-9]{0,17}")
_DAY = "Must be a day such as 2026-02-20."


async def show_audit_log(visit: Visit) -> Answer:
    """List what was done, newest first; the address says of which kind."""
    asked = asked_for(visit, _FILTERS)
    wanted, errors = _read(asked)
    db, here = visit.context.db, visit.membership.workspace_id
    page = await browse_audit_log(db, here, wanted, PageRequest(page_number(visit), _PER_PAGE))
    actors = _choices(await browse_actors(db, here), wanted, page.items)
    return show(
        visit,
        "audit_log.html",
        status=422 if errors else 200,
        form=Form(asked, errors),
        page=page,
        path=f"/w/{here}/audit-log",
        query=urlencode({name: text for name, text in asked.items() if text}),
        is_filtered=any(asked.values()),
        actors=actors,
        value_of=_value_of,
        actions=_ACTIONS,
    )


PAGES = (get("/w/{workspace_id}/audit-log", show_audit_log, Action.READ_AUDIT_LOG),)


def _choices(
    known: Sequence[Actor], wanted: AuditQuery, found: Sequence[StoredEntry]
) -> list[tuple[str, str]]:
    """Return what can be chosen of those who did something, and how each is called.

    Whoever is chosen is among them, even if they have gone since.
    """
    each = [(_value_of(actor), actor.name) for actor in known]
    if wanted.actor_kind is not None and wanted.actor_id is not None:
        chosen = Actor(wanted.actor_kind, f"Number {wanted.actor_id}", wanted.actor_id)
        names = [stored.entry.actor.name for stored in found]
        value = _value_of(chosen)
        if value not in dict(each):
            each.append((value, next(iter(names), chosen.name)))
    return [*_ACTORS, *each]


def _value_of(actor: Actor) -> str:
    """Return how an address asks for what somebody did, as in `person:7`."""
    return actor.kind if actor.id is None else f"{actor.kind}:{actor.id}"


def _actor(text: str) -> tuple[ActorKind, int | None]:
    """Return what kind of somebody is asked for, and which one. Raises ValueError."""
    kind, colon, number = text.partition(":")
    if colon and not _ID.fullmatch(number):
        raise ValueError
    return ActorKind(kind), int(number) if colon else None


def _read(asked: Mapping[str, str]) -> tuple[AuditQuery, dict[str, list[str]]]:
    """Return which entries are asked for, and by field what cannot be asked for."""
    readers: dict[str, Callable[[str], Any]] = {
        "action": AuditAction,
        "actor": _actor,
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
    kind, actor_id = values["actor"] or (None, None)
    return AuditQuery(values["action"], kind, actor_id, values["since"], end), errors


def _day(text: str) -> datetime:
    """Return the beginning of a day of UTC. Raises ValueError for what is none."""
    day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError
    return day
