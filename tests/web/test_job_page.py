"""The page of a job: what it did, how long that took, and what is kept of it."""

import re

import httpx

from cronbeats.domain.access import Role
from tests.support.people import signed_in
from tests.support.queries import noting_queries
from tests.support.world import Json, World
from tests.web.pages import Page, weight_of

HEAVIEST = 100_000
"""Bytes of a page and of all that it is drawn with."""
MOST_QUERIES = 16
HOSTILE = "\x1b[31m</code><script>alert(1)</script>\x1b]0;title\x07\r\n<img src=x>\u202e"


def path_of(world: World, job: Json) -> str:
    return f"/w/{world.workspace_id}/jobs/{job['id']}"


async def run_once(
    world: World, job: Json, seconds: int, end: str = "/end/success", output: str = ""
) -> None:
    """Let a job run for so long, in the minute in which it is expected."""
    await world.ping(job, "/start")
    world.clock.turn(seconds)
    await world.ping(job, end, content=output.encode())
    world.clock.turn(60 - seconds)


async def fetch(client: httpx.AsyncClient, path: str) -> Page:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    page = Page(answer.text)
    assert page.slips == []
    assert len(page.ids) == len(set(page.ids))
    assert [each for each in page.elements if "style" in each.attributes] == []
    return page


def bars_of(page: Page) -> list[str]:
    """Return how each run ended, the oldest first."""
    kinds = [each.attributes.get("class", "") for each in page.all("a")]
    return [kind.removeprefix("run-bar ") for kind in kinds if kind.startswith("run-bar ")]


async def test_runs_are_drawn_with_their_outcome_and_told_in_a_table_as_well(
    world: World, member: httpx.AsyncClient
) -> None:
    job = await world.make_job(max_runtime_seconds=40, failure_tolerance=9)
    for seconds, end in ((2, "/end/success"), (4, "/3"), (30, "/end/success")):
        await run_once(world, job, seconds, end)
    await world.pass_time(120)
    await world.ping(job, "/start")
    world.clock.turn(5)
    page = await fetch(member, path_of(world, job))
    drawn = bars_of(page)
    assert drawn[:3] == ["success", "failed", "success"]
    assert "missed" in drawn
    assert drawn[-1] == "running"
    # Each bar leads to its row, and only the newest is reached by Tab.
    rows = {each for each in page.ids if re.fullmatch(r"run-\d+", each)}
    bars = [each for each in page.all("a") if "run-bar" in each.attributes.get("class", "")]
    assert {each.attributes["href"].removeprefix("#") for each in bars} == rows
    assert [each.attributes.get("tabindex") for each in bars] == ["-1"] * (len(bars) - 1) + [None]
    assert any(
        text.startswith("Run 2 failed after 4 s with exit code 3,") for text in page.texts["title"]
    )
    told = page.texts["dd"]
    assert [each for each in told if re.fullmatch(r"\d+ s", each)][:3] == ["4 s", "30 s", "30 s"]
    assert {"Failed", "Missed", "Running"} <= set(page.texts["td"])


async def test_what_cronbeats_did_not_hear_is_hatched(sleepy_world: World) -> None:
    world, job = sleepy_world, await sleepy_world.make_job()
    await world.ping(job)
    world.clock.turn(600)
    await world.ping(job)
    page = await fetch(await signed_in(world, Role.VIEWER), path_of(world, job))
    assert page.all("rect", **{"class": "blind", "fill": "url(#hatch)"})
    assert "unobserved" in bars_of(page)


async def test_incidents_signals_and_deliveries_are_told_with_ways_to_all_of_them(
    world: World, member: httpx.AsyncClient
) -> None:
    job = await world.make_job()
    path = path_of(world, job)
    for number in range(6):
        await run_once(world, job, 2, "/end/fail", f"output {number}")
        await world.deliver_all()
        await run_once(world, job, 2)
        await world.deliver_all()
    page = await fetch(member, path)
    assert page.all("a", href=f"{path}/incidents")
    assert page.all("a", href=f"{path}/signals")
    [log] = [each for each in page.all("a") if "/deliveries?" in each.attributes["href"]]
    assert len((await fetch(member, log.attributes["href"])).all("tr")) > 6
    assert {"Down", "Healthy again"} <= set(page.texts["b"])
    assert "Sent" in page.texts["span"]
    assert "A run failed" in page.texts["span"]
    incidents = await fetch(member, f"{path}/incidents")
    assert len(incidents.all("tr")) == 1 + 6
    assert "1 m" in incidents.texts["span"]
    failures = await fetch(member, f"{path}/signals?type=fail")
    assert len(failures.all("tr")) == 1 + 6
    assert failures.all("option", value="fail", selected="")
    runs = await fetch(member, f"{path}/runs")
    assert len(bars_of(runs)) == 12
    for wrong in ("signals?type=sick", "signals?page=0", "runs?page=x"):
        assert (await member.get(f"{path}/{wrong}")).status_code == 404


