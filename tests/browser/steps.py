"""What people do in a browser again and again, as verbs."""

import re
import subprocess

from playwright.sync_api import Page, expect

from tests.support.machine import wait_until
from tests.support.program import PROGRAM
from tests.support.server import Server

EMAIL, PASSWORD = "ada@example.com", "a few made-up words"
WRONG_PASSWORD = "some other made-up words"


def first_run_link(server: Server) -> str:
    found = wait_until(
        lambda: re.search(r"http://\S+/first-run/\S+", server.log()), 10, "there is a link"
    )
    assert found
    return found[0]


def set_up(page: Page, server: Server, host: str = "127.0.0.1") -> None:
    page.goto(first_run_link(server).replace("127.0.0.1", host))
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Name of the workspace").fill("Home")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="New job")).to_be_visible()


def make_job(page: Page, name: str = "Nightly backup") -> str:
    """Fill the form for a new job in and send it; return the job's ping URL."""
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Make job").click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    return str(page.get_by_text(re.compile(r"^http://\S+/ping/\w{8}$")).first.text_content())


def sign_in(page: Page, password: str = PASSWORD, email: str = EMAIL) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def enter_by_link(page: Page, server: Server) -> None:
    """Let the owner in by a link that the command line makes."""
    made = subprocess.run(
        [PROGRAM, "users", "reset-link", EMAIL],
        cwd=server.directory,
        env={**server.environment, "CRONBEATS_PUBLIC_URL": server.url},
        capture_output=True,
        text=True,
        check=True,
    )
    page.goto(made.stdout.strip())
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set it and sign in").click()
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()


def shown(page: Page, label: str) -> str:
    """Return what is shown to be copied, without the button that does it."""
    found = page.locator(f'[data-label="{label}"] code').text_content()
    assert found
    return found


def sign_out(page: Page) -> None:
    page.locator("summary:visible", has_text=EMAIL).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
