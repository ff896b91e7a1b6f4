"""One-time links: each does one thing, once, for whoever holds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FIRST_RUN_LASTS = timedelta(days=7)
"""A later start prints a new one."""

RESET_LASTS = timedelta(hours=1)
"""How long a link that came by mail sets a new password."""

HANDED_RESET_LASTS = timedelta(hours=24)
"""The same for a link from the command line, which somebody hands over."""


class LinkPurpose(StrEnum):
    """What a link is for."""

    FIRST_RUN = "first_run"
    RESET = "reset"
    INVITATION = "invitation"


@dataclass(frozen=True, slots=True)
class OneTimeLink:
    """A link that works, as it was made; `user_id` is the person whom it is for, if known."""

    id: int
    purpose: LinkPurpose
    user_id: int | None
    created_at: datetime
    expires_at: datetime
