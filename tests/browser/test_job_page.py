"""The page of a job in a real browser: its first ping, its timeline, and what it was sent."""

from pathlib import Path

import httpx
from playwright.sync_api import Page, StorageState, expect

from tests.browser.conftest import OpenPage
from tests.browser.steps import make_job
from tests.support.server import Server

NARROW = {"width": 360, "height": 740}
HOSTILE = "\x1b[31m</code><script>document.title = 'hacked'</script>\n" + "long " * 400


def new_job(page: Page, home_server: Server, name: str) -> str:
    """Make a job, whose page is then shown; return its ping URL."""
    page.goto(f"{home_server.url}/")
    page.goto(f"{page.url}/new")
    return make_job(page, name)


def tell(ping_url: str, what: str, body: str = "") -> None:
    assert httpx.post(f"{ping_url}/{what}", content=body.encode()).status_code == 200


def test_the_first_ping_is_awaited_and_welcomed_without_a_reload(
    open_page: OpenPage, home_server: Server, home_owner: StorageState
) -> None:
    page = open_page(storage_state=home_owner)
    ping_url = new_job(page, home_server, "New")
    expect(page.get_by_role("heading", name="Waiting for the first ping")).to_be_visible()
    page.evaluate("window.isTheSame = true")
    assert httpx.get(ping_url).status_code == 200
    expect(page.get_by_role("heading", name="First ping received")).to_be_visible()
    expect(page.get_by_role("heading", name="Waiting for the first ping")).to_have_count(0)
    expect(page.get_by_text("Healthy", exact=True).first).to_be_visible()
    expect(page.locator("a.run-bar")).to_have_count(1)
    assert page.evaluate("window.isTheSame")


def test_the_arrow_keys_go_from_run_to_run_and_enter_to_its_row(
    open_page: OpenPage, home_server: Server, home_owner: StorageState
) -> None:
    page = open_page(storage_state=home_owner)
    ping_url = new_job(page, home_server, "Timed")
    for number, end in enumerate(("0", "3", "0", "0"), 1):
        tell(ping_url, f"start?rid={number}")
        tell(ping_url, f"{end}?rid={number}")
    page.reload()
    told = page.locator("[data-run-told]")
    expect(told).to_contain_text("Run 4 succeeded")
    page.locator("a.run-bar").last.focus()
    for key, words in (
        ("ArrowLeft", "Run 3 succeeded"),
        ("ArrowLeft", "Run 2 failed"),
        ("Home", "Run 1 succeeded"),
        ("ArrowLeft", "Run 1 succeeded"),
        ("ArrowRight", "Run 2 failed"),
    ):
        page.keyboard.press(key)
        expect(told).to_contain_text(words)
    page.locator("a.run-bar").first.hover()
    expect(told).to_contain_text("Run 1 succeeded")
    expect(page.locator("#run-2")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("#run-2")).to_be_visible()
    page.locator("a.run-bar.failed").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('svg')") is None, "one stop for all"


def test_without_scripts_a_narrow_page_does_all_and_hostile_output_stays_text(
    open_page: OpenPage, home_server: Server, home_owner: StorageState
) -> None:
    page = open_page(storage_state=home_owner, viewport=NARROW, java_script_enabled=False)
    ping_url = new_job(page, home_server, "Plain")
    place = page.url
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
    tell(ping_url, "7", HOSTILE)
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("heading", name="First ping received")).to_be_visible()
    expect(page.get_by_text("import PingClient", exact=False).first).to_be_hidden()
    page.get_by_text("Python", exact=True).click()
    expect(page.get_by_text("from cronbeats_python import", exact=False)).to_be_visible()
    page.get_by_text("The same as a table").click()
    expect(page.locator("#run-1")).to_contain_text("Failed")
    assert is_narrow(page)

    page.get_by_role("link", name="Failure").click()
    expect(page.locator(".output code")).to_contain_text("</code><script>document.title")
    expect(page).to_have_title("Failure of Plain · CronBeats")
    assert is_narrow(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as it came").click()
    assert Path(download.value.path()).read_text() == HOSTILE

    page.goto(place)
    page.get_by_role("button", name="Ping now").click()
    expect(page.get_by_text("You pinged “Plain”.")).to_be_visible()
    expect(page.get_by_text("Healthy", exact=True).first).to_be_visible()
    page.get_by_role("link", name="Mute", exact=True).click()
    page.get_by_label("8 hours").check()
    page.get_by_role("button", name="Mute job").click()
    expect(page.get_by_text("Muted", exact=True)).to_be_visible()
    page.get_by_role("link", name="Delete", exact=True).click()
    page.get_by_label("Name of the job").fill("plain")
    page.get_by_role("button", name="Delete job").click()
    expect(page.get_by_text("Type the name of the job to delete it.")).to_be_visible()
    page.get_by_label("Name of the job").fill("Plain")
    page.get_by_role("button", name="Delete job").click()
    expect(page.get_by_text("“Plain” was deleted.")).to_be_visible()


def is_narrow(page: Page) -> bool:
    """Tell whether nothing hangs over the screen's edge; scripts, which are off, are not asked."""
    box = page.locator("main").bounding_box()
    assert box
    return box["x"] + box["width"] <= NARROW["width"]
