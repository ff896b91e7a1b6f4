"""Integrations: where a workspace's alerts go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class IntegrationKind(StrEnum):
    """The services that can be told, by their names in the API."""

    SLACK = "slack"
    DISCORD = "discord"
    TELEGRAM = "telegram"
    WEBHOOK = "webhook"
    EMAIL = "email"
    APPRISE = "apprise"


UNREADABLE = (
    "its stored values cannot be read with this server's secret key; "
    "give the server the key that they were stored with, or set the integration up again"
)
"""What to say and do about an integration that is not `is_readable`."""


@dataclass(frozen=True, slots=True)
class LastDelivery:
    """How the newest settled alert of an integration went; `status` is sent or failed."""

    status: str
    at: datetime
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Breakage:
    """Since when an integration takes no message until it is set up anew, and what it answered."""

    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Integration:
    """One way to tell a workspace's people.

    `config` holds its values by field name, a list as join_list makes it; it `is_configured` when
    none that it needs is missing. If it is not `is_readable`, the stored values were encrypted with
    a key that is not at hand, or damaged: then `config` is empty, but what is stored is kept.
    It was set up like this at `updated_at`. Nothing is sent to it before `resume_at`.
    """

    id: int
    workspace_id: int
    kind: IntegrationKind
    config: Mapping[str, str]
    is_enabled: bool
    is_configured: bool
    last_delivery: LastDelivery | None = None
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    last_failure_reason: str | None = None
    is_readable: bool = True
    updated_at: datetime | None = None
    resume_at: datetime | None = None
    broken: Breakage | None = None


def join_list(items: Iterable[str]) -> str:
    """Return a list as the one text that is kept of it, an item a line."""
    return "\n".join(items)


def split_list(text: str) -> list[str]:
    """Return the items that join_list joined, each once."""
    return list(dict.fromkeys(line for line in text.split("\n") if line))
