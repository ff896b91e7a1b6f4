"""People and keys of a workspace: made, let in, given roles and shut out again, in a browser."""

import re

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.steps import EMAIL, make_job, set_up, shown, sign_in
from tests.support.program import run
from tests.support.server import Server

EVE, HER_PASSWORD = "eve@example.com", "yet other made-up words"
NEW_PASSWORD = "words that are quite new"


def go(page: Page, name: str) -> None:
    pages = page.get_by_role("navigation", name="Pages")
    pages.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def ask_with(server: Server, key: str) -> int:
    return httpx.get(f"{server.url}/api/v1/jobs", headers={"X-API-Key": key}).status_code


def test_an_owner_makes_a_key_that_works_until_it_is_revoked(
    open_page: OpenPage, new_server: Server
) -> None:
    page = open_page()
    set_up(page, new_server)
    go(page, "API Keys")
    page.get_by_label("Name", exact=True).fill("Deploy script")
    page.get_by_role("button", name="Make key").click()
    key = shown(page, "API key")
    assert re.fullmatch(r"cb_\w{40}", key)
    assert key in shown(page, "Try it")
    assert ask_with(new_server, key) == 200

    go(page, "API Keys")
    assert key not in page.content(), "it is shown only once"
    expect(page.get_by_role("row", name="Deploy script")).to_contain_text(key[:8])
    page.get_by_role("link", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke key").click()
    expect(page.get_by_role("row", name="Deploy script")).to_contain_text("Revoked")
    assert ask_with(new_server, key) == 401

    go(page, "Audit log")
    newest = page.get_by_role("row").nth(1)
    for said in ("revoked", "Deploy script", EMAIL):
        expect(newest).to_contain_text(said)
    assert key not in new_server.log()

    go(page, "Members")
    page.context.clear_cookies()
    page.get_by_role("link", name="Leave").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_somebody_is_invited_given_a_role_and_removed(
    open_page: OpenPage, new_server: Server
) -> None:
    page, hers = open_page(), open_page(java_script_enabled=False)
    set_up(page, new_server)
    make_job(page)
    go(page, "Members")
    page.get_by_label("E-mail address").fill(EVE)
    page.get_by_role("radio", name=re.compile("^Viewer")).check()
    page.get_by_role("button", name="Make link").click()

    hers.goto(shown(page, "Invitation link"))
    hers.get_by_label("Your name").fill("Eve <b>")
    hers.get_by_label("Password").fill(HER_PASSWORD)
    hers.get_by_role("button", name="Join").click()
    expect(hers.get_by_role("navigation", name="Pages")).to_be_visible()
    hers.goto(f"{new_server.url}/")
    expect(hers.get_by_role("link", name="Nightly backup")).to_be_visible()
    expect(hers.get_by_role("link", name="New job")).to_have_count(0)

    go(page, "Members")
    page.get_by_label("Role of Eve <b>").select_option("member")
    page.get_by_role("row", name=EVE).get_by_role("button", name="Save").click()
    expect(page.get_by_label("Role of Eve <b>")).to_have_value("member")
    hers.reload()
    expect(hers.get_by_role("link", name="New job")).to_be_visible()

    place = hers.url
    looking = open_page(storage_state=hers.context.storage_state())
    looking.goto(place)
    page.get_by_role("row", name=EVE).get_by_role("link", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button").first.click()
    expect(page.get_by_role("row", name=EVE)).to_have_count(0)
    assert hers.request.get(place).status == 404
    expect(looking.get_by_text("This page may be out of date")).to_be_visible()
    assert HER_PASSWORD not in new_server.log()


def test_who_forgot_the_password_comes_in_again_by_a_link(
    open_page: OpenPage, new_server: Server
) -> None:
    page = open_page()
    set_up(page, new_server)
    environment = {**new_server.environment, "CRONBEATS_PUBLIC_URL": new_server.url}
    command = ("users", "reset-link", EMAIL)
    made = run(new_server.directory, *command, environment=environment)
    made.check_returncode()
    other = open_page()
    other.goto(made.stdout.strip())
    other.get_by_label("New password").fill(NEW_PASSWORD)
    other.get_by_role("button", name="Set it and sign in").click()
    expect(other.get_by_role("navigation", name="Pages")).to_be_visible()

    # Whoever was signed in before is so no more.
    page.goto(f"{new_server.url}/account")
    sign_in(page, NEW_PASSWORD)
    expect(page.get_by_role("heading", name="Account")).to_be_visible()
    assert NEW_PASSWORD not in new_server.log()
    assert made.stdout.strip().rsplit("/", 1)[1] not in new_server.log()
