"""Jobs are made and edited on one form; nothing typed is lost, and no edit undoes another."""

from typing import Any

import httpx
import pytest

from cronbeats.domain.access import Role
from tests.support.people import signed_in
from tests.support.queries import noting_queries
from tests.support.world import Json, World
from tests.web.pages import Page

HOSTILE = "</textarea><script>alert(1)</script>\" , '{{ 7 * 7 }}"
RULES: Json = {
    "name": "Nightly <backup>",
    "cron_expression": "30 2 * * MON-fri",
    "timezone": "Europe/Berlin",
    "grace_seconds": 90,
    "down_after_seconds": 0,
    "max_runtime_seconds": 7200,
    "failure_tolerance": 2,
    "recovery_threshold": 3,
    "description": "\n To the other\n\thouse \n",
    "tags": ['a, "b"', HOSTILE[:49], "c"],
}
JOBS: list[Json] = [
    RULES,
    {"name": HOSTILE, "description": HOSTILE, "expected_interval_seconds": 90_061},
    {"name": "Plain", "description": " ", "grace_seconds": 0},
]


@pytest.fixture
def path(world: World) -> str:
    return f"/w/{world.workspace_id}/jobs"


async def edits(world: World) -> list[Json]:
    answer = await world.api("GET", "/audit-log?action=job.updated")
    found: list[Json] = answer.json()["data"]["entries"]
    return found


def shown_wrong(page: Page) -> list[str]:
    return [
        each.attributes["name"]
        for each in page.elements
        if each.attributes.get("aria-invalid") == "true"
    ]


async def test_a_form_sent_back_untouched_changes_nothing(
    world: World, member: httpx.AsyncClient, path: str
) -> None:
    for wishes in JOBS:
        job = await world.make_job(**wishes)
        page = Page((await member.get(f"{path}/{job['id']}/edit")).text)
        assert page.slips == []
        assert "script" not in page.texts
        world.clock.turn(60)
        sent = await member.post(f"{path}/{job['id']}/edit", data=page.filled_in())
        assert sent.headers["Location"] == f"{path}/{job['id']}"
        assert await world.get_job(job) == job
    assert await edits(world) == []


async def test_a_copy_has_all_rules_of_the_first(
    world: World, member: httpx.AsyncClient, path: str
) -> None:
    job = await world.make_job(**RULES)
    form = Page((await member.get(f"{path}/new", params={"copy": job["id"]})).text).filled_in()
    made = await member.post(f"{path}/new", data=form)
    copy = await world.get_job({"id": made.headers["Location"].rpartition("/")[2]})
    told = {name: copy[name] for name in RULES}
    assert told == {
        **RULES,
        "name": "Copy of Nightly <backup>",
        "description": "To the other\n\thouse",
    }
    odd = {"copy": f"0{job['id']}"}
    assert (await member.get(f"{path}/new", params=odd)).status_code == 404
    elsewhere = World(world.db)
    await elsewhere.settle_in("Elsewhere")
    there = f"/w/{elsewhere.workspace_id}/jobs/new"
    owner = await signed_in(elsewhere, Role.OWNER)
    for wanted in (job["id"], "x", "-1", "9" * 30, ""):
        assert (await owner.get(there, params={"copy": wanted})).status_code == 404


async def test_a_form_that_is_sent_twice_makes_one_job(
    world: World, member: httpx.AsyncClient, path: str
) -> None:
    form = {**Page((await member.get(f"{path}/new")).text).filled_in(), "name": "Once"}
    first, second = [await member.post(f"{path}/new", data=form) for _ in range(2)]
    assert first.headers["Location"] == second.headers["Location"]
    other = await member.post(f"{path}/new", data={**form, "name": "Another"})
    assert other.headers["Location"] != first.headers["Location"]
    assert (await world.api("GET", "/jobs")).json()["data"]["pagination"]["total"] == 2


async def test_an_edit_changes_what_was_changed_and_tells_the_audit_log(
    world: World, member: httpx.AsyncClient, path: str
) -> None:
    job = await world.make_job(**RULES)
    edit = f"{path}/{job['id']}/edit"
    form = Page((await member.get(edit)).text).filled_in()
    changed = {"schedule": "interval", "every": "2", "every_unit": "hours", "max_runtime": ""}
    assert (await member.post(edit, data={**form, **changed})).status_code == 303
    now = await world.get_job(job)
    told: Json = {
        "expected_interval_seconds": 7200,
        "cron_expression": None,
        "max_runtime_seconds": None,
    }
    assert {name: now[name] for name in {**RULES, **told}} == {**RULES, **told}
    [entry] = await edits(world)
    assert {each["field"] for each in entry["changes"]} == set(told)


