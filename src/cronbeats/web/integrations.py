"""The integrations of a workspace: how each stands; tried, switched on and off, and removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cronbeats.domain.access import Action
from cronbeats.domain.attempt import Attempt, Outcome, attempt_of
from cronbeats.domain.errors import DeliveryFailedError, NotConfiguredError
from cronbeats.domain.integration import IntegrationKind
from cronbeats.services.manage_integrations import (
    IntegrationView,
    count_test,
    save_integration,
    test_integration,
)
from cronbeats.web.answers import go_to, show
from cronbeats.web.deliveries import deliveries_path
from cronbeats.web.integration_cards import Condition, find_view, read_cards
from cronbeats.web.integration_words import TITLES, advice_on
from cronbeats.web.page import get, post
from cronbeats.web.visit import Answer, Visit


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of a test message: `trouble` says why none was sent, `advice` what to do."""

    kind: IntegrationKind
    attempt: Attempt | None = None
    trouble: str = ""
    advice: str = ""

    @property
    def is_delivered(self) -> bool:
        """Whether the message arrived."""
        return self.attempt is not None and self.attempt.outcome is Outcome.DELIVERED


async def show_integrations(visit: Visit) -> Answer:
    """Show every kind of integration, set up or not."""
    return await _show(visit)


async def try_integration(visit: Visit) -> Answer:
    """Send a test message, and show what came back. Raises NotFoundError, ThrottledError."""
    view = await find_view(visit)
    kind, context = view.sender.kind, visit.context
    await count_test(context.db, visit.membership.workspace_id, visit.now)
    try:
        delivered = await test_integration(
            context.db, view.sender, visit.membership.workspace_id, visit.now, by=visit.actor
        )
    except NotConfiguredError as error:
        return await _show(visit, Tested(kind, trouble=f"{error}."), status=409)
    except DeliveryFailedError as error:
        attempt = error.attempt
        advice = "" if attempt is None else advice_on(kind, attempt)
        return await _show(visit, Tested(kind, attempt, advice=advice))
    return await _show(visit, Tested(kind, attempt_of(delivered, visit.now, visit.now)))


async def enable(visit: Visit) -> Answer:
    """Send alerts to an integration from now on. Raises NotFoundError."""
    return await _switch(visit, is_enabled=True)


async def disable(visit: Visit) -> Answer:
    """Send no alerts to an integration any more. Raises NotFoundError."""
    return await _switch(visit, is_enabled=False)


async def ask_to_remove(visit: Visit) -> Answer:
    """Ask whether an integration is really to go. Raises NotFoundError."""
    view = await find_view(visit)
    return show(
        visit,
        "remove_integration.html",
        kind=view.sender.kind,
        name=TITLES[view.sender.kind],
        path=integrations_path(visit),
    )


async def remove(visit: Visit) -> Answer:
    """Forget all that an integration was set up with. Raises NotFoundError."""
    view = await find_view(visit)
    nothing = {field.name: "" for field in view.sender.fields}
    # It is on when somebody sets it up again.
    await save(visit, view, nothing, is_enabled=True)
    told = f"{TITLES[view.sender.kind]} is removed: nothing is sent to it any more."
    return go_to(visit, integrations_path(visit), told=told)


async def save(
    visit: Visit, view: IntegrationView, values: Mapping[str, str], *, is_enabled: bool | None
) -> IntegrationView:
    """Save values of an integration, as the visitor wants it. Raises InvalidValueError."""
    return await save_integration(
        visit.context.db,
        view.sender,
        visit.membership.workspace_id,
        values,
        is_enabled=is_enabled,
        by=visit.actor,
        now=visit.now,
    )


def integrations_path(visit: Visit) -> str:
    """Return the path of the page that shows all integrations."""
    return f"/w/{visit.membership.workspace_id}/integrations"


_BASE = "/w/{workspace_id}/integrations"
_ONE = f"{_BASE}/{{kind}}"
PAGES = (
    get(_BASE, show_integrations, Action.READ),
    post(f"{_ONE}/test", try_integration, Action.CHANGE_INTEGRATIONS),
    post(f"{_ONE}/enable", enable, Action.CHANGE_INTEGRATIONS),
    post(f"{_ONE}/disable", disable, Action.CHANGE_INTEGRATIONS),
    get(f"{_ONE}/remove", ask_to_remove, Action.CHANGE_INTEGRATIONS),
    post(f"{_ONE}/remove", remove, Action.CHANGE_INTEGRATIONS),
)


async def _show(visit: Visit, tested: Tested | None = None, *, status: int = 200) -> Answer:
    cards = await read_cards(visit)
    shown = [
        each
        for each in cards
        # Of what the operator must allow first, a line at the end is enough.
        if each.stored
        or each.condition is not Condition.UNAVAILABLE
        or each.kind is not IntegrationKind.APPRISE
    ]
    return show(
        visit,
        "integrations.html",
        status=status,
        cards=shown,
        left_out=[each for each in cards if each not in shown],
        tested=tested,
        path=integrations_path(visit),
        deliveries=deliveries_path(visit),
    )


async def _switch(visit: Visit, *, is_enabled: bool) -> Answer:
    view = await find_view(visit)
    await save(visit, view, {}, is_enabled=is_enabled)
    name = TITLES[view.sender.kind]
    said = "is told of alerts again" if is_enabled else "is switched off: nothing is sent to it"
    return go_to(visit, integrations_path(visit), told=f"{name} {said}.")
