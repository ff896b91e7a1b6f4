"""A new password for whoever forgot theirs, without telling who has an account."""

import httpx

from cronbeats.app import App
from cronbeats.services.recover_accounts import make_reset_link
from cronbeats.settings import Settings
from tests.support.people import EMAIL, HASHES, PASSWORD
from tests.support.recording_postman import RecordingPostman
from tests.support.world import World
from tests.web.door import FROM_HERE, HTML
from tests.web.pages import Page
from tests.web.people import adas_browser, browser, let_ada_sign_in, sign_in

NEW = "battery staple of a horse"


async def test_without_a_mail_server_it_is_told_who_makes_a_link(world: World) -> None:
    http = browser(world)
    for answer in (await http.get("/forgot"), await http.post("/forgot", data={"email": EMAIL})):
        assert answer.status_code == 200
        assert "cronbeats users reset-link ADDRESS" in answer.text
    assert Page((await http.get("/sign-in")).text).all("a", href="/forgot")


async def test_known_and_unknown_addresses_are_answered_alike(world: World) -> None:
    await let_ada_sign_in(world)
    postman = RecordingPostman()
    app = App(Settings(), world.db, world.clock, world.senders, hashes=HASHES, postman=postman)
    async with world.client_of(app) as http:
        http.headers.update({**FROM_HERE, **HTML})
        assert Page((await http.get("/forgot")).text).all("input", name="email")
        answers = [
            await http.post("/forgot", data={"email": email})
            for email in (EMAIL, "eve@example.com", "no address")
        ]
        async with app.running():
            pass
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert "Look into your mail" in answers[0].text
    assert [letter.to for letter in postman.letters] == [EMAIL]


async def test_a_link_sets_a_new_password_and_signs_in(world: World) -> None:
    await let_ada_sign_in(world)
    before, http = await adas_browser(world), browser(world)
    path = f"/reset/{await make_reset_link(world.db, EMAIL, world.clock())}"
    assert EMAIL in (await http.get(path)).text
    wrong = await http.post(path, data={"password": "short"})
    assert wrong.status_code == 422
    [field] = Page(wrong.text).all("input", name="password")
    assert field.attributes["aria-invalid"] == "true"
    done = await http.post(path, data={"password": NEW})
    assert (done.status_code, done.headers["Location"]) == (303, "/account")
    assert (await http.get("/account")).status_code == 200
    assert (await before.get("/account")).status_code == 303
    assert (await sign_in(browser(world))).status_code == 422
    assert (await sign_in(browser(world), password=NEW)).status_code == 303
    assert PASSWORD not in done.text


async def test_a_link_that_is_none_and_one_that_was_used_look_alike(world: World) -> None:
    await let_ada_sign_in(world)
    http = browser(world)
    path = f"/reset/{await make_reset_link(world.db, EMAIL, world.clock())}"
    await http.post(path, data={"password": NEW})
    answers: list[httpx.Response] = []
    for each in (path, "/reset/made-up", "/reset/%00", f"/reset/{'x' * 5000}"):
        answers += [await http.get(each), await http.post(each, data={"password": NEW})]
    assert {answer.status_code for answer in answers} == {410}
    assert len({answer.text for answer in answers}) == 1
