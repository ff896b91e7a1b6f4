"""A visit: who asks for which page, of which workspace, and with what."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network
from typing import Any, TypeVar

from starlette.requests import Request

from cronbeats.clock import Clock
from cronbeats.domain.access import Plans
from cronbeats.domain.account import User
from cronbeats.domain.audit import Actor, person
from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.membership import Invitation, Membership
from cronbeats.domain.session import Client
from cronbeats.domain.storm import StormRule
from cronbeats.edge.asgi import AsgiApp
from cronbeats.edge.client_address import client_address
from cronbeats.senders.protocol import IdentityProvider, Senders
from cronbeats.services.sign_in_elsewhere import Terms
from cronbeats.storage.database import Database
from cronbeats.storage.password_hashes import PasswordHashes
from cronbeats.web.hub import Hub

Answer = AsgiApp
"""What a page answers; every Response of Starlette is one."""

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is signed in, in which session, and the workspaces that they are in.

    Whom a proxy names is in none.
    """

    user: User
    session_id: int | None
    memberships: tuple[Membership, ...]


Recognize = Callable[[str, Client, datetime], Awaitable[Visitor | None]]
"""Returns whose session a token opens, shown from somewhere at a moment; None if nobody's."""

RecognizeNamed = Callable[[str, str | None, datetime], Awaitable[Visitor | None]]
"""Returns whom a proxy names, None if they have no account; ends the session of somebody else."""


@dataclass(frozen=True, slots=True)
class ProxySignIn:
    """That a trusted proxy names people in a `header` (in small letters), and who they are.

    `sign_out_url` is where they sign out, empty if that is not known.
    """

    header: str
    recognize: RecognizeNamed
    sign_out_url: str = ""


@dataclass(frozen=True, slots=True)
class WebContext:
    """What pages need; `base_url` is this server's address, without a slash at its end.

    `document` gives the OpenAPI document of the Management API. `alerts_are_owed` wakes the
    courier; `pause` waits for some seconds; `storms` tells what is told together. `begin_reset`
    sends a link for a new password to an address, in the background; None if this server can send
    no letters. `begin_invitation` sends the link of an invitation likewise. The `provider` is the
    one through which people sign in elsewhere, on the operator's `terms`; a `proxy` may name them,
    too. `fixed` keeps answers that are the same for everybody. `hub` tells open pages what changed.
    """

    db: Database
    clock: Clock
    blind_windows: Callable[[], Awaitable[BlindWindows]]
    base_url: str
    plans: Plans
    hashes: PasswordHashes
    recognize: Recognize
    document: Callable[[], dict[str, Any]]
    senders: Senders
    alerts_are_owed: Callable[[], None]
    trusted_proxies: Sequence[IPv4Network | IPv6Network] = ()
    is_development: bool = False
    begin_reset: Callable[[str], None] | None = None
    begin_invitation: Callable[[Invitation, str], None] | None = None
    provider: IdentityProvider | None = None
    terms: Terms = field(default_factory=Terms)
    proxy: ProxySignIn | None = None
    fixed: dict[str, Answer] = field(default_factory=dict)
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    storms: StormRule = field(default_factory=StormRule)
    hub: Hub = field(default_factory=Hub)

    @property
    def is_secure(self) -> bool:
        """Whether people reach this server through TLS, so that cookies need not travel without."""
        return self.base_url.startswith("https://")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page, by somebody who may make it, at the moment `now`.

    `form` holds what was sent, empty for a page that is looked at. What is heard after `position`
    may not be on the page. `named` is the folded address by which a trusted proxy names whoever
    asks, None if none does.
    """

    context: WebContext
    request: Request
    now: datetime
    form: Mapping[str, str]
    visitor: Visitor | None = None
    here: Membership | None = None
    position: str = ""
    named: str | None = None

    @property
    def user(self) -> User:
        """Who is signed in; there is somebody on each page that needs it."""
        return _there(self.visitor).user

    @property
    def session_id(self) -> int | None:
        """The session that this visit is part of, None if a proxy names the visitor."""
        return _there(self.visitor).session_id

    @property
    def memberships(self) -> tuple[Membership, ...]:
        """The workspaces that the visitor is in, none for nobody."""
        return self.visitor.memberships if self.visitor else ()

    @property
    def membership(self) -> Membership:
        """What the visitor is in the workspace of the page's path."""
        return _there(self.here)

    @property
    def client(self) -> Client:
        """Where the request came from, as far as proxies can be believed."""
        return client_of(self.request, self.context)

    @property
    def actor(self) -> Actor:
        """Who does what the page does, as the audit log tells it."""
        return person(self.user.id, self.user.email, self.client.address)

    @property
    def path(self) -> str:
        """The path of the page."""
        return self.request.url.path

    def part(self, name: str) -> str:
        """Return a part of the path by the name that it has in the table of pages."""
        return str(self.request.path_params[name])

    def id(self, name: str) -> int:
        """Return a part of the path that is a whole number."""
        return int(self.request.path_params[name])


def client_of(request: Request, context: WebContext) -> Client:
    """Return where a request came from, as far as proxies can be believed."""
    peer = request.client.host if request.client else None
    address = client_address(peer, request.headers.raw, context.trusted_proxies)
    return Client.seen(address, request.headers.get("user-agent"))


def _there(value: _Value | None) -> _Value:
    if value is None:
        raise LookupError("this page does not need it of its visitors")
    return value
