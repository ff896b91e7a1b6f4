"""Workspaces on pages: made, renamed and handed over, without scripts."""

import re

import httpx
import pytest

from cronbeats.domain.access import Role
from cronbeats.services.manage_members import browse_members
from cronbeats.storage import members
from tests.support.people import add_person, signed_in
from tests.support.world import World
from tests.web.pages import Page

HOSTILE = "</title><script>alert(1)</script><b x=\"'{{ 7 * 7 }}"


@pytest.fixture
def path(world: World) -> str:
    return f"/w/{world.workspace_id}/settings"


async def test_a_workspace_is_made_and_is_among_those_to_choose_from(
    owner: httpx.AsyncClient,
) -> None:
    assert Page((await owner.get("/workspaces/new")).text).slips == []
    made = await owner.post("/workspaces/new", data={"name": HOSTILE})
    way = made.headers["Location"]
    assert re.fullmatch(r"/w/\d+", way)
    page = Page((await owner.get(f"{way}/settings")).text)
    assert page.slips == []
    assert {"/w/1", way} <= {each.attributes.get("href") for each in page.all("a")}
    assert "<script>alert" not in page.html
    wrong = await owner.post("/workspaces/new", data={"name": " "})
    assert wrong.status_code == 422
    assert 'id="name-error"' in wrong.text


async def test_a_workspace_is_renamed(owner: httpx.AsyncClient, path: str) -> None:
    assert (await owner.post(path, data={"name": " Office "})).status_code == 303
    page = Page((await owner.get(path)).text)
    assert page.all("input", name="name", value="Office")
    wrong = await owner.post(path, data={"name": "x" * 201})
    assert wrong.status_code == 422
    assert 'id="name-error"' in wrong.text


async def test_plan_and_usage_are_shown(world: World, owner: httpx.AsyncClient, path: str) -> None:
    await world.make_job()
    page = Page((await owner.get(path)).text)
    assert page.slips == []
    assert "Business" in page.texts["dd"]
    meters = {each.attributes["aria-label"]: each.attributes["value"] for each in page.all("meter")}
    assert meters == {"API requests this minute": "1", "API requests today": "1", "API keys": "1"}


async def test_a_workspace_is_handed_over(
    world: World, owner: httpx.AsyncClient, path: str
) -> None:
    bob_id = await add_person(world.db, "bob@example.com", None)
    async with world.db.write() as tx:
        await members.add(tx, world.workspace_id, bob_id, Role.VIEWER, world.clock())
    stranger = await add_person(world.db, "eve@example.com", None)
    for text, status in (("", 422), ("x", 422), (str(stranger), 404)):
        answer = await owner.post(f"{path}/transfer", data={"user_id": text})
        assert answer.status_code == status, text
    assert (
        'id="transfer-user_id-error"'
        in (await owner.post(f"{path}/transfer", data={"user_id": "x"})).text
    )
    assert (await owner.post(f"{path}/transfer", data={"user_id": str(bob_id)})).status_code == 303
    found = {each.email: each.role for each in await browse_members(world.db, world.workspace_id)}
    assert found["bob@example.com"] is Role.OWNER
    assert "/transfer" not in (await owner.get(path)).text


async def test_a_workspace_is_deleted_by_whoever_types_its_name(
    world: World, owner: httpx.AsyncClient, path: str
) -> None:
    job = await world.make_job()
    await owner.post("/workspaces/new", data={"name": "Office"})
    viewer = await signed_in(world, Role.VIEWER)
    assert f"{path}/delete" in (await owner.get(path)).text
    page = Page((await owner.get(f"{path}/delete")).text)
    assert page.slips == []
    assert page.texts["dd"] == ["1", "1", "3"]
    wrong = await owner.post(f"{path}/delete", data={"name": "home"})
    assert wrong.status_code == 422
    assert 'id="name-error"' in wrong.text
    assert Page(wrong.text).slips == []
    assert (await owner.get(path)).status_code == 200
    gone = await owner.post(f"{path}/delete", data={"name": "Home"})
    assert gone.headers["Location"] == "/"
    assert (await owner.get("/")).headers["Location"] == "/w/2/jobs"
    assert "“Home” was deleted." in (await owner.get("/w/2/jobs")).text
    home = await viewer.get("/")
    assert "You are in no workspace" in home.text
    assert Page(home.text).slips == []
    nowhere = (await owner.get("/nowhere")).text
    for person in (owner, viewer):
        for place in (path, f"{path}/delete", f"/jobs/{job['id']}", f"/w/1/jobs/{job['id']}"):
            answer = await person.get(place)
            assert (answer.status_code, answer.text) == (404, nowhere), place
        assert (await person.post(f"{path}/delete", data={"name": "Home"})).status_code == 404


async def test_a_hostile_name_can_be_typed(owner: httpx.AsyncClient, path: str) -> None:
    await owner.post(path, data={"name": HOSTILE})
    page = Page((await owner.get(f"{path}/delete")).text)
    assert page.slips == []
    assert "<script>alert" not in page.html
    gone = await owner.post(f"{path}/delete", data={"name": HOSTILE})
    assert gone.status_code == 303
