"""The delivery log on pages: what was sent to whom, and what came of it, without scripts."""

import httpx
import pytest

from cronbeats.domain.access import Role
from cronbeats.domain.delivery import Delivered, Refused, Unreachable
from tests.support.people import signed_in
from tests.support.queries import noting_queries
from tests.support.world import Json, World
from tests.web.pages import Page, weight_of

HOSTILE = "</title><script>alert(1)</script><b x=\"'{{ 7 * 7 }}"
HEAVIEST = 100_000
PER_PAGE = 25


@pytest.fixture
def path(world: World) -> str:
    return f"/w/{world.workspace_id}/deliveries"


async def fail(world: World, name: str = "Backup") -> Json:
    """Let a new job fail, and the courier go round once."""
    job = await world.make_job(name=name)
    await world.ping(job, "/end/fail")
    await world.deliver()
    return job


async def listed(http: httpx.AsyncClient, path: str) -> list[str]:
    """Return the jobs that the messages on a page are about."""
    page = Page((await http.get(path)).text)
    assert page.slips == []
    assert len(set(page.ids)) == len(page.ids)
    jobs = [each for each in page.all("a") if "/jobs/" in each.attributes["href"]]
    return [each.attributes["href"].rpartition("/")[2] for each in jobs]


async def test_it_teaches_before_there_is_anything(viewer: httpx.AsyncClient, path: str) -> None:
    assert "Nothing was sent yet" in (await viewer.get(path)).text
    assert "No message is like that" in (await viewer.get(f"{path}?status=failed")).text


async def test_a_message_is_shown_with_each_attempt_and_nothing_in_it_is_markup(
    world: World, viewer: httpx.AsyncClient, path: str
) -> None:
    busy = Unreachable(HOSTILE, 503, duration_ms=120, answer=HOSTILE)
    world.sender.answers.extend([busy, Delivered(200, duration_ms=80, answer="ok")])
    job = await fail(world, HOSTILE)
    page = Page((await viewer.get(path)).text)
    assert "Waiting" in page.texts["span"]
    assert any("503 after 120 ms" in text for text in page.texts["span"])
    [link] = [each for each in page.all("a") if f"{path}/" in each.attributes["href"]]
    one = link.attributes["href"]
    advised = Page((await viewer.get(one)).text)
    assert "The trouble is on the other side: try again in a while." in advised.texts["p"]
    world.clock.turn(2)
    await world.deliver()
    page = Page((await viewer.get(one)).text)
    assert {"Sent", "Delivered", "Unreachable", "120 ms", "80 ms"} <= set(page.texts["span"])
    assert [text for text in page.texts["code"] if text in {HOSTILE, "ok"}] == ["ok", HOSTILE]
    assert page.all("a", href=f"/w/{world.workspace_id}/jobs/{job['id']}")
    assert page.all("time", datetime="2026-03-02T12:00:02Z")
    for each in (page, Page((await viewer.get(path)).text)):
        assert each.slips == []
        assert "script" not in each.texts


async def test_it_is_chosen_by_job_integration_and_status(
    world: World, viewer: httpx.AsyncClient, path: str
) -> None:
    world.sender.answers.append(Refused("gone", 404))
    first, second = await fail(world, "Düsseldorf 100 %"), await fail(world, "Backup")
    ids = [str(second["id"]), str(first["id"])]
    assert await listed(viewer, path) == ids
    for query, expected in (
        ("?job=DÜSSEL", ids[1:]),
        ("?job=%25", ids[1:]),
        (f"?job_id={second['id']}", ids[:1]),
        ("?status=failed", ids[1:]),
        ("?integration=webhook&status=sent&job=", ids[:1]),
        ("?integration=slack", []),
    ):
        assert await listed(viewer, path + query) == expected, query
    of_one = Page((await viewer.get(f"{path}?job_id={second['id']}")).text)
    assert "Only about “Backup”." in of_one.texts["p"]
    kept = Page((await viewer.get(f"{path}?status=failed&job=d")).text)
    assert kept.all("option", value="failed", selected="")
    assert kept.all("input", name="job", value="d")
    for field, text in (("status", "lost"), ("integration", "pigeon"), ("job", "x" * 201)):
        answer = await viewer.get(path, params={field: text})
        assert answer.status_code == 422, field
        assert f'id="{field}-error"' in answer.text, field
    for text in ("x", "-1", "9" * 30, "01", "+1", "0"):
        assert (await viewer.get(path, params={"job_id": text})).status_code == 404


async def test_many_messages_come_in_small_pages_for_few_queries(
    world: World, viewer: httpx.AsyncClient, path: str
) -> None:
    async def ask() -> tuple[int, httpx.Response]:
        async with noting_queries(world.db) as queries:
            answer = await viewer.get(f"{path}?status=failed")
        return len(queries), answer

    refused = Refused("&<>'\"" * 100, 404, answer="&<>'\"" * 100)
    world.sender.answers.append(refused)
    await fail(world)
    few, _ = await ask()
    world.sender.answers.extend([refused] * PER_PAGE)
    for number in range(PER_PAGE):
        await fail(world, f"{number} " + "&<>'\"" * 39)
    many, first = await ask()
    assert many == few <= 8
    assert await weight_of(viewer, first.text) <= HEAVIEST
    assert len(Page(first.text).all("tr")) == PER_PAGE + 1
    [link] = Page(first.text).all("a", rel="next")
    assert link.attributes["href"] == f"{path}?status=failed&page=2"
    assert len(await listed(viewer, link.attributes["href"])) == 1
    assert (await viewer.get(f"{path}?page=0")).status_code == 404


async def test_what_nobody_can_look_at_is_no_link(
    world: World, viewer: httpx.AsyncClient, path: str
) -> None:
    job = await fail(world)
    await world.api("POST", "/integrations/webhook/test")
    await world.api("POST", "/integrations/drill")
    await world.api("DELETE", f"/jobs/{job['id']}")
    assert await listed(viewer, path) == []
    page = Page((await viewer.get(path)).text)
    assert [text for text in page.texts["b"] if text in {"Test", "Down", "Healthy again"}] == [
        "Healthy again",
        "Down",
        "Test",
        "Down",
    ]
    assert page.texts["span"].count("Drill") == 2


async def test_another_workspaces_messages_are_not_there(
    world: World, viewer: httpx.AsyncClient, path: str
) -> None:
    job = await fail(world)
    elsewhere = World(world.db)
    await elsewhere.settle_in("Elsewhere")
    eve = await signed_in(elsewhere, Role.OWNER)
    [delivery] = (await world.api("GET", "/deliveries")).json()["data"]["deliveries"]
    theirs = f"/w/{elsewhere.workspace_id}/deliveries"
    assert (await viewer.get(f"{path}/{delivery['id']}")).status_code == 200
    assert (await eve.get(f"{theirs}/{delivery['id']}")).status_code == 404
    assert "No message is like that" in (await eve.get(f"{theirs}?job_id={job['id']}")).text