async def test_an_edit_that_was_forestalled_shows_both_and_loses_nothing(
    world: World, member: httpx.AsyncClient, path: str
) -> None:
    job = await world.make_job(**RULES)
    edit = f"{path}/{job['id']}/edit"
    form = Page((await member.get(edit)).text).filled_in()
    others: dict[str, Any] = {"grace_seconds": 600, "tags": ["c"]}
    await world.api("PATCH", f"/jobs/{job['id']}", others)
    mine = {**form, "grace": "7", "grace_unit": "minutes", "name": "Mine"}

    answer = await member.post(edit, data=mine)
    page = Page(answer.text)
    assert answer.status_code == 409
    assert (await world.get_job(job))["name"] == RULES["name"]
    news = " ".join(page.texts["li"])
    assert "Grace: “90 seconds” became “10 minutes”; you typed “7 minutes”" in news
    assert "became “c”." in news
    again = page.filled_in()
    kept = {name: again[name] for name in ("name", "grace", "tags", "description")}
    assert kept == {**{name: mine[name] for name in kept}, "tags": "c"}

    assert (await member.post(edit, data=again)).status_code == 303
    now = await world.get_job(job)
    assert (now["name"], now["grace_seconds"], now["tags"]) == ("Mine", 420, ["c"])
    for odd in ("", "[", "[1]", "[" * 9000, '{"grace": 1}'):
        answer = await member.post(edit, data={**again, "shown": odd, "name": "Odd"})
        assert answer.status_code == 409
        assert Page(answer.text).filled_in()["name"] == "Odd"


async def test_a_preview_needs_no_scripts_and_saves_nothing(
    world: World, member: httpx.AsyncClient, path: str
) -> None:
    job = await world.make_job()
    for at in (f"{path}/new", f"{path}/{job['id']}/edit"):
        form = Page((await member.get(at)).text).filled_in()
        typed = {**form, "name": "", "schedule": "cron", "cron": "@hourly", "preview": "yes"}
        answer = await member.post(at, data=typed)
        page = Page(answer.text)
        assert answer.status_code == 200
        assert page.filled_in().items() >= (typed.items() - {("preview", "yes")})
        assert "At the start of every hour, UTC." in page.texts["p"]
        assert shown_wrong(page) == ["name"]
    assert (await world.api("GET", "/jobs")).json()["data"]["pagination"]["total"] == 1
    assert await world.get_job(job) == job


async def test_what_a_form_means_is_told_while_it_is_typed_at_no_cost(
    world: World, member: httpx.AsyncClient, path: str
) -> None:
    typed = {"schedule": "cron", "cron": "30 2 * * *", "timezone": "Europe/Berlin", "grace": "x"}
    counts = []
    for zone in ("Asia/Tokyo", "../../etc/passwd", "x" * 5000):
        async with noting_queries(world.db) as noted:
            answer = await member.post(f"{path}/outlook", data={**typed, "reader_zone": zone})
        assert answer.status_code == 200
        counts.append(len(noted))
        page = Page(answer.text)
        assert page.slips == []
        assert "Every day at 02:30, Europe/Berlin." in page.texts["p"]
        wrong = [each.attributes.get("data-mistake") for each in page.all("li")]
        assert {each for each in wrong if each} == {"name", "grace"}
        assert ("for you Tue 2026-03-03 10:30 JST" in page.texts["small"]) == (zone[0] == "A")
    async with noting_queries(world.db) as noted:
        await member.get(f"{path}/new")
    assert counts == [len(noted)] * 3, "nothing is asked but who it is"


async def test_all_mistakes_are_summed_up_with_ways_to_their_fields(
    world: World, member: httpx.AsyncClient, path: str
) -> None:
    wrong = {"name": " ", "every": "0", "grace": "31", "grace_unit": "days", "max_runtime": "0"}
    answer = await member.post(f"{path}/new", data=wrong)
    page = Page(answer.text)
    assert answer.status_code == 422
    assert shown_wrong(page) == ["name", "every", "grace", "max_runtime"]
    [summary] = page.all("div", role="alert", tabindex="-1")
    assert "autofocus" in summary.attributes
    assert not [each for each in page.all("input") if "autofocus" in each.attributes]
    for field in ("name", "every", "grace", "max_runtime"):
        assert page.all("a", href=f"#{field}")
        assert f"{field}-error" in page.ids
    assert "open" in page.all("details", **{"class": "more"})[0].attributes
    assert len(answer.content) < 50_000
