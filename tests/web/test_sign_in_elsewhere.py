"""Signing in by a provider's word, in a browser without scripts and with a provider that signs."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest

from cronbeats.domain.access import Role
from cronbeats.domain.identity import SignUp
from cronbeats.settings import Settings
from cronbeats.storage.database import Database
from tests.support.people import EMAIL, PASSWORD, add_person
from tests.support.provider import Provider, client_of
from tests.support.turnable_clock import TurnableClock
from tests.support.world import World
from tests.web.pages import Page
from tests.web.people import adas_browser, browser, let_ada_sign_in, sign_in

BUTTON = "Sign in with Keycloak"


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with Provider(TurnableClock()).running() as running:
        yield running


@pytest.fixture
async def world(db: Database, provider: Provider) -> AsyncIterator[World]:
    async with client_of(provider, seconds=0.5) as asks:
        made = World(db, provider=asks)
        await made.settle_in()
        yield made
        await made.http.aclose()


async def go_through(http: httpx.AsyncClient, provider: Provider, back: str = "/") -> str:
    """Follow the button to the provider, sign in there, and return the way back to us."""
    page = Page((await http.get("/sign-in", params={"next": back})).text)
    [way] = [each for each in page.all("a") if "/sign-in/oidc" in each.attributes["href"]]
    leave = await http.get(way.attributes["href"])
    assert leave.status_code == 303
    return provider.let_in(leave.headers["Location"])


async def test_the_button_leads_through_the_provider_to_the_page_wanted(
    world: World, provider: Provider
) -> None:
    http, wanted = browser(world), f"/w/{world.workspace_id}/jobs?page=1"
    assert BUTTON in (await http.get("/sign-in")).text
    callback = await go_through(http, provider, wanted)
    in_ = await http.get(callback)
    assert (in_.status_code, in_.headers["Location"]) == (303, wanted)
    assert (await http.get(wanted)).status_code == 200
    assert (await http.get("/sign-in/oidc?next=/account")).headers["Location"] == "/account"
    # Used up; who is in already is only led on.
    assert (await http.get(callback)).headers["Location"] == "/"
    assert "or was begun in another browser" in (await browser(world).get(callback)).text


async def test_coming_back_leads_nowhere_else(world: World, provider: Provider) -> None:
    for place in ("https://evil.example", "//evil.example", "/\\evil.example", "/" + "x" * 3000):
        http = browser(world)
        leave = await http.get("/sign-in/oidc", params={"next": place})
        in_ = await http.get(provider.let_in(leave.headers["Location"]))
        assert in_.headers["Location"] == "/"


async def test_nobody_comes_in_with_what_another_browser_began(
    world: World, provider: Provider
) -> None:
    eves = await go_through(browser(world), provider)
    http = browser(world)
    await go_through(http, provider)
    for url in (eves, "/sign-in/oidc/callback", "/sign-in/oidc/callback?state=%00&code=x"):
        answer = await http.get(url)
        assert answer.status_code == 422
        assert "cronbeats" not in answer.cookies
        assert "or was begun in another browser" in answer.text


async def test_a_session_that_was_planted_ends(world: World, provider: Provider) -> None:
    await let_ada_sign_in(world)
    http = await adas_browser(world)
    planted = http.cookies["cronbeats"]
    http.cookies.delete("cronbeats")
    await add_person(world.db, "eve@example.com", None)
    provider.person |= {"sub": "eve", "email": "eve@example.com"}
    callback = await go_through(http, provider)
    http.cookies.set("cronbeats", planted, domain="cronbeats.test", path="/")
    assert (await http.get(callback)).status_code == 303
    assert http.cookies["cronbeats"] != planted
    http.cookies.set("cronbeats", planted, domain="cronbeats.test", path="/")
    assert (await http.get("/account")).status_code == 303


@pytest.mark.parametrize("misbehave", ["unverified", "stranger", "wrong nonce", "down", "refuses"])
async def test_what_goes_wrong_is_told_on_the_sign_in_page(
    world: World, provider: Provider, misbehave: str, capsys: pytest.CaptureFixture[str]
) -> None:
    http = browser(world)
    url = await go_through(http, provider)
    match misbehave:
        case "unverified":
            provider.person["email_verified"] = False
            status, words = 403, "has verified your e-mail address"
        case "stranger":
            provider.person["email"] = "<b>@example.com"
            status, words = 403, "Nobody with the address &lt;b&gt;@example.com has an account"
        case "wrong nonce":
            provider.claims["nonce"] = "another"
            status, words = 503, "Keycloak gave an answer that is not right."
        case "down":
            provider.hangs = True
            status, words = 503, "Keycloak cannot be reached right now."
        case _:
            url = url.replace("code=code-0", "error=access_denied%0Aforged")
            status, words = 503, "Keycloak did not sign you in."
    answer = await http.get(url)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert BUTTON in answer.text
    log = capsys.readouterr().out
    assert ("provider_failed" in log) == (status == 503)
    for secret in ("code-0", "access\n", "eyJ", "\nforged", urlsplit(url).query):
        assert secret not in log


async def test_a_provider_that_is_down_leaves_the_password(
    world: World, provider: Provider
) -> None:
    await let_ada_sign_in(world)
    provider.answers["/.well-known/openid-configuration"] = (500, {})
    http = browser(world)
    answer = await http.get("/sign-in/oidc?next=/account")
    assert (answer.status_code, "cannot be reached" in answer.text) == (503, True)
    assert Page(answer.text).all("input", name="next", value="/account")
    assert (await sign_in(http)).status_code == 303


async def test_an_account_is_linked_by_who_knows_its_password_and_unlinked(
    world: World, provider: Provider
) -> None:
    await let_ada_sign_in(world)
    http = browser(world)
    refused = await http.get(await go_through(http, provider))
    assert (refused.status_code, "has a password" in refused.text) == (403, True)
    await sign_in(http)
    assert (await http.post("/account/link", data={"password": "wrong"})).status_code == 422
    leave = await http.post("/account/link", data={"password": PASSWORD})
    [on] = [
        each.attributes["href"] for each in Page(leave.text).all("a", **{"class": "button primary"})
    ]
    assert leave.headers["Refresh"] == f"1; url={on}"
    linked = await http.get(provider.let_in(on))
    assert linked.headers["Location"] == "/account"
    assert "linked to Keycloak" in (page := (await http.get("/account")).text)
    assert Page(page).all("form", action="/account/unlink")
    other = browser(world)
    assert (await other.get(await go_through(other, provider))).status_code == 303
    assert (await http.post("/account/unlink")).headers["Location"] == "/account"
    assert Page((await http.get("/account")).text).all("form", action="/account/link")
    other = browser(world)
    assert (await other.get(await go_through(other, provider))).status_code == 403


async def test_without_a_password_a_link_cannot_be_ended(world: World, provider: Provider) -> None:
    http = browser(world)
    await http.get(await go_through(http, provider))
    page = Page((await http.get("/account")).text)
    assert "Linked" in page.texts["span"]
    assert page.all("form", action="/account/unlink") == []
    assert page.all("form", action="/account/password") == []
    assert (await http.post("/account/unlink")).status_code == 409


async def test_strangers_join_where_the_settings_say(
    world: World, db: Database, provider: Provider
) -> None:
    sign_up = SignUp(world.workspace_id, Role.VIEWER)
    async with client_of(provider) as asks:
        open_world = World(db, Settings(oidc_sign_up=sign_up), provider=asks)
        provider.person |= {"sub": "eve", "email": "eve@example.com"}
        http = browser(open_world)
        await http.get(await go_through(http, provider))
        assert (await http.get(f"/w/{world.workspace_id}/jobs")).status_code == 200


async def test_without_a_provider_nothing_of_it_is_there(db: Database) -> None:
    world = World(db)
    await world.settle_in()
    assert "Sign in with" not in (await browser(world).get("/sign-in")).text
    assert (await browser(world).get("/sign-in/oidc")).status_code == 404
    assert (await browser(world).get("/sign-in/oidc/callback")).status_code == 404
    await let_ada_sign_in(world)
    http = await adas_browser(world)
    assert "/account/link" not in (await http.get("/account")).text
    assert (await http.post("/account/link", data={"password": PASSWORD})).status_code == 404
    assert EMAIL in (await http.get("/account")).text
