"""Fire drills on a page: whether alerts arrive, and after how long, tried before it matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cronbeats.domain.access import Action
from cronbeats.domain.errors import ConflictError, NotConfiguredError
from cronbeats.domain.integration import IntegrationKind
from cronbeats.services.manage_integrations import count_test
from cronbeats.services.run_drill import LONGEST_SECONDS, Heard, Message, run_drill
from cronbeats.web.answers import show
from cronbeats.web.deliveries import deliveries_path
from cronbeats.web.integration_cards import read_cards
from cronbeats.web.integration_words import TITLES
from cronbeats.web.integrations import integrations_path
from cronbeats.web.page import get, post
from cronbeats.web.visit import Answer, Visit

_SECOND_MS = 1000


@dataclass(frozen=True, slots=True)
class Shown:
    """What became of one message of a drill: `words` tell how long it took, or that it is lost."""

    is_delivered: bool
    words: str
    error: str | None


async def show_drill(visit: Visit) -> Answer:
    """Explain what a drill does, and offer to begin one."""
    return await _show(visit)


async def start_drill(visit: Visit) -> Answer:
    """Run a drill, and show whom it reached, and how soon. Raises ThrottledError."""
    context = visit.context
    await count_test(context.db, visit.membership.workspace_id, visit.now)
    try:
        heard = await run_drill(
            context.db,
            visit.membership.workspace_id,
            context.clock,
            by=visit.actor,
            alerts_are_owed=context.alerts_are_owed,
            pause=context.pause,
        )
    except (ConflictError, NotConfiguredError) as error:
        return await _show(visit, trouble=f"{error}.", status=409)
    return await _show(visit, heard)


_BASE = "/w/{workspace_id}/fire-drill"
PAGES = (
    get(_BASE, show_drill, Action.READ),
    post(_BASE, start_drill, Action.CHANGE_INTEGRATIONS),
)


async def _show(
    visit: Visit, heard: Sequence[Heard] = (), *, trouble: str = "", status: int = 200
) -> Answer:
    messages = [message for each in heard for message in (each.down, each.recovered)]
    return show(
        visit,
        "fire_drill.html",
        status=status,
        heard=[
            (TITLES[IntegrationKind(each.integration)], _shown(each.down), _shown(each.recovered))
            for each in heard
        ],
        lost=sum(not message.is_delivered for message in messages),
        slowest=_took(max((message.delay_ms or 0 for message in messages), default=0)),
        trouble=trouble,
        told_to=[each for each in await read_cards(visit) if each.is_told],
        longest_seconds=LONGEST_SECONDS,
        path=f"/w/{visit.membership.workspace_id}/fire-drill",
        integrations=integrations_path(visit),
        deliveries=deliveries_path(visit),
    )


def _shown(message: Message) -> Shown:
    words = "Did not arrive"
    if message.delay_ms is not None:
        words = f"Arrived in {_took(message.delay_ms)}"
    return Shown(message.is_delivered, words, message.error)


def _took(milliseconds: int) -> str:
    if milliseconds < _SECOND_MS:
        return f"{milliseconds} ms"
    return f"{milliseconds / _SECOND_MS:.1f} s"
