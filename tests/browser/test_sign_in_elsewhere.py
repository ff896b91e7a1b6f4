"""Signing in by a provider's word in a real browser, which minds policies and cookies."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.steps import EMAIL, PASSWORD, set_up, sign_in
from tests.support.provider import CLIENT_ID, CLIENT_SECRET, running_provider
from tests.support.server import Server


@pytest.fixture
def linked_server(tmp_path: Path) -> Iterator[Server]:
    """Give a server that nobody has set up, and that trusts a provider."""
    server = Server(tmp_path, f"sqlite:///{tmp_path / 'cronbeats.db'}")
    with running_provider(f"{server.url}/sign-in/oidc/callback") as provider:
        server.environment |= {
            "CRONBEATS_OIDC_ISSUER": provider.issuer,
            "CRONBEATS_OIDC_CLIENT_ID": CLIENT_ID,
            "CRONBEATS_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "CRONBEATS_OIDC_NAME": "Keycloak",
        }
        try:
            server.start()
            yield server
        finally:
            server.end()


def test_an_account_is_linked_and_the_button_lets_in_from_then_on(
    open_page: OpenPage, linked_server: Server
) -> None:
    page = open_page()
    set_up(page, linked_server)
    page.goto(f"{linked_server.url}/account")
    page.locator("#link-password").fill(PASSWORD)
    page.get_by_role("button", name="Link to Keycloak").click()
    expect(page.get_by_text("Your account is linked to Keycloak.")).to_be_visible()

    other = open_page(viewport={"width": 360, "height": 740})
    other.goto(f"{linked_server.url}/account")
    other.get_by_role("link", name="Sign in with Keycloak").click()
    expect(other.get_by_role("heading", name="Account")).to_be_visible()
    other.get_by_role("button", name="Unlink").click()
    expect(other.get_by_text("is not linked to Keycloak any more")).to_be_visible()
    assert CLIENT_SECRET not in linked_server.log()

    another = open_page()
    another.goto(f"{linked_server.url}/sign-in")
    sign_in(another, email=EMAIL)
    expect(another.get_by_role("heading", name="Jobs", exact=True)).to_be_visible()
