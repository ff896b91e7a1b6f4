"""Integrations in a real browser: by keyboard alone, without scripts, on a narrow screen."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.browser.conftest import OpenPage
from tests.support.receiver import Receiver
from tests.support.server import Server

NARROW = {"width": 360, "height": 740}
_MOST_TABS = 60


@dataclass(frozen=True)
class Home:
    """A server, and the cookies of the owner of its workspace."""

    server: Server
    state: StorageState

    def at(self, page: Page, place: str) -> Page:
        page.goto(f"{self.server.url}/w/1/{place}")
        return page


@pytest.fixture
def home(home_server: Server, home_owner: StorageState) -> Home:
    return Home(home_server, home_owner)


def tab_to(page: Page, name: str) -> None:
    """Press Tab until something of that name has the focus."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == name:
            return
    raise AssertionError(f"the keyboard does not lead to {name}")


def test_a_webhook_is_set_up_and_tried_by_keyboard_alone(
    open_page: OpenPage, home: Home, receiver: Receiver
) -> None:
    page = home.at(open_page(storage_state=home.state), "integrations")
    tab_to(page, "Set up Webhook")
    page.keyboard.press("Enter")
    expect(page.get_by_label("URL", exact=True)).to_be_focused()
    page.keyboard.type(receiver.url)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("A new one, made here")).to_be_checked()
    page.keyboard.press("Enter")
    secret = page.get_by_text(re.compile("^whsec_")).text_content()
    assert secret
    tab_to(page, "Send a test")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The test message was delivered.")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^Status 200 after \d+ ms"))).to_be_visible()
    assert [each.kind for each in receiver.taken] == ["test"]
    log = home.at(open_page(storage_state=home.state), "deliveries")
    tests = log.get_by_role("link", name="Test", exact=True)
    before = tests.count()
    page.get_by_role("button", name="Test Webhook").click()
    expect(tests).to_have_count(before + 1)
    for hidden in (secret, receiver.secret):
        assert hidden not in page.content()
        assert hidden not in home.server.log()


def test_without_scripts_on_a_narrow_screen_everything_works(
    open_page: OpenPage, home: Home, receiver: Receiver
) -> None:
    page = open_page(storage_state=home.state, java_script_enabled=False, viewport=NARROW)
    home.at(page, "integrations/webhook")
    page.get_by_label("URL", exact=True).fill(receiver.url)
    page.get_by_label("One of your own").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Must not be empty, unless you choose something else.")).to_be_visible()
    page.get_by_label("URL", exact=True).fill(receiver.url)
    page.get_by_label("None").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Webhook is set up.", exact=False)).to_be_visible()

    home.at(page, "alert-rules")
    page.get_by_label("A job is late").check()
    page.get_by_label("Remind people of what stays down").select_option("Every hour")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("A job is late")).to_be_checked()

    home.at(page, "fire-drill").get_by_role("button", name="Run a fire drill").click()
    expect(page.get_by_text("Every message arrived", exact=False)).to_be_visible()
    assert [each.kind for each in receiver.taken] == ["job.down", "job.recovered"]

    home.at(page, "deliveries").get_by_role("link", name="Healthy again").first.click()
    expect(page.get_by_text("Delivered", exact=True).first).to_be_visible()
    places = ("integrations", "integrations/telegram", "alert-rules", "deliveries", "fire-drill")
    for place in places:
        home.at(page, place)
        assert page.locator("html").evaluate("each => each.scrollWidth") <= NARROW["width"], place
