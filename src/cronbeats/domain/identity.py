"""Identities: who somebody is to the provider through which they sign in."""

from __future__ import annotations

from dataclasses import dataclass

from cronbeats.domain.access import Role

LONGEST_SUBJECT = 255
"""Characters of the name by which a provider knows somebody (OpenID Connect Core, 2)."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a provider says of somebody, in an answer that was checked.

    `subject` is the one name that stays the same and is never given to somebody else. The folded
    address may change; it counts only if the provider has verified that it is theirs.
    """

    issuer: str
    subject: str
    email: str
    is_email_verified: bool
    name: str | None = None


@dataclass(frozen=True, slots=True)
class SignUp:
    """Where people whom nobody invited become members, and as what."""

    workspace_id: int
    role: Role
