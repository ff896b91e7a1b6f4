"""Run first: a link, for whoever started the server, behind which the owner is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cronbeats.domain.access import DEFAULT_PLAN
from cronbeats.domain.account import User, explain_bad_email, explain_bad_password, fold_email
from cronbeats.domain.audit import AuditAction, about_user, about_workspace, person
from cronbeats.domain.errors import LinkGoneError, require_none
from cronbeats.domain.line import explain_bad_name
from cronbeats.domain.one_time_link import FIRST_RUN_LASTS, LinkPurpose
from cronbeats.domain.session import Client, SignedIn
from cronbeats.storage import arrivals, audit_log, one_time_links, users, workspaces
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.password_hashes import PasswordHashes

_FIRST_RUN = LinkPurpose.FIRST_RUN


@dataclass(frozen=True, slots=True)
class FirstOwner:
    """What the first person says: a name for the workspace, an address and a password.

    `password` is None where none is needed. Whom a proxy names `is_named` anew with each request,
    so no session begins for them.
    """

    workspace: str
    email: str
    password: str | None = field(repr=False)
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class FirstRun:
    """What was made; the owner is `signed_in`, None if a proxy names them."""

    workspace_id: int
    user_id: int
    signed_in: SignedIn | None


async def offer_first_run(db: Database, now: datetime) -> str | None:
    """Return the token of a new link, which voids earlier ones; None once anything was set up.

    Raises UnavailableError.
    """
    async with db.read() as tx:
        if not await _is_untouched(tx):
            return None
    async with db.write() as tx:
        await one_time_links.lock_unused(tx, _FIRST_RUN)
        await one_time_links.void(tx, _FIRST_RUN, now)
        return await one_time_links.add(tx, _FIRST_RUN, lasts=FIRST_RUN_LASTS, now=now)


async def is_untouched(db: Database) -> bool:
    """Tell whether nothing was ever set up: nobody has an account, and there is no workspace."""
    async with db.read() as tx:
        return await _is_untouched(tx)


async def check_first_run(db: Database, token: str, now: datetime) -> None:
    """Raise LinkGoneError if a link does not work (any more), and UnavailableError."""
    async with db.read() as tx:
        await _require_link(tx, token, now)


async def run_first(
    db: Database,
    hashes: PasswordHashes,
    token: str,
    owner: FirstOwner,
    *,
    client: Client,
    now: datetime,
) -> FirstRun:
    """Make the owner and the workspace, and sign the owner in; the link works for one only.

    Raises LinkGoneError, InvalidValueError for `workspace`, `email` and `password`, and
    UnavailableError.
    """
    name, email = owner.workspace.strip(), fold_email(owner.email)
    await check_first_run(db, token, now)
    _check(name, email, owner.password)
    password_hash = None if owner.password is None else await hashes.make(owner.password)
    async with db.write() as tx:
        await one_time_links.lock_unused(tx, _FIRST_RUN)
        await workspaces.let_one_set_up(tx)
        await _require_link(tx, token, now)
        user_id = await users.add(tx, email, now)
        if password_hash is not None:
            await users.set_password(tx, user_id, password_hash)
        workspace_id = await workspaces.add(tx, name, DEFAULT_PLAN, user_id, now)
        by = person(user_id, email, client.address)
        made = about_workspace(workspace_id, name, AuditAction.WORKSPACE_CREATED, by=by, now=now)
        signed_up = about_user(User(user_id, email), AuditAction.USER_SIGNED_UP, by, now)
        await audit_log.add(tx, [signed_up, made])
        await one_time_links.void(tx, _FIRST_RUN, now)
        signed_in = None
        if not owner.is_named:
            signed_in = await arrivals.begin_session(tx, user_id, client, None, now)
    return FirstRun(workspace_id, user_id, signed_in)


async def _require_link(tx: Transaction, token: str, now: datetime) -> None:
    is_there = await one_time_links.find(tx, _FIRST_RUN, token, now) is not None
    if not is_there or not await _is_untouched(tx):
        raise LinkGoneError


async def _is_untouched(tx: Transaction) -> bool:
    return not await workspaces.are_any_kept(tx) and not await users.is_there_anybody(tx)


def _check(name: str, email: str, password: str | None) -> None:
    errors = {
        "workspace": explain_bad_name(name),
        "email": explain_bad_email(email),
        "password": explain_bad_password(password, email) if password is not None else [],
    }
    require_none(errors)
