"""Integrations: where a workspace's alerts go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class IntegrationKind(StrEnum):
    """The services that can be told, by their names in the API."""

    SLACK = "slack"
    DISCORD = "discord"
    TELEGRAM = "telegram"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class LastDelivery:
    """How the newest settled alert of an integration went; `status` is sent or failed."""

    status: str
    at: datetime
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Integration:
    """One way to tell a workspace's people.

    `config` holds its values by field name; it `is_configured` when none that it needs is missing.
    """

    id: int
    workspace_id: int
    kind: IntegrationKind
    config: Mapping[str, str]
    is_enabled: bool
    is_configured: bool
    last_delivery: LastDelivery | None = None
