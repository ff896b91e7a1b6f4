"""Sign in elsewhere: by the word of the operator's provider, and link accounts to it.

Somebody whom the provider knows by a name that is linked is let in as that account. Otherwise the
address decides, if the provider has verified it: docs/decisions/0027.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import structlog

from cronbeats.domain.account import User, explain_bad_email
from cronbeats.domain.audit import AuditAction, about_user, as_person
from cronbeats.domain.authorization_request import (
    AuthorizationRequest,
    new_authorization_request,
)
from cronbeats.domain.errors import (
    LinkFirstError,
    NotLetInError,
    ProviderError,
    SignInOverError,
    ThrottledError,
    WorkspaceGoneError,
)
from cronbeats.domain.identity import Identity, SignUp
from cronbeats.domain.line import explain_bad_name
from cronbeats.domain.membership import Invitation
from cronbeats.domain.one_time_link import LinkPurpose
from cronbeats.domain.session import Client, SignedIn
from cronbeats.domain.throttle import subjects_of_setting_out
from cronbeats.senders.protocol import IdentityProvider
from cronbeats.storage import (
    arrivals,
    audit_log,
    authorization_requests,
    invitations,
    known_devices,
    one_time_links,
    second_factors,
    sessions,
    sign_in_tries,
    users,
    workspaces,
)
from cronbeats.storage.authorization_requests import Errand
from cronbeats.storage.database import Database, Transaction

_INVITATION = "/invite/"

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser is sent, and the token that it keeps meanwhile."""

    url: str = field(repr=False)
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Return:
    """With what a browser comes back from the provider: a code, or else the name of an `error`.

    `device` and `session` are the tokens that it had before; `user_id` is who is signed in.
    """

    request: AuthorizationRequest
    code: str = field(repr=False)
    error: str = ""
    client: Client = field(default_factory=Client)
    device: str | None = field(default=None, repr=False)
    session: str | None = field(default=None, repr=False)
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """Whom the operator lets in: whether passwords count, and what becomes of strangers."""

    passwords_count: bool = True
    sign_up: SignUp | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """The path that was wanted, and who has signed in; None if an account was linked."""

    back: str
    signed_in: SignedIn | None


async def set_out(
    db: Database,
    provider: IdentityProvider,
    errand: Errand,
    *,
    browser: str | None,
    client: Client,
    now: datetime,
) -> Departure:
    """Let somebody set out to the provider; a browser that has a token keeps it.

    Raises ThrottledError after too many from one address, ProviderError and UnavailableError.
    """
    request = new_authorization_request(browser)
    subjects = subjects_of_setting_out(client.address)
    async with db.read() as tx:
        wait = await sign_in_tries.seconds_to_wait(tx, subjects, now)
    if not wait:
        async with db.write() as tx:
            wait = await sign_in_tries.count(tx, subjects, now)
            if not wait:
                await authorization_requests.add(tx, request, errand, now)
    if wait:
        raise ThrottledError(wait)
    try:
        url = await provider.authorization_url(request)
    except ProviderError as error:
        _log.warning("provider_failed", reason=error.reason)
        raise
    return Departure(url, request.browser)


async def come_back(
    db: Database, provider: IdentityProvider, back: Return, terms: Terms, now: datetime
) -> Arrival:
    """Let somebody in who comes back from the provider, or link the account that it was about.

    Raises SignInOverError if nobody set out like that, in this browser and for a short while,
    NotLetInError, LinkFirstError, ProviderError and UnavailableError.
    """
    async with db.write() as tx:
        errand = await authorization_requests.take(tx, back.request, now)
    if errand is None or errand.user_id not in {None, back.user_id}:
        raise SignInOverError
    identity = await _identify(provider, back)
    async with db.write() as tx:
        await sign_in_tries.take_back(tx, subjects_of_setting_out(back.client.address))
        if errand.user_id is not None:
            await _link_own(tx, errand.user_id, identity, back.client, now)
            return Arrival(errand.back, None)
        user = await _whose(tx, _Claim(identity, errand.back, terms, back.client, now))
        if back.session is not None:
            await sessions.end(tx, back.session)
        signed_in = await arrivals.sign_in(
            tx, user, back.client, back.device, now, issuer=identity.issuer
        )
    return Arrival(errand.back, signed_in)


async def _identify(provider: IdentityProvider, back: Return) -> Identity:
    try:
        if back.error:
            text = f"{provider.name} did not sign you in"
            raise ProviderError(text, f"it sent the browser back with: {back.error}")
        return await provider.identify(back.request, back.code)
    except ProviderError as error:
        _log.warning("provider_failed", reason=error.reason)
        raise


@dataclass(frozen=True, slots=True)
class _Claim:
    """That somebody is who the provider says, and what they wanted when they set out."""

    identity: Identity
    wanted: str
    terms: Terms
    client: Client
    now: datetime

    @property
    def email(self) -> str:
        return self.identity.email


async def _whose(tx: Transaction, claim: _Claim) -> User:
    """Return whose account it is. Raises NotLetInError and LinkFirstError."""
    known = await _find(tx, claim)
    if known is not None:
        return known
    locked = await _lock_places(tx, claim)
    await users.let_one_come(tx)
    # They may have come in twice at once.
    return await _find(tx, claim) or await _welcome(tx, claim, locked)


