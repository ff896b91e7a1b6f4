"""Signing in and out, and the first run, as somebody without scripts does it."""

import re

import pytest

from cronbeats.services.run_first import offer_first_run
from cronbeats.storage.database import Database
from tests.support.people import EMAIL, PASSWORD, add_person
from tests.support.world import World
from tests.web.pages import Page
from tests.web.people import browser, let_ada_sign_in, sign_in


@pytest.fixture
async def empty_world(db: Database) -> World:
    """Give a world that nobody has set up."""
    return World(db)


async def test_the_first_run_makes_an_owner_who_is_signed_in(empty_world: World) -> None:
    world, http = empty_world, browser(empty_world)
    assert "Nobody has set it up yet" in (await http.get("/")).text
    token = await offer_first_run(world.db, world.clock())
    path = f"/first-run/{token}"
    assert Page((await http.get(path)).text).all("input", name="workspace", value="Home")
    told = await http.post(path, data={"workspace": "", "email": "ada", "password": "short"})
    assert told.status_code == 422
    wrong = {
        each.attributes["name"] for each in Page(told.text).all("input", **{"aria-invalid": "true"})
    }
    assert wrong == {"workspace", "email", "password"}
    form = {"workspace": "Backups", "email": EMAIL, "password": PASSWORD}
    made = await http.post(path, data=form)
    assert re.fullmatch(r"/w/\d+/jobs/new", made.headers["Location"])
    page = Page((await http.get(made.headers["Location"])).text)
    assert page.slips == []
    assert "Backups" in page.texts["b"]
    for again in (await http.get(path), await http.post(path, data=form)):
        assert again.status_code == 410
        assert "This link does not work any more" in again.text


async def test_whoever_knows_the_password_gets_to_the_page_they_wanted(world: World) -> None:
    await let_ada_sign_in(world)
    http = browser(world)
    wanted = await http.get(f"/w/{world.workspace_id}/jobs?page=1")
    form = Page((await http.get(wanted.headers["Location"])).text)
    [back] = [each.attributes["value"] for each in form.all("input", type="hidden", name="next")]
    answer = await sign_in(http, next=back)
    assert answer.headers["Location"] == f"/w/{world.workspace_id}/jobs?page=1"
    assert (await http.get(answer.headers["Location"])).status_code == 200
    assert (await http.get("/sign-in")).headers["Location"] == "/"
    assert (await http.get("/")).headers["Location"] == f"/w/{world.workspace_id}/jobs"


async def test_signing_in_leads_nowhere_else(world: World) -> None:
    await let_ada_sign_in(world)
    for place in ("https://evil.example", "//evil.example", "/\\evil.example", ""):
        http = browser(world)
        assert (await sign_in(http, next=place)).headers["Location"] == "/"
        assert (
            "evil" not in (await http.get("/sign-in", params={"next": place})).headers["Location"]
        )


async def test_a_wrong_password_and_an_unknown_address_are_told_alike(world: World) -> None:
    await let_ada_sign_in(world)
    wrong = await sign_in(browser(world), password="another horse battery")
    unknown = await sign_in(browser(world), email="eve@example.com")
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert wrong.text.replace(EMAIL, "") == unknown.text.replace("eve@example.com", "")
    assert "do not belong together" in wrong.text
    assert PASSWORD not in unknown.text
    assert "set-cookie" not in wrong.headers


async def test_who_tries_too_often_is_told_how_long_to_wait(world: World) -> None:
    await let_ada_sign_in(world)
    http = browser(world)
    answer = await sign_in(http, password="another horse battery")
    for _ in range(100):
        if answer.status_code != 422:
            break
        answer = await sign_in(http, password="another horse battery")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert re.search(r"Please wait (a minute|\d+ minutes), then try again", answer.text)


async def test_a_session_that_was_planted_is_not_the_one_that_is_used(world: World) -> None:
    await let_ada_sign_in(world)
    http = browser(world)
    http.cookies.set("cronbeats", "planted", domain="cronbeats.test", path="/")
    await sign_in(http)
    first = http.cookies["cronbeats"]
    await sign_in(http)
    second = http.cookies["cronbeats"]
    assert len({"planted", first, second}) == 3
    http.cookies.set("cronbeats", first, domain="cronbeats.test", path="/")
    assert (await http.get(f"/w/{world.workspace_id}/jobs")).status_code == 303


async def test_signing_out_ends_the_session(world: World) -> None:
    await let_ada_sign_in(world)
    http = browser(world)
    await sign_in(http)
    token = http.cookies["cronbeats"]
    answer = await http.post("/sign-out")
    assert answer.headers["Location"] == "/sign-in"
    assert "cronbeats" not in http.cookies
    assert "You are signed out." in (await http.get("/sign-in")).text
    http.cookies.set("cronbeats", token, domain="cronbeats.test", path="/")
    assert (await http.get(f"/w/{world.workspace_id}/jobs")).status_code == 303
    assert (await http.post("/sign-out")).status_code == 303


async def test_who_is_in_no_workspace_is_told_so(world: World) -> None:
    await add_person(world.db, "eve@example.com")
    http = browser(world)
    await sign_in(http, email="eve@example.com")
    assert "You are in no workspace" in (await http.get("/")).text
