"""Invite people: by a link, behind which they join a workspace."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cronbeats.domain.access import Action, Role, may
from cronbeats.domain.account import User, explain_bad_email, explain_bad_password, fold_email
from cronbeats.domain.audit import (
    Actor,
    AuditAction,
    about_user,
    as_person,
)
from cronbeats.domain.errors import (
    ConflictError,
    InvalidValueError,
    LinkGoneError,
    NotAllowedError,
    NotFoundError,
    ThrottledError,
    WorkspaceGoneError,
    require_none,
)
from cronbeats.domain.line import explain_bad_name
from cronbeats.domain.membership import (
    INVITATION_LASTS,
    LONGEST_INVITATION,
    MOST_INVITATIONS,
    Invitation,
    about_invitation,
    require_may_manage,
)
from cronbeats.domain.session import Client, SignedIn
from cronbeats.domain.throttle import subjects_of_joining, subjects_of_mailed_invitation
from cronbeats.storage import (
    arrivals,
    audit_log,
    invitations,
    members,
    sign_in_tries,
    users,
    workspaces,
)
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.password_hashes import PasswordHashes


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation just made, with its token, which is shown once and never again.

    `may_be_mailed` tells that it has an address that was not sent too many already.
    """

    invitation: Invitation
    token: str = field(repr=False)
    may_be_mailed: bool = False


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What somebody without an account says who wants to join; the name may be left out.

    `password` is None for somebody whom a proxy names: that the address is theirs is known, and
    it names them anew with each request, so no session begins.
    """

    email: str
    password: str | None = field(repr=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """Where a newcomer is a member now, and `signed_in`; None if a proxy names them."""

    workspace_id: int
    user_id: int
    signed_in: SignedIn | None


async def browse_invitations(db: Database, workspace_id: int, now: datetime) -> list[Invitation]:
    """Return a workspace's invitations that can still be accepted, the oldest first."""
    async with db.read() as tx:
        return await invitations.browse(tx, workspace_id, now)


async def invite(
    db: Database,
    workspace_id: int,
    role: Role,
    *,
    email: str = "",
    lasts: timedelta = INVITATION_LASTS,
    by: Actor,
    now: datetime,
) -> Invited:
    """Make an invitation; with an address, only who has that one can accept it.

    Raises NotFoundError, NotAllowedError if whoever asks may not give that role, and
    InvalidValueError for `email`, `expires` and `workspace`.
    """
    address = fold_email(email)
    _check(address, lasts)
    async with db.write() as tx:
        require_may_manage(await _lock(tx, workspace_id, by), role)
        await _check_room(tx, workspace_id, address, now)
        invitation_id, token = await invitations.add(
            tx,
            workspace_id,
            role=role,
            email=address or None,
            created_by=by.user_id,
            lasts=lasts,
            now=now,
        )
        made = await _get(tx, workspace_id, invitation_id, now)
        await _write_down(tx, made, AuditAction.MEMBER_INVITED, by, now)
        may_be_mailed = await _count_letter(tx, made, by, now)
    return Invited(made, token, may_be_mailed)


async def withdraw(
    db: Database, workspace_id: int, invitation_id: int, *, by: Actor, now: datetime
) -> Invitation:
    """Let nobody accept an invitation any more; return it as it was.

    Raises NotFoundError if the workspace has none such that is open, and NotAllowedError.
    """
    async with db.write() as tx:
        own = await _lock(tx, workspace_id, by)
        invitation = await _get(tx, workspace_id, invitation_id, now)
        require_may_manage(own, invitation.role)
        await invitations.use_up(tx, invitation_id, now)
        await _write_down(tx, invitation, AuditAction.INVITATION_WITHDRAWN, by, now)
    return invitation


async def look_at_invitation(db: Database, token: str, now: datetime) -> Invitation:
    """Return the invitation of a token. Raises LinkGoneError if nobody can accept it (any more)."""
    async with db.read() as tx:
        return await _find(tx, token, now)


async def accept(db: Database, token: str, *, by: Actor, now: datetime) -> int:
    """Let a person who is signed in join; return the id of the workspace.

    Raises LinkGoneError, NotAllowedError if somebody else was invited, and ConflictError if they
    are a member already, which leaves the invitation as it is.
    """
    async with db.write() as tx:
        invitation = await _lock_invitation(tx, token, now)
        user = await users.get(tx, by.user_id or 0)
        if user is None:
            raise NotAllowedError("Only people join a workspace")
        _require_invited(invitation, user.email)
        if await workspaces.role_of(tx, invitation.workspace_id, user.id) is not None:
            raise ConflictError(f"You are a member of {invitation.workspace_name} already")
        await _join(tx, invitation, user, by=by, now=now)
    return invitation.workspace_id


