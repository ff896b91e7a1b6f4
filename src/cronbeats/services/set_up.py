"""Set up: an owner, a workspace and its first API key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.access import DEFAULT_PLAN, Role
from cronbeats.domain.account import explain_bad_email, fold_email
from cronbeats.domain.api_key import title_of_key
from cronbeats.domain.audit import (
    OPERATOR,
    Actor,
    AuditAction,
    AuditEntry,
    Target,
    TargetKind,
    about_workspace,
    changes_between,
)
from cronbeats.domain.errors import InvalidValueError, require_none
from cronbeats.domain.keys import new_api_key
from cronbeats.domain.line import explain_bad_name
from cronbeats.storage import api_keys, audit_log, users, workspaces
from cronbeats.storage.database import Database

_KEY_NAME = "First key"


@dataclass(frozen=True, slots=True)
class NewWorkspace:
    """A workspace just made; `api_key` is the only time its secret is known."""

    workspace_id: int
    api_key: str


async def set_up(
    db: Database, name: str, email: str, now: datetime, *, by: Actor = OPERATOR
) -> NewWorkspace:
    """Make a workspace with its owner and a key that may do all.

    Raises InvalidValueError if the name or the address breaks a rule, or the name is taken.
    """
    name, email = name.strip(), fold_email(email)
    _check(name, email)
    key = new_api_key()
    async with db.write() as tx:
        await workspaces.let_one_set_up(tx)
        if await workspaces.has_name(tx, name):
            raise InvalidValueError({"workspace": [f"A workspace named {name!r} exists already."]})
        owner_id = await users.find_or_add(tx, email, now)
        workspace_id = await workspaces.add(tx, name, DEFAULT_PLAN, owner_id, now)
        key_id = await api_keys.add(
            tx, workspace_id, key, name=_KEY_NAME, role=Role.OWNER, created_by=owner_id, now=now
        )
        made = about_workspace(workspace_id, name, AuditAction.WORKSPACE_CREATED, by=by, now=now)
        title = Target(TargetKind.API_KEY, title_of_key(_KEY_NAME, key.prefix), key_id)
        role = changes_between({}, {"role": Role.OWNER})
        await audit_log.add(
            tx,
            [
                made,
                AuditEntry(now, by, AuditAction.API_KEY_CREATED, title, workspace_id, role),
            ],
        )
    return NewWorkspace(workspace_id, key.secret)


def _check(name: str, email: str) -> None:
    errors = {"workspace": explain_bad_name(name), "email": explain_bad_email(email)}
    require_none(errors)
