"""The second factor on pages: set up, asked for, and its recovery codes."""

import re

import httpx
import pyotp
import pytest

from cronbeats.services.recover_accounts import make_reset_link
from tests.support.people import EMAIL, PASSWORD
from tests.support.world import World
from tests.web.pages import Page
from tests.web.people import adas_browser, browser, let_ada_sign_in, sign_in

PATH = "/account/second-factor"
CODE = re.compile(r"\b[2-9A-Z]{4}(?:-[2-9A-Z]{4}){3}\b")


class Phone:
    """An authenticator app, whose clock is the world's."""

    def __init__(self, world: World, secret: str) -> None:
        self.world = world
        self.app = pyotp.TOTP(secret)

    def code(self) -> str:
        """Return a code that was not shown before."""
        self.world.clock.turn(31)
        return str(self.app.at(self.world.clock()))


@pytest.fixture
async def ada(world: World) -> httpx.AsyncClient:
    await let_ada_sign_in(world)
    return await adas_browser(world)


async def set_up(world: World, ada: httpx.AsyncClient) -> tuple[Phone, list[str]]:
    """Set up the second factor; return the phone and the recovery codes."""
    offered = await ada.get(PATH)
    [secret] = re.findall(r">([A-Z2-7]{32})<", offered.text)
    phone = Phone(world, secret)
    confirmed = await ada.post(PATH, data={"code": phone.code(), "password": PASSWORD})
    assert confirmed.status_code == 200
    return phone, CODE.findall(confirmed.text)


async def test_it_is_offered_as_a_picture_and_as_text(world: World, ada: httpx.AsyncClient) -> None:
    first, again = await ada.get(PATH), await ada.get(PATH)
    page = Page(first.text)
    assert page.slips == []
    assert page.all("svg")
    assert not [each for each in page.elements if "style" in each.attributes]
    assert first.text == again.text
    wrong = await ada.post(PATH, data={"code": "000000", "password": PASSWORD})
    assert wrong.status_code == 422
    assert Page(wrong.text).all("input", name="code", **{"aria-invalid": "true"})


async def test_recovery_codes_are_shown_once(world: World, ada: httpx.AsyncClient) -> None:
    _, codes = await set_up(world, ada)
    assert len(set(codes)) == 10
    later = await ada.get(PATH)
    assert CODE.findall(later.text) == []
    assert Page(later.text).slips == []
    assert "10" in Page(later.text).texts["span"]


async def test_a_new_password_is_told_of_though_a_code_is_asked_for(
    world: World, ada: httpx.AsyncClient
) -> None:
    phone, _ = await set_up(world, ada)
    http = browser(world)
    token = await make_reset_link(world.db, EMAIL, world.clock())
    half = await http.post(f"/reset/{token}", data={"password": f"new {PASSWORD}"})
    assert half.headers["Location"] == "/sign-in/code?next=%2Faccount"
    asked = await http.get(half.headers["Location"])
    assert "Your new password is set." in asked.text
    fields = {"code": phone.code(), "next": "/account"}
    done = await http.post("/sign-in/code", data=fields)
    assert done.headers["Location"] == "/account"


async def test_signing_in_takes_a_code(world: World, ada: httpx.AsyncClient) -> None:
    phone, codes = await set_up(world, ada)
    for code in (phone.code(), codes[0]):
        http = browser(world)
        half = await sign_in(http, next="/account")
        assert half.headers["Location"] == "/sign-in/code?next=%2Faccount"
        assert (await http.get("/account")).status_code == 303
        pending = http.cookies["cronbeats"]
        assert (await http.post("/sign-in/code", data={"code": "000000"})).status_code == 422
        done = await http.post("/sign-in/code", data={"code": code, "next": "/account"})
        assert done.headers["Location"] == "/account"
        assert http.cookies["cronbeats"] != pending
        assert (await http.get("/account")).status_code == 200
        assert (await http.get("/sign-in/code")).headers["Location"] == "/"


async def test_a_code_leads_nowhere_else_and_comes_after_the_password(
    world: World, ada: httpx.AsyncClient
) -> None:
    phone, _ = await set_up(world, ada)
    http = browser(world)
    early = await http.post("/sign-in/code", data={"code": phone.code()})
    assert early.headers["Location"] == "/sign-in"
    await sign_in(http)
    form = {"code": phone.code(), "next": "//evil.example"}
    assert (await http.post("/sign-in/code", data=form)).headers["Location"] == "/"


async def test_who_guesses_is_told_how_long_to_wait(world: World, ada: httpx.AsyncClient) -> None:
    phone, _ = await set_up(world, ada)
    stranger = browser(world)
    await sign_in(stranger)
    wrong = {"code": "000000", "old": "wrong", "new": PASSWORD}
    for http, path in (
        (stranger, "/sign-in/code"),
        (ada, f"{PATH}/codes"),
        (ada, f"{PATH}/remove"),
        (ada, "/account/password"),
    ):
        answer = await http.post(path, data=wrong)
        for _ in range(20):
            if answer.status_code != 422:
                break
            answer = await http.post(path, data=wrong)
        assert (answer.status_code, "Please wait" in answer.text) == (429, True)
        assert int(answer.headers["Retry-After"]) > 0
    # Nobody who knows the account is kept out of it by that.
    assert (await sign_in(ada, code=phone.code())).status_code == 303


async def test_it_is_removed_with_a_proof_only(world: World, ada: httpx.AsyncClient) -> None:
    phone, codes = await set_up(world, ada)
    for proof in ({"password": "not my password"}, {"code": "000000"}):
        assert (await ada.post(f"{PATH}/remove", data=proof)).status_code == 422
    renewed = await ada.post(f"{PATH}/codes", data={"code": phone.code()})
    assert len(CODE.findall(renewed.text)) == 10
    assert set(CODE.findall(renewed.text)).isdisjoint(codes)
    removed = await ada.post(f"{PATH}/remove", data={"password": PASSWORD})
    assert removed.headers["Location"] == "/account"
    assert (await sign_in(browser(world))).headers["Location"] == "/"
