"""A real browser, which takes note of everything on a page that a person would not see go wrong."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    StorageState,
    expect,
    sync_playwright,
)

from tests.browser.steps import PASSWORD, WRONG_PASSWORD, enter_by_link, set_up
from tests.support.server import Server
from tests.support.source_code import ROOT

ARTIFACTS = ROOT / "artifacts" / "browser"
_PATIENCE_MILLISECONDS = 15_000
OTHER_NAME = "beats.test"
# No calls to its maker's servers; it runs as root in CI, where it cannot build its sandbox.
_QUIET = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Another name for this machine, which browsers do not trust as they trust its usual ones.
    f"--host-resolver-rules=MAP {OTHER_NAME} 127.0.0.1",
)


expect.set_options(timeout=_PATIENCE_MILLISECONDS)


class OpenPage(Protocol):
    """Opens a page in a browser of its own, with neither cookies nor memories.

    Options are those of Playwright's `new_context`: `java_script_enabled`, `viewport` and so on.
    """

    def __call__(self, **options: object) -> Page: ...


def launch_browser(playwright: Playwright) -> Browser:
    """Start Debian's Chromium."""
    path = shutil.which("chromium")
    assert path is not None, "there is no chromium on this machine: see scripts/install-browser"
    return playwright.chromium.launch(
        executable_path=path, args=_QUIET, chromium_sandbox=os.getuid() != 0
    )


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    # Not for all modules: its event loop would be in the way of tests that have one of their own.
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Give Debian's Chromium; without one, the tests fail."""
    started = launch_browser(playwright)
    yield started
    started.close()


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Give a function that opens a page; at the end, nothing may have gone wrong on any.

    How each looked in the end is kept in ARTIFACTS.
    """
    # Pages are closed before a server ends, as they may be listening to it.
    for name in request.fixturenames:
        if name.endswith("_server"):
            request.getfixturevalue(name)
    contexts: list[BrowserContext] = []
    slips: list[str] = []

    def open_one(**options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(_PATIENCE_MILLISECONDS)
        page = context.new_page()
        page.on("console", lambda said: slips.extend(_slips_in(said)))
        page.on("pageerror", lambda error: slips.append(str(error)))
        page.on("requestfailed", lambda request: slips.extend(_loss_of(request)))
        return page

    yield open_one
    for number, context in enumerate(contexts, start=1):
        _keep_a_picture(context, f"{request.node.name}-{number}")
        context.close()
    assert slips == []


@pytest.fixture(scope="module")
def page_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a server, with a workspace, for all tests of a file."""
    directory = tmp_path_factory.mktemp("server")
    with _running(Server(directory, f"sqlite:///{directory / 'cronbeats.db'}")) as server:
        server.set_up()
        yield server


@pytest.fixture(scope="module")
def owner(browser: Browser, page_server: Server) -> StorageState:
    """Give what the browser of the owner keeps who has signed in, for `open_page`."""
    return _kept_by(browser, lambda page: enter_by_link(page, page_server))


@pytest.fixture(scope="module")
def home_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a server that nobody has set up, and that knows no other address than its own."""
    directory = tmp_path_factory.mktemp("server")
    url = f"sqlite:///{directory / 'cronbeats.db'}"
    with _running(Server(directory, url, public_url="")) as server:
        yield server


@pytest.fixture(scope="module")
def home_owner(browser: Browser, home_server: Server) -> StorageState:
    """Set that server up in a browser, and give what the browser keeps, for `open_page`."""
    return _kept_by(browser, lambda page: set_up(page, home_server))


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Server]:
    """Give a server that nobody has set up; at its end, its log holds no secret of these tests."""
    url = f"sqlite:///{tmp_path / 'cronbeats.db'}"
    with _running(Server(tmp_path, url, public_url="")) as server:
        yield server
        said = server.log()
        assert PASSWORD not in said
        assert WRONG_PASSWORD not in said


@contextmanager
def _running(server: Server) -> Iterator[Server]:
    try:
        server.start()
        yield server
    finally:
        server.end()


def _kept_by(browser: Browser, enter: Callable[[Page], None]) -> StorageState:
    context = browser.new_context()
    enter(context.new_page())
    kept = context.storage_state()
    context.close()
    return kept


def _keep_a_picture(context: BrowserContext, name: str) -> None:
    for page in context.pages[-1:]:
        plain_name = re.sub(r"[^\w.-]", "-", name)
        page.screenshot(path=ARTIFACTS / f"{plain_name}.png")


def _slips_in(said: ConsoleMessage) -> list[str]:
    """Return what is an error; a form that is refused is none, and tests look at what it says.

    Neither is a page of a workspace that is gone while it is looked at, nor what a browser leaves
    out where it comes without TLS from another machine.
    """
    url = said.location.get("url", "")
    is_gone = "status of 404" in said.text and "/w/" in url
    is_expected = "status of 422" in said.text or "origin was untrustworthy" in said.text
    is_fine = is_gone or is_expected or _is_stream(url)
    return [said.text] if said.type == "error" and not is_fine else []


def _loss_of(request: Request) -> list[str]:
    """Return what was not loaded, unless the page was left meanwhile or it was a stream."""
    is_fine = request.failure == "net::ERR_ABORTED" or _is_stream(request.url)
    return [] if is_fine else [f"not loaded: {request.url}"]


def _is_stream(url: str) -> bool:
    """Tell whether an answer lasts until its server ends, which may be before its page does."""
    return "/events?since=" in url
