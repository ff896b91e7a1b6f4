"""API keys as people manage them: named, with a role, for as long as they are wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from cronbeats.domain.access import Role
from cronbeats.domain.audit import Actor, ActorKind

USE_IS_NEWS_AFTER = timedelta(minutes=1)
"""When a key was last used is written down at most this often, by however many processes."""


class KeyStatus(StrEnum):
    """Whether a key works, or why it does not."""

    LIVE = "live"
    REVOKED = "revoked"
    EXPIRED = "expired"
    ORPHANED = "orphaned"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key of one workspace; of the secret itself only the first characters are known.

    `created_by` is the address of the owner who made it, None if the command line did, whose keys
    are nobody's and work until they are revoked or expire. `is_backed` tells that its maker is an
    owner of the workspace at present, or that it needs none.
    """

    id: int
    workspace_id: int
    name: str
    prefix: str
    role: Role
    created_at: datetime
    created_by: str | None = None
    is_backed: bool = True
    last_used_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def status(self, now: datetime) -> KeyStatus:
        """Return whether the key works at `now`; from `expires_at` on it does not."""
        if self.revoked_at is not None:
            return KeyStatus.REVOKED
        if self.expires_at is not None and self.expires_at <= now:
            return KeyStatus.EXPIRED
        return KeyStatus.LIVE if self.is_backed else KeyStatus.ORPHANED

    @property
    def title(self) -> str:
        """What people know the key by: its name and its first characters."""
        return title_of_key(self.name, self.prefix)

    def as_actor(self, address: str | None) -> Actor:
        """Return the key as the audit log knows it, used from an address."""
        return Actor(ActorKind.API_KEY, self.title, self.id, address)


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key just made, with its secret, which is shown once and never again."""

    key: ApiKey
    secret: str = field(repr=False)


def title_of_key(name: str, prefix: str) -> str:
    """Return what people know a key by: its name and its first characters."""
    return f"{name} ({prefix}…)"
