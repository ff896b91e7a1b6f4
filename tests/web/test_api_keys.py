"""API keys on pages: made, shown once and revoked by owners, without scripts."""

import re

import httpx
import pytest

from cronbeats.services.manage_api_keys import browse_api_keys, create_api_key
from cronbeats.services.set_up import set_up
from tests.api.answers import data_of, problem_of
from tests.support.people import person
from tests.support.world import World
from tests.web.pages import Page

FORM = {"name": "Deploy script", "role": "member", "expires": "90"}
HOSTILE = "</title><script>alert(1)</script><b x=\"'{{ 7 * 7 }}"


@pytest.fixture
def path(world: World) -> str:
    return f"/w/{world.workspace_id}/api-keys"


async def test_a_key_is_shown_once_and_works(
    world: World, owner: httpx.AsyncClient, path: str
) -> None:
    made = await owner.post(path, data=FORM)
    assert made.status_code == 201
    assert Page(made.text).slips == []
    [secret] = set(re.findall(r"cb_\w{40}", made.text))
    assert f'/api/v1/me -H "X-API-Key: {secret}"' in made.text
    key = data_of(await world.api("GET", "/me", key=secret))["key"]
    assert (key["name"], key["role"], key["expires_at"]) == (
        "Deploy script",
        "member",
        "2026-05-31T12:00:00Z",
    )
    again = await owner.get(path)
    assert secret not in again.text
    assert f"{secret[:8]}…" in again.text


async def test_a_key_is_revoked_after_a_question(
    world: World, owner: httpx.AsyncClient, path: str
) -> None:
    made = await owner.post(path, data={**FORM, "expires": "never"})
    [secret] = set(re.findall(r"cb_\w{40}", made.text))
    way = f"{path}/2/revoke"
    asked = await owner.get(way)
    assert Page(asked.text).slips == []
    data_of(await world.api("GET", "/me", key=secret))
    assert (await owner.post(way)).headers["Location"] == path
    problem_of(await world.api("GET", "/me", key=secret), 401, "invalid_api_key")
    assert f"The key Deploy script ({secret[:8]}…) is revoked." in (await owner.get(path)).text


async def test_what_cannot_be_is_told_beside_its_field(owner: httpx.AsyncClient, path: str) -> None:
    for field, text in (("name", " "), ("role", "king"), ("expires", "31")):
        answer = await owner.post(path, data={**FORM, field: text})
        assert answer.status_code == 422, field
        assert f'id="{field}-error"' in answer.text, field


async def test_another_workspaces_keys_are_not_there(
    world: World, owner: httpx.AsyncClient, path: str
) -> None:
    other = await set_up(world.db, "Elsewhere", "eve@example.com", world.clock())
    theirs = (await browse_api_keys(world.db, other.workspace_id))[0]
    for end in (theirs.id, 999_999):
        assert (await owner.get(f"{path}/{end}/revoke")).status_code == 404
        assert (await owner.post(f"{path}/{end}/revoke")).status_code == 404
    assert (await browse_api_keys(world.db, other.workspace_id)) == [theirs]


async def test_names_are_shown_as_they_are_however_hostile(
    world: World, owner: httpx.AsyncClient, path: str
) -> None:
    await create_api_key(
        world.db, world.workspace_id, name=HOSTILE, by=person(1), now=world.clock()
    )
    for page in (path, f"{path}/2/revoke"):
        html = (await owner.get(page)).text
        assert "<script>alert" not in html
        assert Page(html).slips == []
