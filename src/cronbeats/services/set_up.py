"""Set up: an owner, a workspace and its first API key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.access import DEFAULT_PLAN, Role
from cronbeats.domain.errors import InvalidValueError
from cronbeats.domain.keys import new_api_key
from cronbeats.domain.line import is_line
from cronbeats.storage import api_keys, workspaces
from cronbeats.storage.database import Database

_LONGEST_NAME = 200
_LONGEST_EMAIL = 254
# Only a message can prove an address; this catches slips of the hand.
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class NewWorkspace:
    """A workspace just made; `api_key` is the only time its secret is known."""

    workspace_id: int
    api_key: str


async def set_up(db: Database, name: str, email: str, now: datetime) -> NewWorkspace:
    """Make a workspace with its owner and a key that may do all.

    Raises InvalidValueError if the name or the address breaks a rule, or the name is taken.
    """
    name, email = name.strip(), email.strip().lower()
    _check(name, email)
    key = new_api_key()
    async with db.write() as tx:
        if await workspaces.has_name(tx, name):
            raise InvalidValueError({"workspace": [f"A workspace named {name!r} exists already."]})
        owner_id = await workspaces.find_or_add_user(tx, email, now)
        workspace_id = await workspaces.add(tx, name, DEFAULT_PLAN, owner_id, now)
        await api_keys.add(
            tx, workspace_id, key, name="First key", role=Role.OWNER, created_by=owner_id, now=now
        )
    return NewWorkspace(workspace_id, key.secret)


async def is_set_up(db: Database) -> bool:
    """Tell whether there is a workspace yet."""
    async with db.read() as tx:
        return await workspaces.exists(tx)


def _check(name: str, email: str) -> None:
    errors = {}
    if not 1 <= len(name) <= _LONGEST_NAME or not is_line(name):
        errors["workspace"] = [f"Must be 1 to {_LONGEST_NAME} printable characters long."]
    is_address = _EMAIL.fullmatch(email) and email.isprintable()
    if not is_address or len(email) > _LONGEST_EMAIL:
        errors["email"] = ["Must be an e-mail address, such as you@example.com."]
    if errors:
        raise InvalidValueError(errors)
