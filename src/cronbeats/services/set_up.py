"""Set up: an owner, a workspace and its first API key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.access import DEFAULT_PLAN, Role
from cronbeats.domain.account import explain_bad_email, fold_email
from cronbeats.domain.errors import InvalidValueError
from cronbeats.domain.keys import new_api_key
from cronbeats.domain.line import explain_bad_name
from cronbeats.storage import api_keys, workspaces
from cronbeats.storage.database import Database


@dataclass(frozen=True, slots=True)
class NewWorkspace:
    """A workspace just made; `api_key` is the only time its secret is known."""

    workspace_id: int
    api_key: str


async def set_up(db: Database, name: str, email: str, now: datetime) -> NewWorkspace:
    """Make a workspace with its owner and a key that may do all.

    Raises InvalidValueError if the name or the address breaks a rule, or the name is taken.
    """
    name, email = name.strip(), fold_email(email)
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


def _check(name: str, email: str) -> None:
    errors = {"workspace": explain_bad_name(name), "email": explain_bad_email(email)}
    if any(errors.values()):
        raise InvalidValueError({field: why for field, why in errors.items() if why})
