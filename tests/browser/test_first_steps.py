"""The first steps of a new user, from an empty database to a job that is watched."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.support.machine import wait_until
from tests.support.server import Server

EMAIL, PASSWORD = "ada@example.com", "a few made-up words"
WRONG_PASSWORD = "some other made-up words"


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Server]:
    """Give a server that nobody has set up; at its end, its log holds no secret of these tests."""
    server = Server(tmp_path, f"sqlite:///{tmp_path / 'cronbeats.db'}", public_url="")
    try:
        server.start()
        yield server
        said = server.log()
        assert PASSWORD not in said
        assert WRONG_PASSWORD not in said
    finally:
        server.end()


def first_run_link(server: Server) -> str:
    found = wait_until(
        lambda: re.search(r"http://\S+/first-run/\S+", server.log()), 10, "there is a link"
    )
    assert found
    return found[0]


def set_up(page: Page, server: Server) -> None:
    page.goto(first_run_link(server))
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Name of the workspace").fill("Home")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="New job")).to_be_visible()


def make_job(page: Page, name: str = "Nightly backup") -> str:
    """Fill the form for a new job in and send it; return the job's ping URL."""
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Make job").click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    return str(page.get_by_text(re.compile(r"^http://\S+/ping/\w{8}$")).first.text_content())


def sign_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_the_link_of_the_first_start_leads_to_a_job_that_is_watched(
    open_page: OpenPage, new_server: Server
) -> None:
    page = open_page()
    link = first_run_link(new_server)
    set_up(page, new_server)
    ping_url = make_job(page)
    expect(page.get_by_text("Waiting for the first ping", exact=False)).to_be_visible()
    assert httpx.get(ping_url).status_code == 200
    # Without a reload by the reader.
    expect(page.get_by_text("Healthy", exact=True).first).to_be_visible()
    expect(page.get_by_text("Waiting for the first ping", exact=False)).to_have_count(0)

    page.get_by_role("link", name="Jobs", exact=True).first.click()
    expect(page.get_by_role("link", name="Nightly backup")).to_be_visible()

    stranger = open_page(java_script_enabled=False)
    answer = stranger.request.get(link)
    assert answer.status == 410, "the link works once"
    assert link.rsplit("/", 1)[1] not in new_server.log().replace(link, "")


def test_who_signs_out_signs_in_again_and_comes_back_to_the_page_asked_for(
    open_page: OpenPage, new_server: Server
) -> None:
    page = open_page(java_script_enabled=False)
    set_up(page, new_server)
    make_job(page)
    place = page.url
    page.locator("summary:visible", has_text=EMAIL).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{new_server.url}/sign-in")
    page.goto(place)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    sign_in(page, WRONG_PASSWORD)
    expect(page.get_by_text("do not belong together", exact=False)).to_be_visible()
    expect(page.get_by_label("E-mail address")).to_have_value(EMAIL)
    expect(page.get_by_label("Password")).to_have_value("")
    sign_in(page)
    expect(page).to_have_url(place)


def test_a_keyboard_is_enough_for_the_first_job(open_page: OpenPage, new_server: Server) -> None:
    page = open_page()
    page.goto(first_run_link(new_server))
    expect(page.get_by_label("E-mail address")).to_be_focused()
    for text in (EMAIL, PASSWORD, "Home"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="New job")).to_be_visible()
    while not page.get_by_label("Name", exact=True).evaluate("e => e === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.type("Typed")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Typed")).to_be_visible()


def test_hostile_names_stay_text_and_narrow_screens_hold_them(
    open_page: OpenPage, new_server: Server
) -> None:
    page = open_page(viewport={"width": 360, "height": 740})
    set_up(page, new_server)
    name = "<img src=x onerror=alert(1)>" + "W" * 100
    make_job(page, name)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.goto(f"{new_server.url}/")
    expect(page.get_by_role("link", name=name)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
