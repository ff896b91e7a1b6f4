"""The audit log on its page: who did what, chosen and in pages, without scripts."""

import httpx
import pytest

from cronbeats.domain.access import Role
from tests.support.people import signed_in
from tests.support.world import World
from tests.web.pages import Page

HOSTILE = "</title><script>alert(1)</script><b x=\"'{{ 7 * 7 }}"


@pytest.fixture
async def admin(world: World) -> httpx.AsyncClient:
    return await signed_in(world, Role.ADMIN)


@pytest.fixture
def path(world: World) -> str:
    return f"/w/{world.workspace_id}/audit-log"


async def test_what_people_did_on_pages_is_told(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    job = await world.make_job(name=HOSTILE)
    await admin.post(f"/w/{world.workspace_id}/jobs/{job['id']}/pause")
    page = Page((await admin.get(path)).text)
    assert page.slips == []
    told = [text for text in page.texts["code"] if "." in text]
    assert told[:2] == ["job.paused", "job.created"]
    assert "@example.com" in page.texts["b"][-len(told)]
    assert "<script>alert" not in page.html
    assert "127.0.0.1" in page.html


async def test_entries_are_chosen_by_what_who_and_when(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    job = await world.make_job()
    world.clock.turn(86_400)
    await admin.post(f"/w/{world.workspace_id}/jobs/{job['id']}/pause")

    async def told(query: str) -> list[str]:
        texts = Page((await admin.get(f"{path}?{query}")).text).texts
        return [text for text in texts.get("code", []) if "." in text]

    assert await told("action=job.paused&since=") == ["job.paused"]
    assert await told("actor=person") == ["job.paused"]
    assert await told("since=2026-03-03") == ["job.paused"]
    assert (await told("until=2026-03-02"))[0] == "job.created"
    assert await told("actor=cronbeats") == []
    kept = Page((await admin.get(f"{path}?action=job.paused&since=2026-03-03")).text)
    assert kept.all("option", value="job.paused", selected="")
    assert kept.all("input", name="since", value="2026-03-03")


async def test_what_cannot_be_asked_is_told_beside_its_field(
    admin: httpx.AsyncClient, path: str
) -> None:
    for field, text in (
        ("action", "job.exploded"),
        ("actor", "ghost"),
        ("since", "yesterday"),
        ("until", "9999-12-31"),
        ("since", "0001-01-01"),
    ):
        answer = await admin.get(path, params={field: text})
        assert answer.status_code == 422, field
        assert f'id="{field}-error"' in answer.text, field
    for number in ("0", "01", "%2B1", "%201", "1_0", "1.0", "%D9%A1"):
        assert (await admin.get(f"{path}?page={number}")).status_code == 404, number


async def test_pages_keep_what_was_chosen(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    for number in range(51):
        await world.make_job(name=f"Job {number}")
    first = Page((await admin.get(f"{path}?action=job.created")).text)
    [onwards] = first.all("a", rel="next")
    assert onwards.attributes["href"] == f"{path}?action=job.created&page=2"
    second = Page((await admin.get(onwards.attributes["href"])).text)
    assert [text for text in second.texts["code"] if "." in text] == ["job.created"]
    assert second.all("a", rel="prev")
