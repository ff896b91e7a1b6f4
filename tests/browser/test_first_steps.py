"""The first steps of a new user, from an empty database to a job that is watched."""

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.steps import (
    EMAIL,
    WRONG_PASSWORD,
    first_run_link,
    make_job,
    set_up,
    sign_in,
)
from tests.support.server import Server


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
