"""A trusted proxy names who is there, with each request; nobody else can."""

from collections.abc import AsyncIterator
from ipaddress import ip_network

import httpx
import pytest

from cronbeats.domain.access import Role
from cronbeats.domain.membership import INVITATION_LASTS
from cronbeats.services.invite_people import invite
from cronbeats.services.run_first import offer_first_run
from cronbeats.settings import Settings
from cronbeats.storage import sessions, users
from cronbeats.storage.database import Database
from tests.support.people import EMAIL, PASSWORD, add_person, person
from tests.support.world import World
from tests.web.pages import Page
from tests.web.people import adas_browser, browser, let_ada_sign_in, sign_in

HEADER = "X-Forwarded-Email"
EVE = "eve@example.com"
ON = Settings(
    ping_rate_per_second=0,
    # The tests' own requests come from there.
    trusted_proxies=(ip_network("127.0.0.0/8"),),
    proxy_auth_header=HEADER.lower(),
    proxy_sign_out_url="https://auth.example.com/logout?rd=x",
)


@pytest.fixture
async def world(db: Database) -> AsyncIterator[World]:
    made = World(db, ON)
    await made.settle_in()
    yield made
    await made.http.aclose()


def behind_proxy(world: World, *named: str) -> httpx.AsyncClient:
    """Return a browser behind the proxy, which names somebody."""
    http = browser(world)
    http.headers = httpx.Headers([*http.headers.multi_items(), *((HEADER, each) for each in named)])
    return http


async def test_known_people_come_in_without_the_sign_in_page(world: World) -> None:
    http = browser(world)
    for name in (EMAIL, f" {EMAIL.upper()} "):
        http = behind_proxy(world, name)
        assert (await http.get("/")).headers["Location"] == f"/w/{world.workspace_id}/jobs"
        assert (await http.get("/sign-in?next=/account")).headers["Location"] == "/account"
        page = await http.get("/account")
        assert (page.status_code, EMAIL in page.text) == (200, True)
        assert "set-cookie" not in page.headers
    # Without the header, nothing of it is left.
    del http.headers[HEADER]
    assert (await http.get("/account")).status_code == 303


async def test_a_stranger_who_sends_the_header_is_nobody(world: World) -> None:
    elsewhere = World(
        world.db,
        Settings(trusted_proxies=(ip_network("10.0.0.0/8"),), proxy_auth_header=HEADER.lower()),
    )
    http = behind_proxy(elsewhere, EMAIL)
    http.headers["X-Forwarded-For"] = "10.0.0.1"
    assert (await http.get("/account")).headers["Location"] == "/sign-in?next=%2Faccount"
    off = World(world.db, Settings(trusted_proxies=ON.trusted_proxies))
    assert (await behind_proxy(off, EMAIL).get("/account")).status_code == 303
    none = httpx.ASGITransport(world.app, client=None)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=none, base_url="http://cronbeats.test") as unknown:
        assert (await unknown.get("/account", headers={HEADER: EMAIL})).status_code == 303


async def test_who_has_no_account_is_told_so_and_not_asked_to_sign_in(world: World) -> None:
    for name in (EVE, "<b>@example.com", "ada", f"{EMAIL},{EVE}", f"{EMAIL}\x7f", "ä@example.com"):
        http = behind_proxy(world)
        headers = {HEADER: name.encode()}
        for path in ("/", "/account", "/sign-in", f"/w/{world.workspace_id}/jobs"):
            answer = await http.get(path, headers=headers)  # type: ignore[arg-type]
            assert (answer.status_code, "You have no account here" in answer.text) == (403, True)
            assert "<b>" not in answer.text
        assert (await http.post("/account/profile", headers=headers)).status_code == 403  # type: ignore[arg-type]
    assert (await behind_proxy(world, EVE).get("/docs/api")).status_code == 200
    assert (await behind_proxy(world, EVE).get("/static/icon.svg")).status_code == 200


async def test_who_is_named_twice_is_nobody_and_without_a_name_all_is_as_usual(
    world: World,
) -> None:
    for named in ((EMAIL, EVE), (EMAIL, EMAIL)):
        answer = await behind_proxy(world, *named).get("/account")
        assert (answer.status_code, "It is not clear who you are" in answer.text) == (403, True)
    await let_ada_sign_in(world)
    http = behind_proxy(world, "", " ")
    assert (await http.get("/account")).status_code == 303
    assert (await sign_in(http)).status_code == 303
    assert (await http.get("/account")).status_code == 200


