"""Makes the pictures in docs/images anew: `make screenshots`."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, StorageState, ViewportSize, sync_playwright

from tests.browser.conftest import launch_browser
from tests.browser.furnished import furnish
from tests.browser.steps import sign_in
from tests.support.databases import SECRET_KEY
from tests.support.people import EMAIL, PASSWORD
from tests.support.server import Server
from tests.support.source_code import ROOT

IMAGES = ROOT / "docs" / "images"
_LARGEST_BYTES = 150_000
_SIZE = ViewportSize(width=1280, height=800)


def main() -> None:
    """Start a server with a furnished workspace, and take a picture of each chosen page."""
    with tempfile.TemporaryDirectory() as directory:
        server = _server(Path(directory))
        try:
            with sync_playwright() as playwright:
                _take_pictures(launch_browser(playwright), server)
        finally:
            server.end()


def _server(directory: Path) -> Server:
    url = f"sqlite:///{directory / 'cronbeats.db'}"
    api_key = asyncio.run(furnish(url, datetime.now(UTC)))
    server = Server(directory, url, secret_key=SECRET_KEY, public_url="")
    server.api_key = api_key
    server.start()
    slack = "https://hooks.slack.com/services/T0001/B0002/made-up-for-a-picture"
    server.api("PUT", "/integrations/slack", {"webhook_url": slack, "is_enabled": True})
    server.api("PUT", "/integrations/webhook", {"url": "https://status.acme.example/alerts"})
    return server


def _take_pictures(browser: Browser, server: Server) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server.url}/sign-in")
    sign_in(page, PASSWORD, EMAIL)
    page.wait_for_url("**/w/*/jobs")
    place, signed_in = page.url, context.storage_state()
    backup, invoices = (
        page.get_by_role("link", name=name).first.get_attribute("href")
        for name in ("Nightly backup", "Invoices")
    )
    _take(_open(browser, signed_in, place), "jobs-light")
    _take(_open(browser, signed_in, place, "dark"), "jobs-dark")
    _take(_open(browser, signed_in, f"{server.url}{invoices}"), "job")
    _take(_open(browser, signed_in, f"{server.url}{backup}/edit"), "job-form")
    _take(_open(browser, signed_in, place.replace("/jobs", "/integrations")), "integrations")


def _open(
    browser: Browser,
    signed_in: StorageState,
    url: str,
    scheme: Literal["light", "dark"] = "light",
) -> Page:
    context = browser.new_context(
        storage_state=signed_in, color_scheme=scheme, timezone_id="Europe/Berlin", viewport=_SIZE
    )
    page = context.new_page()
    page.goto(url, wait_until="networkidle")
    return page


def _take(page: Page, name: str) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    path = IMAGES / f"{name}.png"
    size = len(page.screenshot(path=path, animations="disabled"))
    assert size <= _LARGEST_BYTES, f"{path} has {size} bytes"
    page.context.close()


if __name__ == "__main__":
    main()
