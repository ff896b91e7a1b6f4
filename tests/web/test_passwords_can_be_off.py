"""Where passwords let nobody in: the provider's word does, and a link from the command line."""

from collections.abc import AsyncIterator

import httpx
import pytest

from cronbeats.domain.access import Role
from cronbeats.services.invite_people import invite
from cronbeats.services.recover_accounts import make_reset_link
from cronbeats.services.run_first import offer_first_run
from cronbeats.settings import Settings
from cronbeats.storage.database import Database
from tests.support.people import EMAIL, PASSWORD, person
from tests.support.provider import Provider, client_of
from tests.support.turnable_clock import TurnableClock
from tests.support.world import World
from tests.web.pages import Page
from tests.web.people import browser, let_ada_sign_in

OFF = Settings(ping_rate_per_second=0, password_sign_in=False)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with Provider(TurnableClock()).running() as running:
        yield running


@pytest.fixture
async def empty_world(db: Database, provider: Provider) -> AsyncIterator[World]:
    async with client_of(provider) as asks:
        yield World(db, OFF, provider=asks)


@pytest.fixture
async def world(empty_world: World) -> World:
    await empty_world.settle_in()
    await let_ada_sign_in(empty_world)
    return empty_world


async def come_in(http: httpx.AsyncClient, provider: Provider, back: str = "/") -> httpx.Response:
    leave = await http.get("/sign-in/oidc", params={"next": back})
    return await http.get(provider.let_in(leave.headers["Location"]))


async def test_no_password_lets_in_and_no_page_asks_for_one(
    world: World, provider: Provider
) -> None:
    http = browser(world)
    page = Page((await http.get("/sign-in")).text)
    assert page.all("input", type="password") == page.all("a", href="/forgot") == []
    for path in ("/sign-in", "/forgot"):
        answer = await http.post(path, data={"email": EMAIL, "password": PASSWORD})
        assert (answer.status_code, "Passwords let nobody in" in answer.text) == (403, True)
    # The account has one, which is no hindrance any more.
    assert (await come_in(http, provider)).status_code == 303
    page = Page((await http.get("/account")).text)
    assert page.all("input", type="password") == page.all("form", action="/account/unlink") == []
    form = {"old": PASSWORD, "new": "battery staple of a horse", "password": PASSWORD}
    for path in ("/account/password", "/account/link", "/account/unlink"):
        assert (await http.post(path, data=form)).status_code == 403


async def test_a_link_from_the_command_line_lets_in_once(world: World) -> None:
    path = f"/reset/{await make_reset_link(world.db, EMAIL, world.clock())}"
    http = browser(world)
    assert "this signs you in once" in (await http.get(path)).text
    assert (
        await http.post(path, data={"password": "battery staple of a horse"})
    ).status_code == 303
    assert (await http.get("/account")).status_code == 200
    assert (await browser(world).get(path)).status_code == 410


async def test_who_is_invited_comes_through_the_provider(world: World, provider: Provider) -> None:
    made = await invite(world.db, world.workspace_id, Role.MEMBER, by=person(1), now=world.clock())
    path, http = f"/invite/{made.token}", browser(world)
    page = Page((await http.get(path)).text)
    assert page.all("form") == []
    assert page.all("a", href=f"/sign-in/oidc?next={path}")
    form = {"email": "eve@example.com", "password": PASSWORD}
    assert (await http.post(path, data=form)).status_code == 403
    provider.person |= {"sub": "eve", "email": "eve@example.com"}
    assert (await come_in(http, provider, path)).headers["Location"] == path
    assert (await http.post(path)).headers["Location"] == f"/w/{world.workspace_id}"


async def test_the_first_owner_needs_no_password(empty_world: World, provider: Provider) -> None:
    token = await offer_first_run(empty_world.db, empty_world.clock())
    path, http = f"/first-run/{token}", browser(empty_world)
    assert Page((await http.get(path)).text).all("input", type="password") == []
    made = await http.post(path, data={"workspace": "Home", "email": EMAIL})
    assert made.status_code == 303
    other = browser(empty_world)
    assert (await come_in(other, provider, made.headers["Location"])).status_code == 303
    assert (await other.get(made.headers["Location"])).status_code == 200


async def test_a_sign_in_page_without_any_way_says_what_is_missing(db: Database) -> None:
    page = await browser(World(db, OFF)).get("/sign-in")
    assert "The proxy in front of this server says who you are" in page.text
