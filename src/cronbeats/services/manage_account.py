"""Manage the account: what a person is called, where they live, and their password."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from cronbeats.domain.account import User, explain_bad_password
from cronbeats.domain.audit import Actor, AuditAction, about_user, as_person, changes_between
from cronbeats.domain.errors import InvalidValueError, NotFoundError, ThrottledError
from cronbeats.domain.line import explain_bad_name
from cronbeats.domain.schedule import explain_bad_timezone
from cronbeats.domain.session import Client, SignedIn
from cronbeats.domain.throttle import subjects_of_proof
from cronbeats.storage import arrivals, audit_log, sessions, sign_in_tries, users
from cronbeats.storage.database import Database
from cronbeats.storage.password_hashes import PasswordHashes


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """The password of now and the one to come, and the browser in which it is changed.

    Whom a proxy names `is_named` anew with each request, so no session begins for them.
    """

    old: str = field(repr=False)
    new: str = field(repr=False)
    client: Client = field(default_factory=Client)
    device: str | None = field(default=None, repr=False)
    is_named: bool = False


async def change_profile(
    db: Database, name: str, timezone: str, *, by: Actor, now: datetime
) -> User:
    """Let whoever asks be called something, and live in a time zone such as Europe/Berlin.

    Either may be empty: then the address, or UTC, does. Raises InvalidValueError for `name` and
    `timezone`, and UnavailableError.
    """
    name, timezone = name.strip(), timezone.strip()
    errors = {}
    if name and (reasons := explain_bad_name(name)):
        errors["name"] = reasons
    if timezone and (reason := explain_bad_timezone(timezone)):
        errors["timezone"] = [reason]
    if errors:
        raise InvalidValueError(errors)
    async with db.write() as tx:
        known = await users.lock_credentials(tx, by.user_id or 0)
        if known is None:
            raise NotFoundError("There is no such account")
        before = known.user
        after = replace(before, name=name or None, timezone=timezone or None)
        await users.set_profile(tx, after.id, after.name, after.timezone)
        if changes := changes_between(asdict(before), asdict(after)):
            changed = AuditAction.USER_PROFILE_CHANGED
            await audit_log.add(tx, [about_user(before, changed, by, now, changes)])
    return after


async def change_password(
    db: Database, hashes: PasswordHashes, user_id: int, change: PasswordChange, now: datetime
) -> SignedIn | None:
    """Set another password; all sessions end, and a new one begins for the browser at hand.

    None begins for whom a proxy names.

    Raises InvalidValueError for `old` and `new`, ThrottledError after too many wrong ones, and
    UnavailableError.
    """
    subjects = subjects_of_proof(user_id)
    async with db.write() as tx:
        if wait := await sign_in_tries.count(tx, subjects, now):
            raise ThrottledError(wait)
        # Not locked: who changes it at the same time locks this row before those of the tries.
        known = await users.get_credentials(tx, user_id)
    if known is None or not await hashes.check(change.old, known.password_hash):
        raise InvalidValueError({"old": ["Is not your password."]})
    if reasons := explain_bad_password(change.new, known.user.email):
        raise InvalidValueError({"new": reasons})
    password_hash = await hashes.make(change.new)
    async with db.write() as tx:
        locked = await users.lock_credentials(tx, user_id)
        if locked is None or locked.password_hash != known.password_hash:
            raise InvalidValueError({"old": ["Was changed just now; sign in again."]})
        await sign_in_tries.take_back(tx, subjects)
        await users.set_password(tx, user_id, password_hash)
        await sessions.end_all(tx, user_id)
        by = as_person(known.user, change.client.address)
        changed = AuditAction.USER_PASSWORD_CHANGED
        await audit_log.add(tx, [about_user(known.user, changed, by, now)])
        if change.is_named:
            return None
        return await arrivals.begin_session(tx, user_id, change.client, change.device, now)
