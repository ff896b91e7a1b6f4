"""Recover accounts: a one-time link, by mail or from the command line, sets a new password.

Who asks for a letter is told the same, as quickly, whether there is such an account or not: asking
only counts, and `send_reset` does the rest in the background.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import structlog

from cronbeats.domain.account import User, explain_bad_email, explain_bad_password, fold_email
from cronbeats.domain.audit import OPERATOR, AuditAction, about_user, as_person
from cronbeats.domain.delivery import Delivered
from cronbeats.domain.errors import InvalidValueError, LinkGoneError, ThrottledError
from cronbeats.domain.one_time_link import (
    HANDED_RESET_LASTS,
    RESET_LASTS,
    LinkPurpose,
    OneTimeLink,
)
from cronbeats.domain.session import Client, SignedIn
from cronbeats.domain.throttle import subjects_of_asking, subjects_of_letter
from cronbeats.senders.protocol import Letter, Postman
from cronbeats.storage import (
    audit_log,
    known_devices,
    one_time_links,
    sessions,
    sign_in_tries,
    users,
)
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.password_hashes import PasswordHashes

_RESET = LinkPurpose.RESET

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class NewPassword:
    """What somebody shows who follows a link: its token, and the password to set.

    It `unlinks` the account from a provider, unless passwords do not count: then nothing else would
    let the person in.
    """

    token: str = field(repr=False)
    password: str = field(repr=False)
    client: Client = field(default_factory=Client)
    unlinks: bool = True


async def ask_for_reset(db: Database, client: Client, now: datetime) -> None:
    """Count that somebody asks for a letter.

    Raises ThrottledError if too many were asked for from there, and UnavailableError.
    """
    if wait := await sign_in_tries.count_if_room(db, subjects_of_asking(client.address), now):
        raise ThrottledError(wait)


async def send_reset(
    db: Database, postman: Postman, email: str, base_url: str, now: datetime
) -> None:
    """Send a link to an address, if it is that of an account and did not get too many already.

    Raises UnavailableError.
    """
    email = fold_email(email)
    if explain_bad_email(email):
        return
    async with db.read() as tx:
        user = await users.find(tx, email)
    if user is None or await sign_in_tries.count_if_room(db, subjects_of_letter(email), now):
        return
    async with db.write() as tx:
        token = await one_time_links.add(tx, _RESET, lasts=RESET_LASTS, now=now, user_id=user.id)
    delivery = await postman.post(_letter(user, f"{base_url}/reset/{token}"))
    if not isinstance(delivery, Delivered):
        # A server's complaint might repeat what it was given.
        error = delivery.error.replace(token, "…")
        _log.error("reset_link_not_sent", user_id=user.id, error=error)


async def make_reset_link(db: Database, email: str, now: datetime) -> str:
    """Return the token of a link that somebody hands over to the person with an address.

    Raises NotFoundError if there is nobody, and UnavailableError.
    """
    async with db.write() as tx:
        user = await users.require(tx, email)
        made = AuditAction.USER_RESET_LINK_MADE
        await audit_log.add(tx, [about_user(user, made, OPERATOR, now)])
        return await one_time_links.add(
            tx, _RESET, lasts=HANDED_RESET_LASTS, now=now, user_id=user.id
        )


async def check_reset(db: Database, token: str, now: datetime) -> User:
    """Return whose password a link sets. Raises LinkGoneError and UnavailableError."""
    async with db.read() as tx:
        return await _whose(tx, await one_time_links.find(tx, _RESET, token, now))


async def reset_password(
    db: Database, hashes: PasswordHashes, new: NewPassword, now: datetime
) -> SignedIn:
    """Set a password and sign in; all sessions that there were end, and so do all other links.

    If it `unlinks`, the provider's word lets nobody in any more either: whoever took the address
    first may have linked the account to themselves. A second factor still holds: then the new
    session awaits its code. Raises LinkGoneError, InvalidValueError for `password`, and
    UnavailableError.
    """
    user = await check_reset(db, new.token, now)
    if reasons := explain_bad_password(new.password, user.email):
        raise InvalidValueError({"password": reasons})
    password_hash = await hashes.make(new.password)
    async with db.write() as tx:
        # In the order in which others lock them: the person first.
        await users.lock_credentials(tx, user.id)
        user = await _whose(tx, await one_time_links.lock(tx, _RESET, new.token, now))
        await users.set_password(tx, user.id, password_hash)
        await one_time_links.void(tx, _RESET, now, user.id)
        await sessions.end_all(tx, user.id)
        by = as_person(user, new.client.address)
        await audit_log.add(tx, [about_user(user, AuditAction.USER_PASSWORD_RESET, by, now)])
        if new.unlinks and user.linked_issuer is not None:
            await users.set_identity(tx, user.id, None, None)
            await audit_log.add(tx, [about_user(user, AuditAction.USER_UNLINKED, by, now)])
        needs_code = user.has_second_factor
        session = await sessions.begin(tx, user.id, new.client, now, is_pending_code=needs_code)
        if needs_code:
            return SignedIn(user.id, session, needs_code=True)
        device = await known_devices.remember(tx, user.id, None, now)
    return SignedIn(user.id, session, device)


async def browse_people(db: Database) -> list[User]:
    """Return everybody who has an account. Raises UnavailableError."""
    async with db.read() as tx:
        return await users.browse(tx)


async def _whose(tx: Transaction, link: OneTimeLink | None) -> User:
    user = None if link is None or link.user_id is None else await users.get(tx, link.user_id)
    if user is None:
        raise LinkGoneError
    return user


def _letter(user: User, link: str) -> Letter:
    minutes = RESET_LASTS.total_seconds() / 60
    return Letter(
        to=user.email,
        subject="Set a new password for CronBeats",
        text=(
            f"Somebody, probably you, wants to set a new password for {user.email} on CronBeats.\n"
            f"Follow this link within {minutes:.0f} minutes; it works once:\n\n"
            f"{link}\n\n"
            "If it was not you, do nothing: nobody can set it without this link.\n"
        ),
    )
