"""Every page of a furnished workspace, in light and dark: nothing that keeps people out."""

import re
from typing import Any

import pytest
from playwright.sync_api import StorageState

from cronbeats.web.routes import PAGES
from tests.browser.barriers import expect_no_violations
from tests.browser.conftest import OpenPage
from tests.support.server import Server

# Not pages to look at, or pages that only a secret or another server leads to.
OTHERS = re.compile(r"\{token\}|\{name\}|/events$|/output$|oidc")
LOOKED_AT = [page.path for page in PAGES if page.method == "GET" and not OTHERS.search(page.path)]
# Each needs something that a new workspace does not have: a code awaited, a second person.
NOT_THERE = {"/sign-in/code", "/w/{workspace_id}/members/{user_id}/remove"}


@pytest.fixture(scope="module")
def ids(page_server: Server) -> dict[str, Any]:
    """Furnish the workspace; return what to put into the paths of pages."""
    server, tags = page_server, ["nightly", "eu"]
    hook = {"url": "http://127.0.0.1:9/hook", "is_enabled": True}
    server.api("PUT", "/integrations/webhook", hook)
    paused = server.make_job(name="Paused")
    server.api("POST", f"/jobs/{paused['id']}/pause")
    server.make_job(name="Waiting", tags=tags)
    server.ping(server.make_job(name="Healthy"))
    running = server.make_job(name="Running", max_runtime_seconds=3600)
    server.ping(running, "/start")
    server.ping(running, "/progress/40", b"Rows")
    down = server.make_job(name="Down", tags=tags)
    for action in ("", "/end/fail", "/start", "/end/fail"):
        server.ping(down, action, b"No space left")
    server.api("POST", f"/jobs/{down['id']}/mute", {"seconds": 600})
    [delivery, *_] = server.api("GET", "/deliveries")["deliveries"]
    return {
        "workspace_id": 1,
        "job_id": down["id"],
        "signal_id": server.signals(down)[1]["id"],
        "kind": "webhook",
        "delivery": delivery["id"],
        "user_id": 1,
        "key_id": 1,
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_barriers(
    open_page: OpenPage,
    page_server: Server,
    owner: StorageState,
    ids: dict[str, Any],
    scheme: str,
) -> None:
    # Colours are looked at when nothing fades in any more.
    page = open_page(storage_state=owner, color_scheme=scheme, reduced_motion="reduce")
    missing = set()
    for path in LOOKED_AT:
        url = page_server.url + path.format_map(ids)
        if page.request.get(url).status != 200:
            missing.add(path)
            continue
        page.goto(url)
        expect_no_violations(page)
    assert missing <= NOT_THERE
