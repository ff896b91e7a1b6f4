"""Fire drills on a page: begun by a button, and told for each integration, without scripts."""

import httpx
import pytest

from cronbeats.domain.access import Role
from cronbeats.domain.delivery import Refused, Unreachable
from cronbeats.domain.throttle import TEST_MESSAGES
from tests.support.audit import told
from tests.support.people import signed_in
from tests.support.world import World
from tests.web.pages import Page


@pytest.fixture
def path(world: World) -> str:
    return f"/w/{world.workspace_id}/fire-drill"


async def test_it_tells_after_how_long_each_message_arrived(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    assert Page((await admin.get(path)).text).slips == []
    world.sender.answers.append(Unreachable("no answer"))
    page = Page((await admin.post(path)).text)
    assert page.slips == []
    assert world.sender.told == ["job.down", "job.recovered"]
    assert "Arrived in 2.1 s" in page.texts["span"]
    assert "Arrived in 100 ms" in page.texts["span"]
    assert "Every message arrived, the slowest after 2.1 s." in page.texts["p"]
    assert "drill.started Home" in (await told(world.db))[-1]


async def test_it_tells_what_did_not_arrive_and_why(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    world.sender.answers.append(Refused("<script>no_team", 404))
    page = Page((await admin.post(path)).text)
    assert "1 of 2 messages did not arrive within 15 s." in page.texts["p"]
    assert "Did not arrive" in page.texts["span"]
    assert "<script>no_team" in page.texts["small"]
    assert page.slips == []


async def test_without_anybody_to_tell_there_is_none(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    await world.api("PUT", "/integrations/webhook", {"is_enabled": False})
    page = Page((await admin.get(path)).text)
    assert "Nobody would be told: no integration is enabled." in page.texts["p"]
    assert page.all("form", action=path) == []
    answer = await admin.post(path)
    assert answer.status_code == 409
    assert "No integration is set up and switched on: nobody is told." in answer.text


async def test_drills_are_begun_now_and_then_only(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    test = f"/w/{world.workspace_id}/integrations/webhook/test"
    for _ in range(TEST_MESSAGES.burst - 1):
        assert (await admin.post(test)).status_code == 200
    # What people try counts together.
    assert (await admin.post(path)).status_code == 200
    told_before = len(world.sender.told)
    refused = await admin.post(path)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "30")
    assert len(world.sender.told) == told_before


async def test_whoever_may_only_look_is_offered_no_drill(world: World, path: str) -> None:
    page = Page((await (await signed_in(world, Role.MEMBER)).get(path)).text)
    assert page.all("form", action=path) == []
    assert "an admin or an owner runs drills" in page.html
