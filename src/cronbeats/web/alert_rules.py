"""The alert rules of a workspace: which events are told, and how often of what stays down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cronbeats.domain.access import Action
from cronbeats.domain.alert_rules import (
    LONGEST_REMINDER_SECONDS,
    SHORTEST_REMINDER_SECONDS,
    AlertRules,
)
from cronbeats.domain.errors import InvalidValueError
from cronbeats.domain.schedule import Every
from cronbeats.domain.words import schedule_in_words
from cronbeats.services.manage_integrations import get_alert_rules, save_alert_rules
from cronbeats.web.answers import go_to, show
from cronbeats.web.forms import Form, refused
from cronbeats.web.integration_cards import read_cards
from cronbeats.web.integrations import integrations_path
from cronbeats.web.page import get, post
from cronbeats.web.typed_numbers import whole_number
from cronbeats.web.visit import Answer, Visit

_REMINDER = "reminder_interval_seconds"
_INTERVALS = (300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400, 172_800, 604_800)
# What each rule is about: its name, the event, and when that is.
_EVENTS = (
    (
        "alert_on_down",
        "A job is down",
        "It missed its slot for good, a run failed or took too long.",
    ),
    ("alert_on_recovery", "It is healthy again", "After it was down; for how long is told."),
    (
        "alert_on_late",
        "A job is late",
        "Its grace is over, but it is not down yet. If it reports after all, nothing more is said.",
    ),
)


async def show_rules(visit: Visit) -> Answer:
    """Show which events are told, and to whom."""
    rules = await get_alert_rules(visit.context.db, visit.membership.workspace_id)
    return await _show(visit, _form_of(rules), rules.reminder_interval_seconds)


async def save_rules(visit: Visit) -> Answer:
    """Choose which events are told from now on."""
    context, workspace_id = visit.context, visit.membership.workspace_id
    try:
        changes = _read(visit.form)
    except InvalidValueError as error:
        return await _show(visit, refused(visit.form, error), status=422)
    await save_alert_rules(context.db, workspace_id, changes, visit.now, by=visit.actor)
    return go_to(visit, _path(visit), told="The alert rules are saved.")


_BASE = "/w/{workspace_id}/alert-rules"
PAGES = (
    get(_BASE, show_rules, Action.READ),
    post(_BASE, save_rules, Action.CHANGE_INTEGRATIONS),
)


async def _show(
    visit: Visit, form: Form, interval: int | None = None, *, status: int = 200
) -> Answer:
    return show(
        visit,
        "alert_rules.html",
        status=status,
        form=form,
        events=_EVENTS,
        intervals=_choices(interval),
        told_to=[each for each in await read_cards(visit) if each.is_told],
        storms=visit.context.storms,
        hold_seconds=f"{visit.context.storms.hold.total_seconds():g}",
        path=_path(visit),
        integrations=integrations_path(visit),
    )


def _form_of(rules: AlertRules) -> Form:
    values = {name: "yes" if getattr(rules, name) else "" for name, _, _ in _EVENTS}
    interval = rules.reminder_interval_seconds
    return Form({**values, _REMINDER: "" if interval is None else str(interval)})


def _choices(interval: int | None) -> list[tuple[str, str]]:
    """Return the intervals to choose from; the one that holds now is among them, whatever it is."""
    offered = sorted({*_INTERVALS, *([] if interval is None else [interval])})
    words = [(str(each), schedule_in_words(Every(each)).capitalize()) for each in offered]
    return [("", "Never"), *words]


def _read(form: Mapping[str, str]) -> dict[str, Any]:
    """Return the rules that a form wishes. Raises InvalidValueError."""
    text = form.get(_REMINDER, "")
    interval = whole_number(text)
    shortest, longest = SHORTEST_REMINDER_SECONDS, LONGEST_REMINDER_SECONDS
    if text and (interval is None or not shortest <= interval <= longest):
        raise InvalidValueError({_REMINDER: ["Choose one."]})
    return {**{name: form.get(name) == "yes" for name, _, _ in _EVENTS}, _REMINDER: interval}


def _path(visit: Visit) -> str:
    return f"/w/{visit.membership.workspace_id}/alert-rules"
