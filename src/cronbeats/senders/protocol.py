"""What every sender offers, so that the rest of CronBeats need not know which it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from cronbeats.domain.alert import Alert, Digest
from cronbeats.domain.authorization_request import AuthorizationRequest
from cronbeats.domain.delivery import Delivery
from cronbeats.domain.identity import Identity
from cronbeats.domain.integration import IntegrationKind, split_list
from cronbeats.domain.mask import mask_email, mask_secret, mask_url

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class ConfigField:
    """One value that a person gives to set an integration up.

    A secret is only ever shown masked, and what is personal only to those who may change it.
    `is_url` values are checked to be an address we may call. A field with `max_items` is a list,
    kept as join_list makes it, and `max_length` is that of an item. A secret that `is_made_here`
    may be any: we can make one. `example` shows people what a value, or an item, looks like; it is
    nobody's.
    """

    name: str
    description: str
    is_secret: bool = True
    is_required: bool = True
    is_url: bool = False
    max_length: int = 500
    max_items: int | None = None
    is_personal: bool = False
    is_made_here: bool = False
    example: str = ""

    def masked(self, value: str, *, hides_people: bool) -> list[str]:
        """Return a value, as it is kept, as it may be shown: the items of a list, else one or none.

        `hides_people` tells that whoever looks need not know whom it is about.
        """
        items = [value] if self.max_items is None else split_list(value)
        return [self._masked(item, hides_people=hides_people) for item in items if item]

    def _masked(self, item: str, *, hides_people: bool) -> str:
        if self.is_personal and hides_people:
            return mask_email(item)
        if not self.is_secret:
            return item
        return mask_url(item) if self.is_url else mask_secret(item)


class Sender(Protocol):
    """Tells one kind of integration."""

    @property
    def kind(self) -> IntegrationKind:
        """Which kind of integration this sender tells."""

    @property
    def fields(self) -> tuple[ConfigField, ...]:
        """The values it needs, in the order people expect them."""

    @property
    def unavailable(self) -> str | None:
        """Why this kind cannot be used on this server, and what its operator must do; or None."""

    def explain_bad(self, config: Mapping[str, str]) -> dict[str, list[str]]:
        """Return what is wrong with the values given, by field; empty when all is well.

        A value that is missing or empty is never wrong: that it is required is asked elsewhere.
        """

    async def send(self, config: Mapping[str, str], alert: Alert) -> Delivery:
        """Send `alert`; never raises for what the network or the other side does."""


@runtime_checkable
class DigestSender(Sender, Protocol):
    """Tells people, who are spared many messages at once; a program is sent each alert alone."""

    async def send_digest(self, config: Mapping[str, str], digest: Digest) -> Delivery:
        """Send one message that tells all alerts of `digest`; never raises, as `send` does not."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to somebody about an account; `subject` is one line, `text` may hold links."""

    to: str
    subject: str
    text: str = field(repr=False)


class Postman(Protocol):
    """Brings letters to people."""

    @property
    def is_available(self) -> bool:
        """Whether this server can send letters at all."""

    async def post(self, letter: Letter) -> Delivery:
        """Send `letter`; never raises for what the network or the other side does."""


class IdentityProvider(Protocol):
    """Says who people are who sign in elsewhere."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def issuer(self) -> str:
        """The address by which the operator knows it."""

    async def authorization_url(self, request: AuthorizationRequest) -> str:
        """Return where a browser is sent with a request. Raises ProviderError."""

    async def identify(self, request: AuthorizationRequest, code: str) -> Identity:
        """Return who came back with a code. Raises ProviderError."""


Senders = Mapping[IntegrationKind, Sender]
