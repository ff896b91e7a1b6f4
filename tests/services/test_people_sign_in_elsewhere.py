"""Whom the provider's word lets in, and to which account: never to one that may be another's."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest

from cronbeats.domain.access import Role
from cronbeats.domain.audit import AuditAction
from cronbeats.domain.authorization_request import AuthorizationRequest
from cronbeats.domain.errors import (
    InvalidValueError,
    LinkFirstError,
    LinkGoneError,
    NotLetInError,
    ProviderError,
    SignInOverError,
    ThrottledError,
    WrongCredentialsError,
)
from cronbeats.domain.identity import Identity, SignUp
from cronbeats.domain.session import Client
from cronbeats.services.find_workspaces import workspaces_of
from cronbeats.services.forget_sign_ins import forget_sign_ins
from cronbeats.services.invite_people import Joined, Newcomer, invite, join_as_newcomer
from cronbeats.services.link_accounts import unlink_for
from cronbeats.services.recognize_visitor import recognize_visitor
from cronbeats.services.recover_accounts import (
    NewPassword,
    check_reset,
    make_reset_link,
    reset_password,
)
from cronbeats.services.set_up import set_up
from cronbeats.services.sign_in_elsewhere import (
    Arrival,
    Return,
    Terms,
    come_back,
    set_out,
)
from cronbeats.storage import audit_log, known_devices, second_factors, sessions, users
from cronbeats.storage.authorization_requests import Errand
from cronbeats.storage.database import Database
from tests.support.audit import told
from tests.support.lock_waits import until_waiting
from tests.support.people import (
    ELSEWHERE,
    EMAIL,
    HASHES,
    HOME,
    PASSWORD,
    add_person,
    knock,
    person,
)
from tests.support.pruning import in_all, pace
from tests.support.turnable_clock import START
from tests.support.world import World

ISSUER = "https://id.example.com"
ADA = Identity(ISSUER, "ada-1", EMAIL, is_email_verified=True, name="Ada")
EVE = Identity(ISSUER, "eve-1", "eve@example.com", is_email_verified=True)


class Stub:
    """A provider that says what it is told to say, `together` to several if need be."""

    name, issuer = "Keycloak", ISSUER

    def __init__(self, says: Identity, together: asyncio.Barrier | None = None) -> None:
        self.says = says
        self.together = together

    async def authorization_url(self, request: AuthorizationRequest) -> str:
        return f"{ISSUER}/authorize?state={quote(request.state)}"

    async def identify(self, request: AuthorizationRequest, code: str) -> Identity:
        assert request.state
        assert code
        if self.together is not None:
            await self.together.wait()
        return self.says


async def go_there(
    db: Database, *, back: str = "/", user_id: int | None = None, browser: str | None = None
) -> AuthorizationRequest:
    """Set out to the provider, and return what the browser brings back."""
    departure = await set_out(
        db, Stub(ADA), Errand(back, user_id), browser=browser, client=HOME, now=START
    )
    return AuthorizationRequest(departure.url.partition("state=")[2], departure.browser)


async def come(
    db: Database, who: Identity, *, terms: Terms | None = None, back: str = "/"
) -> Arrival:
    """Go to the provider and come back as somebody."""
    request = await go_there(db, back=back)
    shown = Return(request, "code", client=HOME)
    return await come_back(db, Stub(who), shown, terms or Terms(), START)


async def who_is_in(db: Database, arrival: Arrival) -> str:
    """Return the address of the account in whose session somebody is."""
    assert arrival.signed_in is not None
    visitor = await recognize_visitor(db, arrival.signed_in.session, HOME, START)
    assert visitor is not None
    return visitor.user.email


async def test_an_account_without_a_password_is_linked_by_its_address(db: Database) -> None:
    ada = await add_person(db, password=None)
    async with db.write() as tx:
        before = await sessions.begin(tx, ada, HOME, START)
    assert await who_is_in(db, await come(db, ADA)) == EMAIL
    assert await recognize_visitor(db, before, HOME, START) is None
    # From now on the name decides, whatever the address has become.
    renamed = replace(ADA, email="ada@new.example.com", is_email_verified=False)
    assert await who_is_in(db, await come(db, renamed)) == EMAIL


async def test_an_account_with_a_password_is_not_linked_by_its_address(db: Database) -> None:
    await add_person(db)
    with pytest.raises(LinkFirstError, match="Sign in with it once more"):
        await come(db, ADA)
    assert await who_is_in(db, await come(db, ADA, terms=Terms(passwords_count=False))) == EMAIL


async def test_nothing_is_left_of_who_had_the_account_before_it_was_linked(db: Database) -> None:
    # Whoever followed an open invitation may have typed an address that is not theirs.
    ada = await add_person(db)
    device = (await knock(db)).device
    async with db.write() as tx:
        await second_factors.offer(tx, ada, "JBSWY3DPEHPK3PXP")
        await second_factors.confirm(tx, ada, 1, START)
        await second_factors.renew_recovery_codes(tx, ada)
    reset = await make_reset_link(db, EMAIL, START)
    await come(db, ADA, terms=Terms(passwords_count=False))
    with pytest.raises(WrongCredentialsError):
        await knock(db)
    async with db.read() as tx:
        user = await users.get(tx, ada)
        assert user is not None
        assert not user.has_second_factor
        assert await second_factors.count_recovery_codes(tx, ada) == 0
        assert await known_devices.find(tx, EMAIL, device, START) is None
    with pytest.raises(LinkGoneError):
        await check_reset(db, reset, START)


async def link_own(db: Database, user_id: int, who: Identity) -> None:
    """Link an account as the person who is in it."""
    shown = await go_there(db, user_id=user_id, browser="a browser")
    back = Return(shown, "code", client=HOME, user_id=user_id)
    await come_back(db, Stub(who), back, Terms(), START)


@pytest.mark.parametrize("passwords_count", [True, False])
async def test_a_new_password_by_a_link_ends_what_others_linked(
    db: Database, passwords_count: bool
) -> None:
    # Eve made an account with Ada's address and linked it to herself, before Ada came.
    ada = await add_person(db)
    await link_own(db, ada, EVE)
    token = await make_reset_link(db, EMAIL, START)
    new = NewPassword(token, "another horse battery", unlinks=passwords_count)
    await reset_password(db, HASHES, new, START)
    if passwords_count:
        with pytest.raises(NotLetInError, match="Nobody with the address eve"):
            await come(db, EVE)
        with pytest.raises(LinkFirstError):
            await come(db, ADA)
        async with db.read() as tx:
            [last] = await audit_log.newest(tx, 1)
        assert last.entry.action is AuditAction.USER_UNLINKED
    else:
        # Nothing else would let this person in for good.
        assert await who_is_in(db, await come(db, EVE)) == EMAIL


async def test_an_address_that_is_not_verified_lets_nobody_in(db: Database) -> None:
    await add_person(db, password=None)
    for who in (replace(ADA, is_email_verified=False), replace(ADA, email="")):
        with pytest.raises(NotLetInError, match="verified your e-mail address"):
            await come(db, who, terms=Terms(passwords_count=False, sign_up=SignUp(1, Role.VIEWER)))


async def test_an_address_that_was_given_to_somebody_else_lets_nobody_in(db: Database) -> None:
    await add_person(db, password=None)
    await come(db, ADA)
    another = replace(ADA, subject="ada-2")
    with pytest.raises(NotLetInError, match="linked to somebody else"):
        await come(db, another, terms=Terms(passwords_count=False))
    await unlink_for(db, " ADA@example.com ", START)
    assert await who_is_in(db, await come(db, another)) == EMAIL


async def test_the_word_of_an_earlier_provider_counts_no_more(db: Database) -> None:
    await add_person(db, password=None)
    await come(db, replace(ADA, issuer="https://old.example.com"))
    assert await who_is_in(db, await come(db, ADA)) == EMAIL
    async with db.read() as tx:
        assert await users.find_by_identity(tx, "https://old.example.com", "ada-1") is None


async def test_strangers_are_let_in_only_where_the_operator_says_so(world: World) -> None:
    with pytest.raises(NotLetInError, match="Nobody with the address eve"):
        await come(world.db, EVE)
    nowhere = Terms(sign_up=SignUp(10**17, Role.VIEWER))
    with pytest.raises(NotLetInError, match="Nobody with the address eve"):
        await come(world.db, EVE, terms=nowhere)
    terms = Terms(sign_up=SignUp(world.workspace_id, Role.VIEWER))
    arrival = await come(world.db, EVE, terms=terms)
    assert arrival.signed_in is not None
    [place] = await workspaces_of(world.db, arrival.signed_in.user_id)
    assert (place.workspace_id, place.role) == (world.workspace_id, Role.VIEWER)
    last = (await told(world.db, world.workspace_id))[-1]
    assert last == "eve@example.com member.joined eve@example.com"


async def test_who_was_invited_by_address_is_in_at_once(world: World) -> None:
    by, now = person(1), START
    await invite(world.db, world.workspace_id, Role.MEMBER, email=EVE.email, by=by, now=now)
    arrival = await come(world.db, EVE, terms=Terms(sign_up=SignUp(10**17, Role.ADMIN)))
    assert arrival.signed_in is not None
    [place] = await workspaces_of(world.db, arrival.signed_in.user_id)
    assert place.role is Role.MEMBER
    with pytest.raises(NotLetInError):
        await come(world.db, replace(EVE, subject="eve-2"))


async def test_an_invitation_keeps_nobody_from_where_all_join(world: World) -> None:
    other = (await set_up(world.db, "Elsewhere", "eva@example.com", START)).workspace_id
    await invite(world.db, other, Role.ADMIN, email=EVE.email, by=person(2), now=START)
    terms = Terms(sign_up=SignUp(world.workspace_id, Role.VIEWER))
    arrival = await come(world.db, EVE, terms=terms)
    assert arrival.signed_in is not None
    places = await workspaces_of(world.db, arrival.signed_in.user_id)
    found = {each.workspace_id: each.role for each in places}
    assert found == {world.workspace_id: Role.VIEWER, other: Role.ADMIN}


async def test_one_address_that_comes_by_several_ways_at_once_is_one_account(world: World) -> None:
    db, by = world.db, person(1)
    other = (await set_up(db, "Elsewhere", "eva@example.com", START)).workspace_id
    coming: list[Awaitable[object]] = []
    both = asyncio.Barrier(2)
    for workspace_id, who in ((world.workspace_id, by), (other, person(2))):
        made = await invite(db, workspace_id, Role.MEMBER, by=who, now=START)
        shown = Return(await go_there(db, back=f"/invite/{made.token}"), "code", client=HOME)
        coming.append(come_back(db, Stub(EVE, both), shown, Terms(), START))
        newcomer = Newcomer(EVE.email, PASSWORD)
        coming.append(
            join_as_newcomer(db, HASHES, made.token, newcomer, client=ELSEWHERE, now=START)
        )
    came = await asyncio.gather(*coming, return_exceptions=True)
    foreseen = Arrival | Joined | InvalidValueError | LinkFirstError
    assert all(isinstance(each, foreseen) for each in came), came
    async with db.read() as tx:
        everybody = [each.email for each in await users.browse(tx)]
    assert everybody.count(EVE.email) == 1


async def test_who_comes_while_their_account_is_being_made_blocks_nobody(
    postgres_database_url: str,
) -> None:
    db = Database(postgres_database_url)
    await set_up(db, "Home", "owner@example.com", START)
    terms = Terms(sign_up=SignUp(1, Role.VIEWER))

    async def come_from(address: str) -> Arrival:
        client = Client(address, "curl")
        shown = Return(await go_there(db), "code", client=client)
        return await come_back(db, Stub(EVE), shown, terms, START)

    async with db.write() as tx:
        await users.let_one_come(tx)
        first = asyncio.create_task(come_from("192.0.2.7"))
        await until_waiting(db)
        await add_person(db, EVE.email, password=None)
        second = asyncio.create_task(come_from("198.51.100.7"))
        await until_waiting(db, 2)
    came = await asyncio.gather(first, second)
    assert [await who_is_in(db, each) for each in came] == [EVE.email] * 2
    await db.close()


async def test_two_accounts_are_not_linked_to_one_person_at_once(db: Database) -> None:
    both = asyncio.Barrier(2)
    coming = []
    for email in (EMAIL, EVE.email):
        user_id = await add_person(db, email)
        shown = Return(await go_there(db, user_id=user_id), "code", user_id=user_id)
        coming.append(come_back(db, Stub(ADA, both), shown, Terms(), START))
    came = await asyncio.gather(*coming, return_exceptions=True)
    assert sorted(type(each).__name__ for each in came) == ["Arrival", "NotLetInError"]


async def test_who_comes_twice_at_once_is_one_person_and_a_request_counts_once(
    world: World,
) -> None:
    db, by = world.db, person(1)
    await invite(db, world.workspace_id, Role.MEMBER, email=EVE.email, by=by, now=START)
    both = Stub(EVE, asyncio.Barrier(2))
    coming = [
        come_back(db, both, Return(await go_there(db), "code", client=where), Terms(), START)
        for where in (HOME, ELSEWHERE)
    ]
    arrivals = await asyncio.gather(*coming)
    ids = {each.signed_in.user_id for each in arrivals if each.signed_in}
    assert len(ids) == 1
    shown = Return(await go_there(db), "code", client=HOME)
    twice = [come_back(db, Stub(EVE), shown, Terms(), START) for _ in range(2)]
    ended = await asyncio.gather(*twice, return_exceptions=True)
    assert sorted(type(each) is SignInOverError for each in ended) == [False, True]


async def test_who_holds_an_invitation_gets_an_account_to_join_with(world: World) -> None:
    by, now = person(1), START
    ours = await invite(world.db, world.workspace_id, Role.MEMBER, by=by, now=now)
    adas = await invite(world.db, world.workspace_id, Role.MEMBER, email="a@b.c", by=by, now=now)
    for token in ("nothing", adas.token):
        with pytest.raises(NotLetInError):
            await come(world.db, EVE, back=f"/invite/{token}")
    arrival = await come(world.db, EVE, back=f"/invite/{ours.token}")
    assert arrival.signed_in is not None
    assert arrival.back == f"/invite/{ours.token}"
    assert await workspaces_of(world.db, arrival.signed_in.user_id) == ()


async def test_a_request_is_answered_once_in_time_and_in_its_browser(db: Database) -> None:
    await add_person(db, password=None)
    request = await go_there(db)
    late = START + timedelta(minutes=10)
    strangers = AuthorizationRequest(request.state, "another browser")
    for shown, now in ((strangers, START), (await go_there(db), late)):
        with pytest.raises(SignInOverError):
            await come_back(db, Stub(ADA), Return(shown, "code"), Terms(), now)
    refused = Return(await go_there(db), "", error="access_denied")
    with pytest.raises(ProviderError, match="did not sign you in"):
        await come_back(db, Stub(ADA), refused, Terms(), START)
    tab = await go_there(db, browser=request.browser)
    for each in (request, tab):
        await come_back(db, Stub(ADA), Return(each, "code"), Terms(), START)
        with pytest.raises(SignInOverError):
            await come_back(db, Stub(ADA), Return(each, "code"), Terms(), START)


async def test_only_the_session_that_asked_for_it_links_its_account(db: Database) -> None:
    ada, eve = await add_person(db), await add_person(db, EVE.email, None)
    await come(db, EVE)
    for user_id in (None, eve):
        shown = Return(await go_there(db, user_id=ada), "code", user_id=user_id)
        with pytest.raises(SignInOverError):
            await come_back(db, Stub(ADA), shown, Terms(), START)
    shown = Return(await go_there(db, user_id=ada), "code", user_id=ada)
    with pytest.raises(NotLetInError, match="Another account is linked"):
        await come_back(db, Stub(EVE), shown, Terms(), START)
    shown = Return(await go_there(db, user_id=ada), "code", user_id=ada)
    arrival = await come_back(db, Stub(ADA), shown, Terms(), START)
    assert arrival.signed_in is None
    assert await who_is_in(db, await come(db, ADA)) == EMAIL


async def test_setting_out_is_throttled_and_what_is_over_is_forgotten(db: Database) -> None:
    for _ in range(30):
        await go_there(db)
    with pytest.raises(ThrottledError):
        await go_there(db)
    assert await in_all(forget_sign_ins(db, pace(), START + timedelta(minutes=69))) == 0
    # Thirty requests, and one row that counted them.
    assert await in_all(forget_sign_ins(db, pace(), START + timedelta(minutes=70))) == 31
