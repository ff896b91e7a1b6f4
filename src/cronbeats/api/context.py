"""What every handler is given: where things are, and who is knocking."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request

from cronbeats.api.numbers import Id
from cronbeats.clock import Clock
from cronbeats.domain.access import Action, Identity, Plans, may
from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.errors import NotAllowedError
from cronbeats.senders.protocol import Senders
from cronbeats.storage.database import Database


@dataclass(frozen=True, slots=True)
class ApiContext:
    """What handlers need; `base_url` is the address that jobs ping, without a slash at its end.

    `alerts_are_owed` wakes the courier; `pause` waits for some seconds.
    """

    db: Database
    clock: Clock
    blind_windows: Callable[[], Awaitable[BlindWindows]]
    senders: Senders
    base_url: str
    alerts_are_owed: Callable[[], None]
    plans: Plans
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep


# None of the dependencies waits for anything; but the framework gives those that cannot wait to a
# thread, which costs more than all that they do.
async def _context(request: Request) -> ApiContext:
    context: ApiContext = request.state.context
    return context


@dataclass(frozen=True, slots=True)
class Allowed:
    """Lets only those through whose role may do `action`."""

    action: Action

    async def __call__(self, request: Request) -> Identity:
        who: Identity = request.state.identity
        if not may(who.role, self.action):
            raise NotAllowedError(f"A key with the role {who.role} may not do this")
        return who


Context = Annotated[ApiContext, Depends(_context)]
Reader = Annotated[Identity, Depends(Allowed(Action.READ))]
JobEditor = Annotated[Identity, Depends(Allowed(Action.CHANGE_JOBS))]
IntegrationEditor = Annotated[Identity, Depends(Allowed(Action.CHANGE_INTEGRATIONS))]
Auditor = Annotated[Identity, Depends(Allowed(Action.READ_AUDIT_LOG))]
JobId = Annotated[Id, Path(description="The job's id", examples=[1])]
SignalId = Annotated[Id, Path(description="The signal's id", examples=[1])]
