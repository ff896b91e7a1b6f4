"""The account's page: profile, password and sessions."""

import httpx
import pytest

from cronbeats.domain.access import Role
from tests.support.people import PASSWORD, signed_in
from tests.support.world import World
from tests.web.pages import Page
from tests.web.people import adas_browser, browser, let_ada_sign_in, sign_in

NEW = "battery staple of a horse"
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
async def ada(world: World) -> httpx.AsyncClient:
    await let_ada_sign_in(world)
    return await adas_browser(world)


def wrong_fields(answer: httpx.Response) -> set[str]:
    return {
        each.attributes["name"]
        for each in Page(answer.text).elements
        if each.attributes.get("aria-invalid") == "true"
    }


async def test_a_profile_is_saved_and_shown(ada: httpx.AsyncClient) -> None:
    saved = await ada.post("/account/profile", data={"name": HOSTILE, "timezone": "Asia/Tokyo"})
    assert (saved.status_code, saved.headers["Location"]) == (303, "/account")
    answer = await ada.get("/account")
    page = Page(answer.text)
    assert "Your profile is saved." in page.texts["p"]
    assert page.slips == []
    assert "script" not in page.texts
    assert page.all("input", name="name", value=HOSTILE)
    assert "JST</time>" in answer.text


async def test_what_cannot_be_a_profile_is_told_beside_the_field(ada: httpx.AsyncClient) -> None:
    answer = await ada.post("/account/profile", data={"name": "x" * 201, "timezone": "Mars/Base"})
    assert answer.status_code == 422
    assert wrong_fields(answer) == {"name", "timezone"}
    assert Page(answer.text).all("input", name="timezone", value="Mars/Base")


async def test_a_password_is_changed_and_all_other_sessions_end(
    world: World, ada: httpx.AsyncClient
) -> None:
    other, before = await adas_browser(world), ada.cookies["cronbeats"]
    changed = await ada.post("/account/password", data={"old": PASSWORD, "new": NEW})
    assert changed.headers["Location"] == "/account"
    assert ada.cookies["cronbeats"] != before
    assert "Your password is changed." in (await ada.get("/account")).text
    assert (await other.get("/account")).status_code == 303
    assert (await sign_in(browser(world))).status_code == 422
    assert (await sign_in(browser(world), password=NEW)).status_code == 303


async def test_a_password_that_cannot_be_is_told_and_never_shown(ada: httpx.AsyncClient) -> None:
    for form, field in (
        ({"old": "not my password", "new": NEW}, "old"),
        ({"old": PASSWORD, "new": "short"}, "new"),
    ):
        answer = await ada.post("/account/password", data=form)
        assert (answer.status_code, wrong_fields(answer)) == (422, {field})
        assert [secret for secret in form.values() if secret in answer.text] == []


async def test_sessions_are_listed_and_ended(world: World, ada: httpx.AsyncClient) -> None:
    other = await adas_browser(world)
    page = Page((await ada.get("/account")).text)
    ends = [
        each.attributes["action"]
        for each in page.all("form")
        if each.attributes["action"].endswith("/end")
    ]
    assert len(ends) == 2
    assert "This one" in page.texts["span"]
    mine = Page((await other.get("/account")).text)
    assert mine.slips == []
    for end in ends:
        await other.post(end)
    assert (await ada.get("/account")).status_code == 303
    assert "cronbeats" not in other.cookies


async def test_all_other_sessions_are_ended_at_once(world: World, ada: httpx.AsyncClient) -> None:
    others = [await adas_browser(world) for _ in range(2)]
    await ada.post("/account/sessions/end-others")
    assert "2 other sessions have ended." in (await ada.get("/account")).text
    assert [(await each.get("/account")).status_code for each in others] == [303, 303]


async def test_nobody_ends_the_session_of_another(world: World, ada: httpx.AsyncClient) -> None:
    eve = await signed_in(world, Role.OWNER)
    page = Page((await ada.get("/account")).text)
    [end] = [
        each.attributes["action"]
        for each in page.all("form")
        if each.attributes["action"].endswith("/end")
    ]
    assert (await eve.post(end)).status_code == 404
    assert (await ada.get("/account")).status_code == 200