async def test_what_a_signal_brought_along_is_text_and_nothing_else(
    world: World, member: httpx.AsyncClient
) -> None:
    job = await world.make_job(name="</title><script>")
    path = path_of(world, job)
    await world.ping(job, "/7", content=HOSTILE.encode(), headers={"User-Agent": HOSTILE[5:40]})
    [signal] = (await world.api("GET", f"/jobs/{job['id']}/signals")).json()["data"]["signals"]
    page = await fetch(member, f"{path}/signals/{signal['id']}")
    assert "script" not in page.texts
    assert page.all("img", src="x") == []
    assert "</code><script>alert(1)</script>\n<img src=x>[U+202E]" in page.texts["code"]
    # What runs and signals told in JSON is no better.
    said = {"message": HOSTILE * 20, "progress": 7}
    for what in ("/start", "/progress/7", "/end/success", "/start", "/progress/8"):
        await world.ping(job, what, json=said)
    for part in ("", "/runs", "/signals", f"/signals/{signal['id']}"):
        told = await fetch(member, path + part)
        assert not set("\x1b\x07\u202e") & set(told.html), part
        assert "script" not in {each.name for each in told.elements if not each.attributes}
    raw = await member.get(f"{path}/signals/{signal['id']}/output")
    assert raw.text == HOSTILE
    assert raw.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert raw.headers["X-Content-Type-Options"] == "nosniff"
    assert raw.headers["Content-Disposition"].startswith("attachment;")
    other = await world.make_job()
    for elsewhere in (path_of(world, other), path.replace(f"/w/{world.workspace_id}", "/w/99")):
        assert (await member.get(f"{elsewhere}/signals/{signal['id']}")).status_code == 404
        assert (await member.get(f"{elsewhere}/signals/{signal['id']}/output")).status_code == 404


async def test_the_first_signal_is_awaited_and_then_welcomed_for_a_while(
    world: World, member: httpx.AsyncClient
) -> None:
    job = await world.make_job(expected_interval_seconds=86_400)
    path = path_of(world, job)
    page = await fetch(member, path)
    assert "Waiting for the first ping" in page.texts["h2"]
    assert page.all("a", href=path)
    await world.ping(job)
    assert "First ping received" in (await fetch(member, path)).texts["h2"]
    world.clock.turn(601)
    headings = (await fetch(member, path)).texts["h2"]
    assert not {"First ping received", "Waiting for the first ping"} & set(headings)


async def test_moments_are_told_in_the_zone_of_the_reader_and_of_the_job(
    world: World, member: httpx.AsyncClient
) -> None:
    await member.post("/account/profile", data={"name": "", "timezone": "Asia/Tokyo"})
    job = await world.make_job(timezone="Europe/Berlin")
    await world.ping(job)
    shown = (await fetch(member, path_of(world, job))).texts["time"]
    assert {"2026-03-02 21:00 JST", "2026-03-02 13:00 CET"} <= set(shown)


async def test_the_page_costs_the_same_however_much_there_is_and_is_light(
    world: World, member: httpx.AsyncClient
) -> None:
    job = await world.make_job()
    path = path_of(world, job)
    await run_once(world, job, 2, "/end/fail", "x")
    await world.deliver_all()
    async with noting_queries(world.db) as few:
        await member.get(path)
    for number in range(70):
        await run_once(world, job, 2, "/end/fail" if number % 9 == 0 else "/end/success", "x" * 99)
    await world.deliver_all()
    async with noting_queries(world.db) as many:
        html = (await member.get(path)).text
    assert len(many) == len(few) <= MOST_QUERIES
    assert len(bars_of(Page(html))) == 60
    assert await weight_of(member, html) <= HEAVIEST


async def test_title_and_icon_tell_that_the_job_is_down(
    world: World, member: httpx.AsyncClient
) -> None:
    job = await world.make_job(name="Backup")
    path = path_of(world, job)
    await run_once(world, job, 2)
    assert "<title>Backup · CronBeats</title>" in (await member.get(path)).text
    await run_once(world, job, 2, "/end/fail")
    text = (await member.get(path)).text
    assert "<title>(1 down) Backup · CronBeats</title>" in text
    assert Page(text).all("link", rel="icon", href="/static/icon-down.svg")


async def test_who_may_only_read_sees_all_and_is_offered_no_action(world: World) -> None:
    viewer, job = await signed_in(world, Role.VIEWER), await world.make_job()
    await run_once(world, job, 2, "/end/fail", "output")
    path = path_of(world, job)
    page = await fetch(viewer, path)
    assert {each.attributes["action"] for each in page.all("form")} == {"/sign-out"}
    assert page.all("a", href=f"{path}/delete") == page.all("a", href=f"{path}/mute") == []
    assert bars_of(page) == ["failed"]
