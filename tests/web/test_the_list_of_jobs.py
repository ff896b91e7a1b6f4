"""The page of all jobs: what it shows of each, how it is searched, and what it costs."""

import re

import httpx
import pytest

from cronbeats.domain.access import Role
from cronbeats.domain.job import Outcome
from cronbeats.web.run_strip import draw_strip
from tests.support.people import signed_in
from tests.support.queries import noting_queries
from tests.support.world import Json, World
from tests.web.pages import Page

HOSTILE = "</title><script>alert(1)</script>\"'{{ 7 * 7 }}"
LARGEST_PAGE = 100_000
MOST_QUERIES = 11


@pytest.fixture
def path(world: World) -> str:
    return f"/w/{world.workspace_id}/jobs"


async def names(http: httpx.AsyncClient, path: str, **asked: str) -> list[str]:
    """Return the jobs that are shown, in their order."""
    answer = await http.get(path, params=asked)
    assert answer.status_code == 200
    return re.findall(r'<div class="what"><a href="[^"]*">([^<]*)</a>', answer.text)


async def three_jobs(world: World) -> tuple[Json, Json, Json]:
    """Make a job that is healthy, one that is down, and one that waits."""
    healthy = await world.make_job(name="Backup", tags=["db", "eu"])
    down = await world.make_job(name="Import", tags=["db"], description="of invoices")
    waiting = await world.make_job(name="Report")
    await world.ping(healthy)
    await world.ping(down, "/end/fail")
    return healthy, down, waiting


async def test_each_job_is_told_in_one_row(
    world: World, viewer: httpx.AsyncClient, path: str
) -> None:
    job = await world.make_job(name="Nightly", tags=["a", "b", "c", "d", "e"], grace_seconds=3600)
    for action in ("", "", "/end/fail", ""):
        await world.ping(job, action)
        world.clock.turn(60)
    await world.ping(job, "/start")
    await world.ping(job, "/progress/40", json={"message": "Rows <b>"})
    world.clock.turn(30)
    answer = await viewer.get(path)
    page = Page(answer.text)
    assert page.slips == []
    assert page.all("span", **{"class": "state healthy"})
    assert page.all("progress", value="40", max="100")
    assert "Rows <b>" in "".join(page.texts["span"])
    assert page.all("time", title="2026-03-02 12:04 UTC")
    assert "30 s ago" in page.texts["time"]
    told = "Newest first: 1 running, 1 succeeded, 1 failed, 2 succeeded"
    assert told in page.texts["title"]
    assert [len(page.all("a", href=f"?tag={tag}")) for tag in "abcde"] == [1, 1, 1, 1, 0]


async def test_it_is_narrowed_and_sorted_as_the_address_says(
    world: World, viewer: httpx.AsyncClient, path: str
) -> None:
    await three_jobs(world)
    assert await names(viewer, path) == ["Import", "Report", "Backup"]
    assert await names(viewer, path, sort="name") == ["Backup", "Import", "Report"]
    assert await names(viewer, path, sort="new") == ["Backup", "Import", "Report"]
    assert await names(viewer, path, status="down") == ["Import"]
    assert await names(viewer, path, q="INVOICES") == ["Import"]
    assert await names(viewer, path, tag="db", sort="name") == ["Backup", "Import"]
    assert await names(viewer, path, tag="db", q="back") == ["Backup"]
    page = Page((await viewer.get(path, params={"tag": "db", "q": "i", "sort": "name"})).text)
    assert page.all("a", href=f"{path}?q=i&status=down&tag=db&sort=name")
    assert page.all("input", name="q", value="i")
    assert [each.attributes["value"] for each in page.all("option", selected="")] == ["db", "name"]


@pytest.mark.parametrize(
    "asked", [{"status": "fine"}, {"sort": "worst"}, {"q": "x" * 201}, {"tag": "\0"}]
)
async def test_what_cannot_be_asked_for_is_said(
    world: World, viewer: httpx.AsyncClient, path: str, asked: dict[str, str]
) -> None:
    await world.make_job()
    answer = await viewer.get(path, params=asked)
    assert answer.status_code == 422
    assert Page(answer.text).all("div", role="alert")