async def test_another_person_behind_the_proxy_ends_the_session_of_the_one_before(
    world: World,
) -> None:
    await let_ada_sign_in(world)
    await add_person(world.db, EVE)
    for named, status in ((EVE, 200), ("nobody@example.com", 403)):
        http = await adas_browser(world)
        answer = await http.get("/account", headers={HEADER: named})
        assert (answer.status_code, EMAIL in answer.text) == (status, False)
        assert (await http.get("/account")).status_code == 303
    http = await adas_browser(world)
    assert (await http.get("/account", headers={HEADER: EMAIL})).status_code == 200
    assert (await http.get("/account")).status_code == 200


async def test_forms_still_count_only_from_our_own_pages(world: World) -> None:
    http = behind_proxy(world, EMAIL)
    form = {"name": "Ada", "timezone": "Asia/Tokyo"}
    foreign = {"Sec-Fetch-Site": "cross-site"}
    answer = await http.post("/account/profile", data=form, headers=foreign)
    assert (answer.status_code, "did not come from here" in answer.text) == (403, True)
    assert (await http.post("/account/profile", data=form)).status_code == 303
    assert "Asia/Tokyo" in (await http.get("/account")).text
    assert "0 other sessions" in (
        await _told_after(http, await http.post("/account/sessions/end-others"))
    )


async def test_signing_out_leads_to_where_that_is_done(world: World) -> None:
    http = behind_proxy(world, EMAIL)
    answer = await http.post("/sign-out")
    assert (answer.status_code, "You sign out elsewhere" in answer.text) == (200, True)
    assert Page(answer.text).all("a", href="https://auth.example.com/logout?rd=x")


async def test_who_is_named_accepts_an_invitation_without_a_password(world: World) -> None:
    made = await invite(
        world.db,
        world.workspace_id,
        Role.MEMBER,
        email=EVE,
        lasts=INVITATION_LASTS,
        by=person(1),
        now=world.clock(),
    )
    path = f"/invite/{made.token}"
    other = behind_proxy(world, "mallory@example.com")
    refused = await other.post(path, data={"email": EVE, "name": ""})
    assert (refused.status_code, "This invitation is for" in refused.text) == (403, True)
    http = behind_proxy(world, EVE)
    assert Page((await http.get(path)).text).all("input", type="password") == []
    joined = await http.post(path, data={"email": "mallory@example.com", "name": "Eve"})
    assert joined.headers["Location"] == f"/w/{world.workspace_id}"
    assert EVE in (await http.get("/account")).text
    assert (await behind_proxy(world, "mallory@example.com").get("/account")).status_code == 403


async def test_no_session_begins_for_whom_the_proxy_names(db: Database) -> None:
    world = World(db, ON)
    token = await offer_first_run(db, world.clock())
    http, path = behind_proxy(world, EVE), f"/first-run/{token}"
    page = Page((await http.get(path)).text)
    assert (page.all("input", type="password"), page.all("input", type="email")) == ([], [])
    assert EVE in page.html
    form = {"workspace": "Home", "email": EMAIL, "password": PASSWORD}
    made = await http.post(path, data=form)
    assert made.headers["Location"] == "/w/1/jobs/new"
    by = person(1, EVE)
    token = (await invite(db, 1, Role.MEMBER, by=by, now=world.clock())).token
    joined = await behind_proxy(world, EMAIL).post(f"/invite/{token}", data={"name": ""})
    assert joined.headers["Location"] == "/w/1"
    for answer in (made, joined):
        cookies = answer.headers.get_list("set-cookie")
        # What is told on the next page, and no more.
        assert [each.partition("=")[0] for each in cookies] == ["cronbeats-told"]
    async with db.read() as tx:
        assert [each.email for each in await users.browse(tx)] == [EVE, EMAIL]
        assert not any(each.has_password for each in await users.browse(tx))
    await world.http.aclose()


async def test_a_new_password_begins_no_session_for_whom_the_proxy_names(world: World) -> None:
    await let_ada_sign_in(world)
    http = behind_proxy(world, EMAIL)
    form = {"old": PASSWORD, "new": "another horse battery"}
    changed = await http.post("/account/password", data=form)
    assert "Your password is changed." in await _told_after(http, changed)
    cookies = [each.partition("=")[0] for each in changed.headers.get_list("set-cookie")]
    assert cookies == ["cronbeats-told"]
    async with world.db.read() as tx:
        assert await sessions.browse(tx, 1, world.clock()) == []


async def _told_after(http: httpx.AsyncClient, answer: httpx.Response) -> str:
    return (await http.get(answer.headers["Location"])).text
