"""The list of jobs in a browser: it keeps up by itself, and needs neither a mouse nor scripts."""

import re

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.browser.barriers import expect_no_violations
from tests.browser.conftest import OpenPage
from tests.support.server import Json, Server

SOON_MILLISECONDS = 2_000
LONG_NAME = "<b>" + "W" * 120


@pytest.fixture
def jobs(page_server: Server) -> dict[str, Json]:
    """Give three jobs that wait, and no other ones."""
    delete(page_server, *page_server.api("GET", "/jobs")["jobs"])
    names = ("Backup", "Import", LONG_NAME)
    return {name: page_server.make_job(name=name, tags=["nightly"]) for name in names}


def go(page: Page, server: Server, query: str = "") -> None:
    page.goto(f"{server.url}/w/1/jobs{query}")
    expect(page.locator(".jobs > li").first).to_be_visible()


def delete(server: Server, *jobs: Json) -> None:
    if jobs:
        server.api("POST", "/jobs/bulk/delete", {"job_ids": [job["id"] for job in jobs]})


def test_it_shows_at_once_what_happens_and_disturbs_nobody(
    open_page: OpenPage,
    page_server: Server,
    owner: StorageState,
    jobs: dict[str, Json],
) -> None:
    page = open_page(storage_state=owner)
    go(page, page_server, "?sort=name")
    page.get_by_label("Choose Backup").check()
    page.get_by_role("link", name="Import").focus()
    for action, word, title in (("", "Healthy", r"^Jobs"), ("/end/fail", "Down", r"^\(1 down\)")):
        page_server.ping(jobs["Import"], action)
        state = page.locator(".jobs > li", has_text="Import").locator(".state")
        expect(state).to_have_text(word, timeout=SOON_MILLISECONDS)
        expect(page).to_have_title(re.compile(title))
    assert "icon-down" in (page.locator("link[rel=icon]").get_attribute("href") or "")
    expect(page.get_by_role("link", name="Import")).to_be_focused()
    expect(page.get_by_label("Choose Backup")).to_be_checked()
    delete(page_server, jobs["Import"])
    expect(page.get_by_role("link", name="Import")).to_have_count(0, timeout=SOON_MILLISECONDS)
    page.get_by_role("searchbox").fill("back")
    expect(page).to_have_url(re.compile(r"\?q=back&sort=name$"))
    expect(page.locator(".jobs > li")).to_have_count(1)
    # A button for many jobs leads back to what is shown now.
    expect(page.locator(".bulk input[name=filters]")).to_have_value("q=back&sort=name")
    expect(page.get_by_label("Choose Backup")).to_be_checked()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("status")).to_contain_text("“Backup” is paused.")
    expect(page).to_have_url(re.compile(r"\?q=back&sort=name$"))


def test_the_keyboard_alone_is_enough(
    open_page: OpenPage,
    page_server: Server,
    owner: StorageState,
    jobs: dict[str, Json],
) -> None:
    page = open_page(storage_state=owner)
    go(page, page_server, "?sort=name")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next job")
    expect_no_violations(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    for key in "jjkjx":
        page.keyboard.press(key)
    expect(page.get_by_label("Choose Backup")).to_be_checked()
    page.get_by_role("button", name="Pause").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("“Backup” is paused.")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/jobs/\d+$"))


def test_without_scripts_and_without_room_all_of_it_works(
    open_page: OpenPage,
    page_server: Server,
    owner: StorageState,
    jobs: dict[str, Json],
) -> None:
    narrow = {"width": 360, "height": 740}
    page = open_page(storage_state=owner, java_script_enabled=False, viewport=narrow)
    go(page, page_server)
    page.get_by_role("searchbox").fill("import")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".jobs > li")).to_have_count(1)
    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name="Show").click()
    for name in ("Import", LONG_NAME):
        page.get_by_label(f"Choose {name}").check()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Delete 2 jobs?")).to_be_visible()
    expect(page.get_by_text(LONG_NAME)).to_be_visible()
    page.get_by_role("button", name="Delete 2 jobs").click()
    expect(page.get_by_role("status")).to_contain_text("2 jobs are deleted.")
    expect(page.locator(".jobs > li")).to_have_count(1)


def test_nothing_is_wider_than_a_narrow_screen(
    open_page: OpenPage,
    page_server: Server,
    owner: StorageState,
    jobs: dict[str, Json],
) -> None:
    page = open_page(storage_state=owner, viewport={"width": 360, "height": 740})
    chosen = f"/delete?job-{jobs[LONG_NAME]['id']}=on"
    for query in ("", "?q=nothing", chosen):
        page.goto(f"{page_server.url}/w/1/jobs{query}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        expect_no_violations(page)