async def join_as_newcomer(
    db: Database,
    hashes: PasswordHashes,
    token: str,
    newcomer: Newcomer,
    *,
    client: Client,
    now: datetime,
) -> Joined:
    """Make an account, let it join, and sign it in if it has a password.

    Raises LinkGoneError, NotAllowedError if somebody else was invited, InvalidValueError for
    `email`, `password` and `name`, and ThrottledError after too many tries. Who has an account
    already signs in instead.
    """
    email = fold_email(newcomer.email)
    invitation = await look_at_invitation(db, token, now)
    _require_invited(invitation, email)
    _check_newcomer(newcomer, email)
    subjects = subjects_of_joining(invitation.id, client.address)
    if wait := await sign_in_tries.count_if_room(db, subjects, now):
        raise ThrottledError(wait)
    password = newcomer.password
    password_hash = None if password is None else await hashes.make(password)
    async with db.write() as tx:
        invitation = await _lock_invitation(tx, token, now)
        user = await _make_account(tx, email, newcomer.name.strip() or None, password_hash, now)
        by = as_person(user, client.address)
        await audit_log.add(tx, [about_user(user, AuditAction.USER_SIGNED_UP, by, now)])
        await _join(tx, invitation, user, by=by, now=now)
        await sign_in_tries.take_back(tx, subjects)
        signed_in = None
        if password is not None:
            signed_in = await arrivals.begin_session(tx, user.id, client, None, now)
    return Joined(invitation.workspace_id, user.id, signed_in)


async def _make_account(
    tx: Transaction, email: str, name: str | None, password_hash: str | None, now: datetime
) -> User:
    await users.let_one_come(tx)
    if await users.find(tx, email) is not None:
        reason = "There is an account with this address: sign in, then open the link again."
        raise InvalidValueError({"email": [reason]})
    user_id = await users.add(tx, email, now)
    if password_hash is not None:
        await users.set_password(tx, user_id, password_hash)
    await users.set_profile(tx, user_id, name, None)
    return User(user_id, email)


async def _count_letter(tx: Transaction, invitation: Invitation, by: Actor, now: datetime) -> bool:
    if invitation.email is None:
        return False
    workspace_id, email = invitation.workspace_id, invitation.email
    subjects = subjects_of_mailed_invitation(workspace_id, by.user_id, email)
    return await sign_in_tries.count(tx, subjects, now) == 0


async def _lock(tx: Transaction, workspace_id: int, by: Actor) -> Role:
    role = await workspaces.lock_as(tx, workspace_id, by.user_id)
    if not may(role, Action.MANAGE_MEMBERS):
        raise NotAllowedError("Only admins and owners may invite people")
    return role


async def _find(tx: Transaction, token: str, now: datetime) -> Invitation:
    invitation = await invitations.find(tx, token, now)
    if invitation is None:
        raise LinkGoneError
    return invitation


async def _lock_invitation(tx: Transaction, token: str, now: datetime) -> Invitation:
    """Return an invitation that nobody else accepts or withdraws meanwhile.

    The workspace is locked, as by everybody who changes who is in it; then it is looked at again.
    """
    found = await _find(tx, token, now)
    try:
        await workspaces.lock(tx, found.workspace_id)
    except WorkspaceGoneError:
        raise LinkGoneError from None
    return await _find(tx, token, now)


async def _get(tx: Transaction, workspace_id: int, invitation_id: int, now: datetime) -> Invitation:
    invitation = await invitations.get(tx, workspace_id, invitation_id, now)
    if invitation is None:
        raise NotFoundError("Invitation not found")
    return invitation


async def _join(
    tx: Transaction, invitation: Invitation, user: User, *, by: Actor, now: datetime
) -> None:
    await invitations.use_up(tx, invitation.id, now)
    await arrivals.join(tx, invitation.workspace_id, user, invitation.role, by=by, now=now)


async def _write_down(
    tx: Transaction, invitation: Invitation, done: AuditAction, by: Actor, now: datetime
) -> None:
    await audit_log.add(tx, [about_invitation(invitation, done, by, now)])


async def _check_room(tx: Transaction, workspace_id: int, email: str, now: datetime) -> None:
    if await invitations.count(tx, workspace_id, now) >= MOST_INVITATIONS:
        reason = f"At most {MOST_INVITATIONS} invitations can be open; withdraw one first."
        raise InvalidValueError({"workspace": [reason]})
    if any(each.email == email for each in await members.browse(tx, workspace_id)):
        raise InvalidValueError({"email": ["Is a member of this workspace already."]})


def _require_invited(invitation: Invitation, email: str) -> None:
    if invitation.email is not None and invitation.email != email:
        raise NotAllowedError(
            f"This invitation is for {invitation.email}: sign in with that address"
        )


def _check(email: str, lasts: timedelta) -> None:
    errors = {}
    if email:
        errors["email"] = explain_bad_email(email)
    if not timedelta(0) < lasts <= LONGEST_INVITATION:
        errors["expires"] = [f"Must be 1 to {LONGEST_INVITATION.days} days."]
    require_none(errors)


def _check_newcomer(newcomer: Newcomer, email: str) -> None:
    name, password = newcomer.name.strip(), newcomer.password
    require_none(
        {
            "email": explain_bad_email(email),
            "password": explain_bad_password(password, email) if password is not None else [],
            "name": explain_bad_name(name) if name else [],
        }
    )
