"""The form for a job in a real browser: live while one types, and whole without scripts."""

import re

from playwright.sync_api import Page, StorageState, expect

from tests.browser.conftest import OpenPage
from tests.support.server import Server


def new_job(open_page: OpenPage, server: Server, home_owner: StorageState, **more: object) -> Page:
    page = open_page(storage_state=home_owner, **more)
    page.goto(f"{server.url}/w/1/jobs/new")
    return page


def test_what_one_types_is_told_while_one_types(
    open_page: OpenPage, home_server: Server, home_owner: StorageState
) -> None:
    page = new_job(open_page, home_server, home_owner, timezone_id="Asia/Tokyo")
    told = page.get_by_role("complementary", name="What this means")
    expect(told.get_by_text("Every day.")).to_be_visible()
    expect(page.get_by_role("button", name="Preview")).to_be_hidden()
    expect(page.get_by_label("Cron expression", exact=True)).to_be_hidden()

    page.get_by_role("radio", name="At set times").check()
    page.get_by_label("Cron expression", exact=True).type("0 30 2 * * *")
    expect(told.locator(".hint")).to_contain_text("There is none for seconds.")
    cron = page.get_by_label("Cron expression", exact=True)
    expect(cron).not_to_have_attribute("aria-invalid", "true")
    cron.press("Tab")
    expect(cron).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#cron-error")).to_contain_text("There is none for seconds.")

    cron.fill("30 2 * * *")
    page.get_by_label("Time zone", exact=True).fill("Europe/Berlin")
    expect(told.get_by_text("Every day at 02:30, Europe/Berlin.")).to_be_visible()
    expect(told.get_by_text(re.compile("for you .* JST")).first).to_be_visible()
    expect(told.get_by_text("there is no 02:30, so the run is expected at 03:00")).to_be_visible()
    expect(page.locator("#cron-error")).to_have_count(0)
    late = page.locator("rect.late")
    before = late.get_attribute("x")
    page.get_by_label("Grace", exact=True).fill("30")
    expect(told.get_by_text("+30 m")).to_be_visible()
    expect(late).not_to_have_attribute("x", before or "")


def test_without_scripts_a_button_tells_and_nothing_typed_is_lost(
    open_page: OpenPage, home_server: Server, home_owner: StorageState
) -> None:
    page = new_job(open_page, home_server, home_owner, java_script_enabled=False)
    page.get_by_role("radio", name="At set times").check()
    page.get_by_label("Cron expression", exact=True).fill("@daily")
    page.get_by_text("More limits").click()
    page.get_by_label("Longest run", exact=True).fill("90")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Every day at 00:00, UTC.")).to_be_visible()
    expect(page.get_by_label("Longest run", exact=True)).to_have_value("90")

    page.get_by_label("Name", exact=True).fill(" ")
    page.get_by_label("Grace", exact=True).fill("soon")
    page.get_by_role("button", name="Make job").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Grace").click()
    expect(page.get_by_label("Grace", exact=True)).to_have_value("soon")
    page.get_by_label("Grace", exact=True).fill("")
    page.get_by_label("Name", exact=True).fill("Without scripts")
    page.get_by_role("button", name="Make job").click()
    expect(page.get_by_text("Waiting for the first ping", exact=False)).to_be_visible()


def test_a_job_is_made_and_edited_with_the_keyboard_on_a_narrow_screen(
    open_page: OpenPage, home_server: Server, home_owner: StorageState
) -> None:
    page = new_job(open_page, home_server, home_owner, viewport={"width": 360, "height": 740})
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("By hand")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("*/15 * * * *")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By hand", exact=True)).to_be_visible()

    page.goto(f"{page.url}/edit")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for _ in range(40):
        if page.evaluate("document.activeElement.name") == "grace":
            break
        page.keyboard.press("Tab")
    page.keyboard.type("20")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your changes are saved.")).to_be_visible()