async def _find(tx: Transaction, claim: _Claim) -> User | None:
    """Return whose account it is, None if it is a newcomer's."""
    identity = claim.identity
    known = await users.find_by_identity(tx, identity.issuer, identity.subject)
    if known is not None:
        return known
    if not identity.is_email_verified or explain_bad_email(identity.email):
        raise NotLetInError(
            "The provider does not say that it has verified your e-mail address, and without "
            "that you cannot come in. Ask whoever runs it"
        )
    known = await users.find(tx, identity.email)
    return None if known is None else await _link_by_address(tx, known.id, claim)


async def _link_by_address(tx: Transaction, user_id: int, claim: _Claim) -> User:
    """Link an account that nobody else can be in, and return whose it is."""
    await users.let_one_come(tx)
    credentials = await users.lock_credentials(tx, user_id)
    identity = claim.identity
    # They may have come in twice at once.
    if known := await users.find_by_identity(tx, identity.issuer, identity.subject):
        return known
    if credentials is None or credentials.user.linked_issuer == identity.issuer:
        raise NotLetInError(
            f"The account of {claim.email} is linked to somebody else at the provider. "
            "Whoever runs this server can unlink it"
        )
    if credentials.password_hash is not None and claim.terms.passwords_count:
        raise LinkFirstError(claim.email)
    # Whoever is in it has never shown that the address is theirs: nothing of them may stay.
    await sessions.end_all(tx, user_id)
    await users.remove_password(tx, user_id)
    await second_factors.remove(tx, user_id)
    await known_devices.forget_all(tx, user_id)
    await one_time_links.void(tx, LinkPurpose.RESET, claim.now, user_id)
    await _link(tx, credentials.user, identity, claim.client, claim.now)
    return credentials.user


async def _link_own(
    tx: Transaction, user_id: int, identity: Identity, client: Client, now: datetime
) -> None:
    """Link the account of somebody who is signed in and has shown the password."""
    await users.let_one_come(tx)
    credentials = await users.lock_credentials(tx, user_id)
    other = await users.find_by_identity(tx, identity.issuer, identity.subject)
    if credentials is None or (other is not None and other.id != user_id):
        raise NotLetInError("Another account is linked to that person at the provider already")
    await _link(tx, credentials.user, identity, client, now)


async def _link(
    tx: Transaction, user: User, identity: Identity, client: Client, now: datetime
) -> None:
    await users.set_identity(tx, user.id, identity.issuer, identity.subject)
    by = as_person(user, client.address)
    await audit_log.add(tx, [about_user(user, AuditAction.USER_LINKED, by, now)])


async def _welcome(tx: Transaction, claim: _Claim, locked: set[int]) -> User:
    """Make an account for somebody who was invited, or whom the operator lets in uninvited."""
    sign_up = claim.terms.sign_up
    invited = [
        each
        for each in await invitations.browse_for(tx, claim.email, claim.now)
        if each.workspace_id in locked
    ]
    roles = {each.workspace_id: each.role for each in invited}
    is_shown = await _find_shown(tx, claim) is not None
    if sign_up is not None and sign_up.workspace_id in locked:
        # An invitation says what somebody is there; it does not keep them from where all join.
        roles.setdefault(sign_up.workspace_id, sign_up.role)
    if not (roles or is_shown):
        raise NotLetInError(
            f"Nobody with the address {claim.email} has an account or an invitation here. "
            "Ask somebody who may invite you"
        )
    user = await _make_account(tx, claim)
    by = as_person(user, claim.client.address)
    for each in invited:
        await invitations.use_up(tx, each.id, claim.now)
    for workspace_id, role in roles.items():
        await arrivals.join(tx, workspace_id, user, role, by=by, now=claim.now)
    return user


async def _lock_places(tx: Transaction, claim: _Claim) -> set[int]:
    """Lock, in one order, the workspaces that somebody may join, and return which are there."""
    invited, sign_up = await invitations.browse_for(tx, claim.email, claim.now), claim.terms.sign_up
    places = {each.workspace_id for each in invited}
    shown = await _find_shown(tx, claim)
    if shown is not None:
        places.add(shown.workspace_id)
    if sign_up is not None:
        places.add(sign_up.workspace_id)
    locked = {place for place in sorted(places) if await _lock(tx, place)}
    if sign_up is not None and sign_up.workspace_id not in locked:
        _log.error("sign_up_without_workspace", workspace_id=sign_up.workspace_id)
    return locked


async def _lock(tx: Transaction, workspace_id: int) -> bool:
    """Lock a workspace; tell whether there is one."""
    try:
        await workspaces.lock(tx, workspace_id)
    except WorkspaceGoneError:
        return False
    return True


async def _find_shown(tx: Transaction, claim: _Claim) -> Invitation | None:
    """Return the invitation from whose page somebody came; there they will join."""
    if not claim.wanted.startswith(_INVITATION):
        return None
    token = claim.wanted.removeprefix(_INVITATION)
    found = await invitations.find(tx, token, claim.now)
    return found if found is not None and found.email in {None, claim.email} else None


async def _make_account(tx: Transaction, claim: _Claim) -> User:
    user_id = await users.add(tx, claim.email, claim.now)
    name = (claim.identity.name or "").strip()
    if name and not explain_bad_name(name):
        await users.set_profile(tx, user_id, name, None)
    user = User(user_id, claim.email)
    by = as_person(user, claim.client.address)
    await audit_log.add(tx, [about_user(user, AuditAction.USER_SIGNED_UP, by, claim.now)])
    await _link(tx, user, claim.identity, claim.client, claim.now)
    return user