async def test_it_is_said_that_alerts_go_nowhere(
    world: World, viewer: httpx.AsyncClient, path: str
) -> None:
    job = await world.make_job()
    pages = (path, f"{path}/{job['id']}")
    for each in pages:
        assert "Alerts go nowhere" not in (await viewer.get(each)).text
    await world.api("PUT", "/integrations/webhook", {"is_enabled": False})
    for each in pages:
        assert "Choose where alerts go" in Page((await viewer.get(each)).text).texts["a"]


async def test_counts_title_and_icon_tell_of_all_jobs(
    world: World, viewer: httpx.AsyncClient, path: str
) -> None:
    await world.make_job()
    assert "<title>Jobs · CronBeats</title>" in (await viewer.get(path)).text
    await three_jobs(world)
    text = (await viewer.get(path, params={"q": "backup"})).text
    assert "<title>(1 down) Jobs · CronBeats</title>" in text
    assert Page(text).all("link", rel="icon", href="/static/icon-down.svg")
    assert re.findall(r"<b>(\d+)</b>", text) == ["1", "0", "1", "2", "0"]
    # Nobody has looked yet: what is shown is so all the same.
    world.clock.turn(3600)
    assert "(2 down)" in (await viewer.get(path)).text


async def test_what_is_not_there_is_explained(
    world: World, viewer: httpx.AsyncClient, path: str
) -> None:
    assert "a member, an admin or an owner can make jobs" in (await viewer.get(path)).text
    await world.make_job()
    nothing = (await viewer.get(path, params={"q": "nothing such"})).text
    assert "No job matches" in nothing
    assert Page(nothing).all("a", href=path)
    assert "Nothing on this page" in (await viewer.get(path, params={"page": "2"})).text


async def test_nobody_is_blamed_for_a_time_that_is_told_of(sleepy_world: World) -> None:
    world = sleepy_world
    await world.make_job()
    await world.lookout.step()
    world.clock.turn(600)
    await world.lookout.step()
    viewer = await signed_in(world, Role.VIEWER)
    path = f"/w/{world.workspace_id}/jobs"
    text = re.sub(r"<[^>]*>", "", (await viewer.get(path)).text)
    assert "not listening from 2026-03-02 12:00 UTC to 2026-03-02 12:10 UTC" in text


async def test_names_and_tags_are_never_markup(
    world: World, viewer: httpx.AsyncClient, path: str
) -> None:
    await world.make_job(name=HOSTILE, tags=[HOSTILE])
    for asked in ({}, {"q": HOSTILE}, {"tag": HOSTILE}):
        page = Page((await viewer.get(path, params=asked)).text)
        assert page.slips == []
        assert "script" not in page.texts
        assert HOSTILE in page.texts["option"]


async def test_fifty_jobs_cost_what_one_does_and_fit_into_a_small_page(
    world: World, path: str
) -> None:
    member = await signed_in(world, Role.MEMBER)
    costs = []
    for count in (1, 49):
        for number in range(count):
            job = await world.make_job(name=f"Import of orders {number}", tags=["backup", "eu"])
            for action in ("", "", "/end/fail", "", "/start"):
                await world.ping(job, action)
        async with noting_queries(world.db) as queries:
            await member.get(path, params={"tag": "eu", "q": "import"})
        costs.append(len(queries))
    assert costs[0] == costs[1] <= MOST_QUERIES
    answer = await member.get(path)
    page = Page(answer.text)
    files = {
        each.attributes[name]
        for kind, name in (("link", "href"), ("script", "src"), ("img", "src"))
        for each in page.all(kind)
    }
    assert len(files) >= 7
    sizes = [len((await member.get(file)).content) for file in files]
    assert len(answer.content) + sum(sizes) < LARGEST_PAGE


def test_each_outcome_has_its_own_mark_and_word() -> None:
    drawn = {outcome: draw_strip([outcome], 3) for outcome in Outcome}
    shapes = {re.sub(r".*<path (.*)/>.*", r"\1", strip) for strip in drawn.values()}
    words = {re.sub(r".*<title>(.*)</title>.*", r"\1", strip) for strip in drawn.values()}
    assert len(shapes) == len(words) == len(Outcome)
    assert 'd="M12 13h6"' in drawn[Outcome.SUCCESS], "the newest is at the right"
