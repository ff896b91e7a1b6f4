"""The second factor, switched on, asked for and switched off again, in a browser."""

import time

import pyotp
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.steps import PASSWORD, set_up, shown, sign_in, sign_out
from tests.support.server import Server

_STEP_SECONDS = 30


class Phone:
    """An authenticator app, which need not wait: a server takes the code that comes next, too."""

    def __init__(self, secret: str) -> None:
        self._app = pyotp.TOTP(secret)
        self._step = 0

    def code(self) -> str:
        """Return a code that was not used yet: that of this moment, or the one after the last."""
        self._step = max(int(time.time()) // _STEP_SECONDS, self._step + 1)
        return str(self._app.at(self._step * _STEP_SECONDS))


def begin_to_sign_in(page: Page, server: Server) -> None:
    """Give address and password, which leads to the question for a code and no further."""
    page.goto(f"{server.url}/account")
    sign_in(page)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()


def give(page: Page, code: str) -> None:
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Sign in").click()


def expect_account(page: Page) -> None:
    expect(page.get_by_role("heading", name="Account", exact=True)).to_be_visible()


def switch_on(page: Page, server: Server) -> tuple[Phone, str, list[str]]:
    """Set the second factor up; return the phone, its secret and the recovery codes."""
    page.goto(f"{server.url}/account")
    page.get_by_role("link", name="Set it up").click()
    secret = shown(page, "Secret")
    phone = Phone(secret)
    page.get_by_label("Code", exact=True).fill(phone.code())
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    codes = page.locator(".copyable code").inner_text().split()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("link", name="Manage it")).to_be_visible()
    return phone, secret, codes


def switch_off(page: Page) -> None:
    page.get_by_role("link", name="Manage it").click()
    expect(page.get_by_text("Recovery codes left: 8")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Remove the second factor").click()
    expect(page.get_by_text("The second factor is removed.")).to_be_visible()


def test_codes_of_an_app_and_recovery_codes_let_in_until_it_is_removed(
    open_page: OpenPage, new_server: Server
) -> None:
    page, plain = open_page(), open_page(java_script_enabled=False)
    set_up(page, new_server)
    phone, secret, codes = switch_on(page, new_server)
    assert len(set(codes)) == 10

    sign_out(page)
    begin_to_sign_in(page, new_server)
    # The password alone opens nothing.
    begin_to_sign_in(page, new_server)
    give(page, phone.code())
    expect_account(page)

    begin_to_sign_in(plain, new_server)
    give(plain, codes[0])
    expect_account(plain)
    sign_out(plain)
    begin_to_sign_in(plain, new_server)
    give(plain, codes[0])
    expect(plain.get_by_label("Code", exact=True)).to_have_attribute("aria-invalid", "true")
    give(plain, codes[1])
    expect_account(plain)
    switch_off(plain)

    sign_out(plain)
    plain.goto(f"{new_server.url}/account")
    sign_in(plain)
    expect_account(plain)
    said = new_server.log()
    assert [each for each in (secret, *codes) if each in said] == []
