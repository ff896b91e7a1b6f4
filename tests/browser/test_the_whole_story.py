"""From an empty database to the first alert, and to the all-clear, without a program's help."""

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.steps import make_job, set_up
from tests.support.receiver import Receiver
from tests.support.server import Server

_PATIENCE_SECONDS = 60


def test_whoever_follows_the_first_link_is_told_when_a_job_falls_silent(
    open_page: OpenPage, new_server: Server, receiver: Receiver
) -> None:
    page = open_page()
    set_up(page, new_server)

    page.get_by_role("link", name="Integrations").first.click()
    page.get_by_role("link", name="Set up Webhook").click()
    page.get_by_label("URL").fill(receiver.url)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Test Webhook").click()
    expect(page.get_by_text("The test message was delivered.")).to_be_visible()
    [test] = receiver.wait_for(1, _PATIENCE_SECONDS)
    assert test.kind == "test"

    page.get_by_role("link", name="Jobs", exact=True).first.click()
    page.get_by_role("link", name="New job").click()
    page.get_by_label("Every", exact=True).fill("2")
    page.get_by_label("Every, unit").select_option("seconds")
    page.get_by_label("Grace", exact=True).fill("0")
    expect(page.get_by_role("status").get_by_text("Every 2 seconds.")).to_be_attached()
    ping_url = make_job(page, "Heartbeat")
    assert len(receiver.taken) == 1, "a job that never ran alarms nobody"

    httpx.get(ping_url)
    [_, alert] = receiver.wait_for(2, _PATIENCE_SECONDS)
    assert alert.kind == "job.down"
    assert alert.body["job"]["name"] == "Heartbeat"
    page.reload()
    expect(page.get_by_text("Down", exact=True).first).to_be_visible()
    expect(page.get_by_text(alert.body["text"]).first).to_be_visible()

    httpx.get(ping_url)
    assert receiver.wait_for(3, _PATIENCE_SECONDS)[2].kind == "job.recovered"
