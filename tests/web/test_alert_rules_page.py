"""Alert rules on a page: what people are told of, and to whom it goes, without scripts."""

import httpx
import pytest

from cronbeats.domain.access import Role
from tests.api.answers import data_of
from tests.support.audit import told
from tests.support.people import signed_in
from tests.support.world import Json, World
from tests.web.pages import Page


@pytest.fixture
def path(world: World) -> str:
    return f"/w/{world.workspace_id}/alert-rules"


async def rules(world: World) -> Json:
    found: Json = data_of(await world.api("GET", "/integrations/alert-rules"))
    return found


def ticked(page: Page) -> list[str]:
    return [each.attributes["name"] for each in page.all("input", type="checkbox", checked="")]


async def test_what_is_ticked_is_told_from_then_on(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    page = Page((await admin.get(path)).text)
    assert page.slips == []
    assert ticked(page) == ["alert_on_down", "alert_on_recovery"]
    assert "Webhook" in page.texts["a"]
    form = {"alert_on_late": "yes", "reminder_interval_seconds": "14400"}
    assert (await admin.post(path, data=form)).headers["Location"] == path
    assert await rules(world) == {
        "alert_on_down": False,
        "alert_on_recovery": False,
        "alert_on_late": True,
        "reminder_interval_seconds": 14_400,
    }
    page = Page((await admin.get(path)).text)
    assert ticked(page) == ["alert_on_late"]
    assert page.all("option", value="14400", selected="")
    assert "Every 4 hours" in page.texts["option"]
    assert (await told(world.db))[-1].endswith("alert_rules.updated Alert rules")


async def test_an_interval_that_a_program_chose_is_kept(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    odd = {"reminder_interval_seconds": 5_400}
    await world.api("PUT", "/integrations/alert-rules", odd)
    page = Page((await admin.get(path)).text)
    [chosen] = page.all("option", selected="")
    assert chosen.attributes["value"] == "5400"
    await admin.post(path, data={"reminder_interval_seconds": "5400"})
    assert (await rules(world))["reminder_interval_seconds"] == 5_400
    for wrong in ("59", "31536001", "soon", "٣٦٠٠", "9" * 400):
        answer = await admin.post(path, data={"reminder_interval_seconds": wrong})
        assert answer.status_code == 422, wrong
        assert 'id="reminder_interval_seconds-error"' in answer.text
    await admin.post(path, data={"alert_on_down": "yes", "reminder_interval_seconds": ""})
    assert (await rules(world))["reminder_interval_seconds"] is None


async def test_it_says_that_nobody_is_told(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    await world.api("PUT", "/integrations/webhook", {"is_enabled": False})
    page = Page((await admin.get(path)).text)
    assert "Nobody is told of anything: no integration is enabled." in page.texts["p"]


async def test_whoever_may_only_look_is_offered_no_form(world: World, path: str) -> None:
    for role in (Role.VIEWER, Role.MEMBER):
        page = Page((await (await signed_in(world, role)).get(path)).text)
        assert page.slips == []
        assert {each.attributes["action"] for each in page.all("form")} == {"/sign-out"}
        assert [text for text in page.texts["span"] if text in {"Yes", "No"}] == [
            "Yes",
            "Yes",
            "No",
        ]
