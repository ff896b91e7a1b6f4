"""The door for people with pages, visitors and an address of the test's choosing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import httpx
from starlette.responses import PlainTextResponse

from cronbeats.domain.access import PLANS, Role
from cronbeats.domain.account import User
from cronbeats.domain.membership import Membership
from cronbeats.domain.session import Client
from cronbeats.web.app import WebDoor
from cronbeats.web.page import Page
from cronbeats.web.visit import Answer, Visit, Visitor, WebContext
from tests.support.people import HASHES
from tests.support.turnable_clock import TurnableClock

BASE_URL = "http://cronbeats.test"
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def visitor(role: Role = Role.OWNER, workspace_id: int = 1) -> Visitor:
    """Return somebody who is in one workspace."""
    here = Membership(workspace_id, "Home", "business", role)
    return Visitor(User(1, "ada@example.com", "Ada"), 7, (here,))


def door_of(
    pages: Sequence[Page],
    sessions: dict[str, Visitor] | None = None,
    *,
    base_url: str = BASE_URL,
    **more: Any,
) -> WebDoor:
    """Return a door with these pages; each session is opened by its token."""

    async def recognize(token: str, client: Client, now: datetime) -> Visitor | None:
        return (sessions or {}).get(token)

    context = WebContext(
        db=cast("Any", None),
        clock=TurnableClock(),
        blind_windows=cast("Any", None),
        base_url=base_url,
        plans=PLANS,
        hashes=HASHES,
        recognize=recognize,
        document=dict,
        senders={},
        alerts_are_owed=lambda: None,
        **more,
    )
    return WebDoor(context, pages)


def client_of(
    pages: Sequence[Page], sessions: dict[str, Visitor] | None = None, **more: Any
) -> httpx.AsyncClient:
    """Return a client of the same."""
    door = door_of(pages, sessions, **more)
    return httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url=BASE_URL)


async def say_hello(visit: Visit) -> Answer:
    """Answer with all that a form held."""
    told = ", ".join(f"{name}={value}" for name, value in visit.form.items())
    return PlainTextResponse(f"hello {told}".strip())
