"""The first steps of a new user, from an empty database to a job that is watched."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import OTHER_NAME, OpenPage
from tests.browser.steps import (
    EMAIL,
    PASSWORD,
    WRONG_PASSWORD,
    first_run_link,
    make_job,
    set_up,
    sign_in,
    sign_out,
)
from tests.support.server import Server

NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 800}


def test_the_link_of_the_first_start_leads_to_a_job_that_is_watched(
    open_page: OpenPage, new_server: Server
) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    link = first_run_link(new_server)
    set_up(page, new_server)
    ping_url = make_job(page)
    page.locator(".copyable").first.get_by_role("button", name="Copy").click()
    assert page.evaluate("navigator.clipboard.readText()") == ping_url
    expect(page.get_by_text("Waiting for the first ping", exact=False)).to_be_visible()
    assert page.request.get(ping_url).status == 200
    # Without a reload by the reader.
    expect(page.get_by_text("Healthy", exact=True).first).to_be_visible()
    expect(page.locator(".state.healthy").first).to_be_visible()
    expect(page.get_by_text("Waiting for the first ping", exact=False)).to_have_count(0)

    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("dialog")).to_contain_text("This cannot be undone")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("link", name="Jobs", exact=True).first.click()
    expect(page.get_by_role("link", name="Nightly backup")).to_be_visible()

    stranger = open_page(java_script_enabled=False)
    answer = stranger.request.get(link)
    assert answer.status == 410, "the link works once"
    assert link.rsplit("/", 1)[1] not in new_server.log().replace(link, "")


def test_without_scripts_people_go_and_come_back_and_delete_a_job(
    open_page: OpenPage, new_server: Server
) -> None:
    page = open_page(java_script_enabled=False, viewport=NARROW)
    set_up(page, new_server)
    make_job(page)
    place = page.url
    session = page.context.cookies()[0]["value"]
    page.locator("summary:has-text('Menu')").click()
    page.locator(".drawer .account summary").click()
    page.locator(".drawer").get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{new_server.url}/sign-in")
    page.goto(place)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    sign_in(page, WRONG_PASSWORD)
    expect(page.get_by_text("do not belong together", exact=False)).to_be_visible()
    expect(page.get_by_label("E-mail address")).to_have_value(EMAIL)
    expect(page.get_by_label("Password")).to_have_value("")
    sign_in(page)
    expect(page).to_have_url(place)

    page.get_by_role("link", name="Delete").click()
    page.get_by_label("Name of the job").fill("Nightly backup")
    page.get_by_role("button", name="Delete job").click()
    expect(page.locator("main")).to_contain_text("No jobs yet")
    page.set_viewport_size({"width": WIDE["width"], "height": WIDE["height"]})
    sign_out(page)
    expect(page).to_have_url(f"{new_server.url}/sign-in")
    assert session not in new_server.log()


def test_the_keyboard_alone_is_enough(open_page: OpenPage, new_server: Server) -> None:
    page = open_page()
    page.goto(first_run_link(new_server))
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
    open_page: OpenPage, new_server: Server
) -> None:
    """Without TLS, and from another machine, they tell the origin alone."""
    page = open_page()
    set_up(page, new_server, OTHER_NAME)
    assert re.match(rf"http://{re.escape(OTHER_NAME)}:\d+/", page.url)
    make_job(page)


def test_hostile_names_stay_text_and_narrow_screens_hold_them(
    open_page: OpenPage, new_server: Server
) -> None:
    page = open_page(viewport=NARROW)
    set_up(page, new_server)
    name = "<img src=x onerror=alert(1)>" + "W" * 100
    make_job(page, name)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.goto(f"{new_server.url}/")
    expect(page.get_by_role("link", name=name)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
