"""The audit log on its page: who did what, chosen and in pages, without scripts."""

import httpx
import pytest

from cronbeats.domain.access import Role
from cronbeats.storage import members
from tests.support.people import signed_in
from tests.support.world import World
from tests.web.pages import Page

HOSTILE = "</title><script>alert(1)</script><b x=\"'{{ 7 * 7 }}"


@pytest.fixture
def path(world: World) -> str:
    return f"/w/{world.workspace_id}/audit-log"


async def told(http: httpx.AsyncClient, path: str) -> list[str]:
    """Return what was done, as a page tells it."""
    texts = Page((await http.get(path)).text).texts
    return [text for text in texts.get("code", []) if "." in text]


async def test_what_people_did_on_pages_is_told(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    job = await world.make_job(name=HOSTILE)
    await admin.post(f"/w/{world.workspace_id}/jobs/{job['id']}/pause")
    page = Page((await admin.get(path)).text)
    assert page.slips == []
    done = [text for text in page.texts["code"] if "." in text]
    assert done[:2] == ["job.paused", "job.created"]
    assert "@example.com" in page.texts["b"][-len(done)]
    assert "<script>alert" not in page.html
    assert "127.0.0.1" in page.html


async def test_entries_are_chosen_by_what_who_and_when(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    job = await world.make_job()
    world.clock.turn(86_400)
    await admin.post(f"/w/{world.workspace_id}/jobs/{job['id']}/pause")
    assert await told(admin, f"{path}?action=job.paused&since=") == ["job.paused"]
    assert await told(admin, f"{path}?actor=person") == ["job.paused"]
    assert await told(admin, f"{path}?since=2026-03-03") == ["job.paused"]
    assert (await told(admin, f"{path}?until=2026-03-02"))[0] == "job.created"
    assert await told(admin, f"{path}?actor=cronbeats") == []
    kept = Page((await admin.get(f"{path}?action=job.paused&since=2026-03-03")).text)
    assert kept.all("option", value="job.paused", selected="")
    assert kept.all("input", name="since", value="2026-03-03")


async def test_what_one_person_or_key_did_is_chosen_even_if_they_have_gone(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    job = await world.make_job()
    await admin.post(f"/w/{world.workspace_id}/jobs/{job['id']}/pause")
    page = Page((await admin.get(path)).text)
    links = [each.attributes["href"] for each in page.all("a") if "actor=" in str(each)]
    assert set(links) == {
        f"{path}?actor={who}" for who in ("person%3A2", "api_key%3A1", "operator")
    }
    values = [str(each.attributes["value"]) for each in page.all("option")]
    assert [each for each in values if ":" in each] == ["person:1", "person:2", "api_key:1"]
    assert await told(admin, f"{path}?actor=person%3A2") == ["job.paused"]
    assert await told(admin, f"{path}?actor=api_key%3A1&action=job.created") == ["job.created"]
    assert await told(admin, f"{path}?actor=person%3A1") == []
    async with world.db.write() as tx:
        await members.remove(tx, world.workspace_id, 2)
    bob = await signed_in(world, Role.ADMIN)
    gone = Page((await bob.get(f"{path}?actor=person%3A2")).text)
    assert len(gone.all("option", selected="", value="person:2")) == 1
    assert gone.slips == []


async def test_what_cannot_be_asked_is_told_beside_its_field(
    admin: httpx.AsyncClient, path: str
) -> None:
    for field, text in (
        ("action", "job.exploded"),
        ("actor", "ghost"),
        ("actor", "person:"),
        ("actor", "person:0"),
        ("actor", f"person:{'9' * 30}"),
        ("actor", "ghost:1"),
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
