"""Manage API keys: make, list, find and revoke them."""

from __future__ import annotations

from datetime import datetime

from cronbeats.domain.access import Action, Role, may
from cronbeats.domain.api_key import ApiKey, MadeKey
from cronbeats.domain.audit import (
    Actor,
    AuditAction,
    AuditEntry,
    FieldChange,
    Target,
    TargetKind,
    changes_between,
)
from cronbeats.domain.errors import InvalidValueError, NotAllowedError, NotFoundError
from cronbeats.domain.keys import hash_api_key, new_api_key
from cronbeats.domain.line import is_line
from cronbeats.storage import api_keys, audit_log, workspaces
from cronbeats.storage.database import Database, Transaction

MOST_KEYS = 100
"""Keys that a workspace may have at a time, those that were revoked or expired not counted."""

_LONGEST_NAME = 200
_HIGHEST_ID = 2**63 - 1


async def create_api_key(
    db: Database,
    workspace_id: int,
    *,
    name: str,
    role: Role = Role.ADMIN,
    expires_at: datetime | None = None,
    by: Actor,
    now: datetime,
) -> MadeKey:
    """Make an API key; the result is the only time its secret is known.

    A key that a person makes is that person's, and works while they are an owner. Raises
    NotFoundError if there is no such workspace, NotAllowedError if a person is no owner of it, and
    InvalidValueError if the name or the expiry breaks a rule or there are too many keys.
    """
    name = name.strip()
    _check(name, expires_at, now)
    new = new_api_key()
    async with db.write() as tx:
        await _lock(tx, workspace_id, by)
        if await api_keys.count_unended(tx, workspace_id, now) >= MOST_KEYS:
            reason = f"A workspace has at most {MOST_KEYS} API keys; revoke one first."
            raise InvalidValueError({"workspace": [reason]})
        key_id = await api_keys.add(
            tx,
            workspace_id,
            new,
            name=name,
            role=role,
            created_by=by.user_id,
            now=now,
            expires_at=expires_at,
        )
        key = await _get(tx, key_id)
        values = {"role": role, "expires_at": expires_at}
        changes = changes_between({}, values)
        await _write_down(tx, key, AuditAction.API_KEY_CREATED, changes, by=by, now=now)
    return MadeKey(key, new.secret)


async def browse_api_keys(db: Database, workspace_id: int | None) -> list[ApiKey]:
    """Return the keys of a workspace, or of all, the oldest first, those that ended included."""
    async with db.read() as tx:
        return await api_keys.browse(tx, workspace_id)


async def find_api_key(db: Database, text: str) -> ApiKey:
    """Return the key that somebody means by its id, its first characters or all of it.

    One that was revoked is meant only if no other is. Raises NotFoundError, or InvalidValueError
    if several keys begin so.
    """
    async with db.read() as tx:
        found = await _search(tx, text)
    found = [key for key in found if key.revoked_at is None] or found
    if not found:
        raise NotFoundError("There is no API key with this id or prefix.")
    if len(found) > 1:
        several = ", ".join(f"{key.id} ({key.prefix}…, {key.name})" for key in found)
        raise InvalidValueError({"key": [f"Several keys begin so; name one by its id: {several}."]})
    return found[0]


async def revoke_api_key(
    db: Database, workspace_id: int, key_id: int, *, by: Actor, now: datetime
) -> ApiKey:
    """End a key at once and for good; to do so again changes nothing.

    Raises NotFoundError if the workspace has no such key, and NotAllowedError if a person asks who
    is no owner of it.
    """
    async with db.write() as tx:
        await _lock(tx, workspace_id, by)
        key = await _get(tx, key_id)
        if key.workspace_id != workspace_id:
            raise NotFoundError("API key not found")
        if key.revoked_at is None:
            await api_keys.revoke(tx, key_id, now)
            await _write_down(tx, key, AuditAction.API_KEY_REVOKED, by=by, now=now)
        return await _get(tx, key_id)


async def _lock(tx: Transaction, workspace_id: int, by: Actor) -> None:
    if not may(await workspaces.lock_as(tx, workspace_id, by.user_id), Action.MANAGE_KEYS):
        raise NotAllowedError("Only an owner of the workspace may manage its API keys")


async def _write_down(
    tx: Transaction,
    key: ApiKey,
    action: AuditAction,
    changes: tuple[FieldChange, ...] = (),
    *,
    by: Actor,
    now: datetime,
) -> None:
    target = Target(TargetKind.API_KEY, key.title, key.id)
    await audit_log.add(tx, [AuditEntry(now, by, action, target, key.workspace_id, changes)])


async def _get(tx: Transaction, key_id: int) -> ApiKey:
    key = await api_keys.get(tx, key_id)
    if key is None:
        raise NotFoundError("API key not found")
    return key


async def _search(tx: Transaction, text: str) -> list[ApiKey]:
    if text.isascii() and text.isdigit():
        # A longer text of digits may be no number that a database takes.
        key = await api_keys.get(tx, int(text)) if len(text) <= len(str(_HIGHEST_ID)) - 1 else None
        return [] if key is None else [key]
    if whole := await api_keys.find(tx, hash_api_key(text)):
        return [whole]
    return await api_keys.starting_with(tx, text)


def _check(name: str, expires_at: datetime | None, now: datetime) -> None:
    errors = {}
    if not 1 <= len(name) <= _LONGEST_NAME or not is_line(name):
        errors["name"] = [f"Must be 1 to {_LONGEST_NAME} printable characters long."]
    if expires_at is not None and expires_at <= now:
        errors["expires"] = ["Must be in the future."]
    if errors:
        raise InvalidValueError(errors)
