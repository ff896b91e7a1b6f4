"""Integrations as they are shown: how each stands, and what it is sent to, masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cronbeats.domain.access import Action
from cronbeats.domain.errors import NotFoundError
from cronbeats.domain.integration import Integration, IntegrationKind
from cronbeats.services.manage_integrations import IntegrationView, browse_integrations
from cronbeats.web.integration_words import ABOUT, TITLES, label_of
from cronbeats.web.visit import Visit


class Condition(StrEnum):
    """How an integration stands: UNREADABLE are values that this server's key does not open."""

    ENABLED = "enabled"
    THROTTLED = "throttled"
    BROKEN = "broken"
    OFF = "off"
    UNREADABLE = "unreadable"
    NOT_SET_UP = "not_set_up"
    UNAVAILABLE = "unavailable"


_TOLD = frozenset({Condition.ENABLED, Condition.THROTTLED, Condition.BROKEN})


@dataclass(frozen=True, slots=True)
class Card:
    """One kind of integration; `values` are pairs of what a value is called and its masked items.

    `stored` is the workspace's own if it has any values, or ones that nobody can read.
    """

    kind: IntegrationKind
    title: str
    about: str
    condition: Condition
    unavailable: str | None
    stored: Integration | None
    values: tuple[tuple[str, list[str]], ...]

    @property
    def is_told(self) -> bool:
        """Whether alerts go there, now or when what is in their way is over."""
        return self.condition in _TOLD


async def read_cards(visit: Visit) -> list[Card]:
    """Return a card for each kind of integration that there is for the visitor's workspace."""
    context = visit.context
    workspace_id = visit.membership.workspace_id
    views = await browse_integrations(context.db, context.senders, workspace_id)
    return [card_of(view, visit) for view in views]


async def find_view(visit: Visit) -> IntegrationView:
    """Return the kind of integration that the path names. Raises NotFoundError."""
    context = visit.context
    workspace_id = visit.membership.workspace_id
    views = await browse_integrations(context.db, context.senders, workspace_id)
    found = next((each for each in views if each.sender.kind == visit.part("kind")), None)
    if found is None:
        raise NotFoundError("There is no such kind of integration")
    return found


def card_of(view: IntegrationView, visit: Visit) -> Card:
    """Return how one kind of integration is shown to a visitor."""
    sender, integration = view.sender, view.integration
    is_there = integration is not None and (integration.config or not integration.is_readable)
    config = {} if integration is None else integration.config
    hides_people = not visit.membership.may(Action.CHANGE_INTEGRATIONS)
    values = [
        (label_of(field), field.masked(config.get(field.name, ""), hides_people=hides_people))
        for field in sender.fields
    ]
    return Card(
        sender.kind,
        TITLES[sender.kind],
        ABOUT[sender.kind],
        condition_of(view, visit.now),
        sender.unavailable,
        integration if is_there else None,
        tuple((label, items) for label, items in values if items),
    )


def condition_of(view: IntegrationView, now: datetime) -> Condition:
    """Return how one kind of integration stands; what is to be mended first comes first."""
    integration = view.integration
    if view.sender.unavailable is not None:
        return Condition.UNAVAILABLE
    if integration is not None and not integration.is_readable:
        return Condition.UNREADABLE
    if integration is None or not integration.is_configured:
        return Condition.NOT_SET_UP
    if not integration.is_enabled:
        return Condition.OFF
    if integration.broken is not None:
        return Condition.BROKEN
    if integration.resume_at is not None and integration.resume_at > now:
        return Condition.THROTTLED
    return Condition.ENABLED
