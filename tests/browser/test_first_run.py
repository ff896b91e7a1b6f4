"""From an empty database to a job, in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.conftest import QUIET, OpenPage
from tests.support.server import Server

EMAIL, PASSWORD = "ada@example.com", "correct horse battery"
NARROW = {"width": 360, "height": 740}


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[Server]:
    """Give a server that nobody has set up."""
    server = Server(tmp_path, f"sqlite:///{tmp_path / 'cronbeats.db'}")
    try:
        server.start()
        yield server
    finally:
        server.end()


def first_link(server: Server) -> str:
    """Return what the server told whoever started it."""
    [link] = re.findall(r"http://\S+/first-run/\S+", server.log())
    return str(link)


def set_up(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New job")


def make_job(page: Page) -> None:
    page.get_by_label("Name").fill("Nightly backup")
    page.get_by_role("button", name="Make job").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nightly backup")


def sign_out(page: Page) -> None:
    page.locator("summary:has-text('Menu')").click()
    page.locator(".drawer .account summary").click()
    page.locator(".drawer").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_without_scripts_it_leads_to_the_first_job_and_back(
    open_page: OpenPage, empty_server: Server
) -> None:
    page = open_page(java_script_enabled=False, viewport=NARROW)
    set_up(page, first_link(empty_server))
    make_job(page)
    sign_out(page)
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Nightly backup").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete job").click()
    expect(page.locator("main")).to_contain_text("No jobs yet")
    session = page.context.cookies()[0]["value"]
    log = empty_server.log()
    assert [secret for secret in (PASSWORD, session) if secret in log] == []


def test_with_scripts_a_job_is_seen_as_soon_as_it_pings(
    open_page: OpenPage, empty_server: Server
) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    set_up(page, first_link(empty_server))
    make_job(page)
    page.locator(".copyable").first.get_by_role("button", name="Copy").click()
    url = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/ping/\w{8}", url)
    page.request.get(url)
    expect(page.locator(".state.healthy").first).to_be_visible()
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("dialog")).to_contain_text("This cannot be undone")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_keyboard_alone_is_enough(open_page: OpenPage, empty_server: Server) -> None:
    page = open_page()
    page.goto(first_link(empty_server))
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("New job")
    page.keyboard.type("Nightly backup")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nightly backup")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()


def test_forms_are_taken_where_browsers_say_less_of_where_they_come_from(
    playwright: Playwright, empty_server: Server
) -> None:
    """Without TLS, and from another machine, they tell the origin alone."""
    rules = "--host-resolver-rules=MAP beats.test 127.0.0.1"
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=[*QUIET, rules], chromium_sandbox=False
    )
    page = browser.new_page()
    set_up(page, first_link(empty_server).replace("127.0.0.1", "beats.test"))
    make_job(page)
    browser.close()
