"""Many jobs are paused, resumed and deleted at once, by a form without scripts."""

import httpx
import pytest

from tests.support.world import Json, World
from tests.web.pages import Page


@pytest.fixture
def path(world: World) -> str:
    return f"/w/{world.workspace_id}/jobs"


def chosen(*jobs: Json, **more: str) -> dict[str, str]:
    return {**{f"job-{job['id']}": "on" for job in jobs}, **more}


async def told(member: httpx.AsyncClient, answer: httpx.Response) -> str:
    """Follow the way back to the list, and return what it tells."""
    assert answer.status_code == 303
    page = Page((await member.get(answer.headers["Location"])).text)
    return " ".join(text.strip() for text in page.texts["p"] if text.strip())


async def statuses(world: World, *jobs: Json) -> list[str]:
    return [(await world.get_job(job))["status"] for job in jobs]


async def test_jobs_are_paused_and_watched_again(
    world: World, member: httpx.AsyncClient, path: str
) -> None:
    one, two, other = [await world.make_job(name=name) for name in ("One", "Two", "Other")]
    filters = "q=o&sort=name&page=1"
    paused = await member.post(f"{path}/pause", data=chosen(one, two, filters=filters))
    assert paused.headers["Location"] == f"{path}?{filters}"
    assert "2 jobs are paused." in await told(member, paused)
    assert await statuses(world, one, two, other) == ["disabled", "disabled", "pending"]
    resumed = await member.post(f"{path}/resume", data=chosen(two))
    assert "“Two” is watched again." in await told(member, resumed)
    assert await statuses(world, one, two) == ["disabled", "pending"]


async def test_what_could_not_be_done_is_told_with_its_reason(
    world: World, member: httpx.AsyncClient, path: str
) -> None:
    one, two, gone = [await world.make_job(name=name) for name in ("One", "T" * 60, "Gone")]
    await world.api("POST", f"/jobs/{two['id']}/pause")
    await world.api("DELETE", f"/jobs/{gone['id']}")
    words = await told(member, await member.post(f"{path}/pause", data=chosen(one, two, gone)))
    assert "1 of 3 jobs is paused." in words
    assert f"“{'T' * 39}…” was paused before. A job is not there any more." in words
    assert "No job was chosen" in await told(member, await member.post(f"{path}/pause"))


async def test_nothing_is_deleted_before_somebody_says_so(
    world: World, member: httpx.AsyncClient, path: str
) -> None:
    one, two, other = [await world.make_job(name=name) for name in ("One", "<b>Two", "Other")]
    asked = await member.get(f"{path}/delete", params=chosen(one, two, filters="q=o"))
    page = Page(asked.text)
    assert "Delete 2 jobs?" in asked.text
    assert "<b>Two" in page.texts["li"]
    assert await statuses(world, one, two) == ["pending", "pending"]
    hidden = {
        each.attributes["name"]: each.attributes["value"]
        for each in page.all("input", type="hidden")
    }
    deleted = await member.post(f"{path}/delete", data=hidden)
    assert deleted.headers["Location"] == f"{path}?q=o"
    assert "2 jobs are deleted." in await told(member, deleted)
    left = (await world.api("GET", "/jobs")).json()["data"]["jobs"]
    assert [job["id"] for job in left] == [other["id"]]


async def test_jobs_of_another_workspace_are_not_there(
    world: World, member: httpx.AsyncClient, path: str
) -> None:
    elsewhere = World(world.db)
    await elsewhere.settle_in("Elsewhere")
    theirs = await elsewhere.make_job(name="Theirs")
    for action in ("pause", "delete"):
        answer = await member.post(f"{path}/{action}", data=chosen(theirs))
        assert "A job is not there any more." in await told(member, answer)
    asked = await member.get(f"{path}/delete", params=chosen(theirs))
    assert "Theirs" not in asked.text
    assert await statuses(elsewhere, theirs) == ["pending"]


@pytest.mark.parametrize("filters", ["//evil.example", "a\nb", "q=ü", "#x y"])
async def test_the_way_back_stays_within_the_list(
    world: World, member: httpx.AsyncClient, path: str, filters: str
) -> None:
    job = await world.make_job()
    answer = await member.post(f"{path}/pause", data=chosen(job, filters=filters))
    assert answer.headers["Location"] in {path, f"{path}?{filters}"}
    assert answer.headers["Location"].isprintable()
