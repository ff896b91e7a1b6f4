"""The documentation of the API as a person reads it, in a real browser."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.support.server import Server

NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 800}
# Of each box that is shown: where its lines are, against its button and its own height.
BADLY_SHOWN_CODE = """
() => [...document.querySelectorAll("pre")].filter((pre) => {
  if (pre.offsetParent === null) return false;
  const button = pre.querySelector(".copy");
  const text = document.createRange();
  text.setStart(pre, 0);
  text.setEndBefore(button);
  const lines = [...text.getClientRects()];
  const copy = button.getBoundingClientRect();
  const isCovered = lines.some((line) => line.width && line.right > copy.left
    && line.left < copy.right && line.bottom > copy.top + 2 && line.top < copy.bottom - 2);
  const height = Math.max(...lines.map((line) => line.bottom))
    - Math.min(...lines.map((line) => line.top));
  return isCovered || pre.offsetHeight > height + 80;
}).map((pre) => pre.textContent.slice(0, 60))
"""


def at(page: Page, server: Server, place: str = "") -> Page:
    page.goto(f"{server.url}/docs/api{place}")
    return page


def test_nothing_comes_from_elsewhere(open_page: OpenPage, page_server: Server) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    at(page, page_server)
    assert {url.split("/")[2] for url in asked} == {page_server.url.split("/")[2]}
    expect(page).to_have_title("Management API · CronBeats")


def test_a_language_is_chosen_once_for_all_samples(
    open_page: OpenPage, page_server: Server
) -> None:
    page = at(open_page(), page_server)
    call = page.locator("#createJob")
    expect(call.locator("pre.of-curl")).to_be_visible()
    call.get_by_text("Python", exact=True).click()
    expect(call.locator("pre.of-python")).to_be_visible()
    expect(call.locator("pre.of-curl")).to_be_hidden()

    page.reload()
    expect(call.locator("pre.of-python")).to_be_visible()


def test_a_sample_is_copied_whole(open_page: OpenPage, page_server: Server) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    sample = at(page, page_server).locator("#createJob pre:visible").first
    text = (sample.text_content() or "").removesuffix("Copy")
    assert text.startswith("curl ")
    sample.get_by_role("button", name="Copy").click()
    expect(sample.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text


def test_the_contents_tell_where_the_reader_is(open_page: OpenPage, page_server: Server) -> None:
    page = at(open_page(viewport=WIDE), page_server)
    link = page.locator('nav a[href="#createJob"]')
    link.click()
    expect(page).to_have_url(re.compile("#createJob$"))
    expect(page.locator("#createJob")).to_be_in_viewport()
    expect(link).to_have_attribute("aria-current", "true")


def test_a_narrow_screen_has_it_all_too(open_page: OpenPage, page_server: Server) -> None:
    page = at(open_page(viewport=NARROW), page_server)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    link = page.locator('nav a[href="#createJob"]')
    expect(link).to_be_hidden()
    page.get_by_text("Contents", exact=True).click()
    link.click()
    expect(link).to_be_hidden()
    expect(page.locator("#createJob")).to_be_in_viewport()


def test_code_is_neither_covered_nor_lost_in_its_box(
    open_page: OpenPage, page_server: Server
) -> None:
    page = at(open_page(viewport=NARROW), page_server)
    for size in (NARROW, WIDE):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        assert page.evaluate(BADLY_SHOWN_CODE) == []


def test_it_needs_no_javascript(open_page: OpenPage, page_server: Server) -> None:
    page = at(open_page(java_script_enabled=False), page_server)
    call = page.locator("#createJob")
    call.get_by_text("Python", exact=True).click()
    expect(call.locator("pre.of-python")).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)


def test_a_keyboard_is_enough(open_page: OpenPage, page_server: Server) -> None:
    page = at(open_page(viewport=WIDE), page_server)
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    expect(page.get_by_text("Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
