"""Jobs on pages: made, looked at, paused and deleted, without scripts."""

import re

import httpx
import pytest

from cronbeats.domain.access import Role
from tests.support.people import signed_in
from tests.support.world import World
from tests.web.pages import Page

FORM = {
    "name": "Nightly backup",
    "schedule": "interval",
    "every": "2",
    "every_unit": "hours",
    "cron": "",
    "timezone": "Europe/Berlin",
    "grace": "10",
    "grace_unit": "minutes",
    "description": "To the other house",
}
HOSTILE = "</title><script>alert(1)</script><b x=\"'{{ 7 * 7 }}"


@pytest.fixture
def path(world: World) -> str:
    return f"/w/{world.workspace_id}/jobs"


async def test_a_job_is_made_from_a_form(
    world: World, member: httpx.AsyncClient, path: str
) -> None:
    assert "No jobs yet" in (await member.get(path)).text
    made = await member.post(f"{path}/new", data=FORM)
    assert re.fullmatch(rf"{path}/\d+", made.headers["Location"])
    [job] = (await world.api("GET", "/jobs")).json()["data"]["jobs"]
    told = ("name", "expected_interval_seconds", "cron_expression", "timezone", "grace_seconds")
    assert [job[each] for each in told] == ["Nightly backup", 7200, None, "Europe/Berlin", 600]
    assert job["description"] == "To the other house"
    page = await member.get(made.headers["Location"])
    assert "“Nightly backup” was made." in page.text
    assert job["ping_url"] in page.text
    assert Page(page.text).slips == []


async def test_a_job_at_set_times_has_its_line_for_a_crontab(
    world: World, member: httpx.AsyncClient, path: str
) -> None:
    form = {**FORM, "schedule": "cron", "cron": " 30 2  * * 1-5 ", "every": "nonsense"}
    made = await member.post(f"{path}/new", data=form)
    [job] = (await world.api("GET", "/jobs")).json()["data"]["jobs"]
    assert (job["cron_expression"], job["expected_interval_seconds"]) == ("30 2 * * 1-5", None)
    page = (await member.get(made.headers["Location"])).text
    curl = "curl -fsS -m 10 --retry 5 --retry-connrefused -o /dev/null"
    assert f"30 2 * * 1-5 /path/to/job; {curl} {job['ping_url']}/$?" in page
    assert "every weekday at 02:30, Europe/Berlin" in page


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 201}),
        ("name", {"name": "two\nlines"}),
        ("every", {"every": "0"}),
        ("every", {"every": "1.5"}),
        ("every", {"every": "٣"}),
        ("every", {"every": "9" * 500}),
        ("every", {"every": "366", "every_unit": "days"}),
        ("every", {"every_unit": "moons"}),
        ("cron", {"schedule": "cron", "cron": ""}),
        ("cron", {"schedule": "cron", "cron": "* * * *"}),
        ("cron", {"schedule": "cron", "cron": "0 0 30 2 *"}),
        ("cron", {"schedule": "cron", "cron": "1," * 150 + "1 * * * *"}),
        ("timezone", {"timezone": "Mars/Base"}),
        ("timezone", {"timezone": "../../etc/passwd"}),
        ("grace", {"grace": "-1"}),
        ("grace", {"grace": "31", "grace_unit": "days"}),
        ("description", {"description": "x" * 256}),
        ("description", {"description": "\x07"}),
    ],
)
async def test_what_cannot_be_is_told_beside_its_field(
    world: World, member: httpx.AsyncClient, path: str, field: str, changed: dict[str, str]
) -> None:
    answer = await member.post(f"{path}/new", data={**FORM, **changed})
    page = Page(answer.text)
    assert answer.status_code == 422
    wrong = [each for each in page.elements if each.attributes.get("aria-invalid") == "true"]
    assert [each.attributes["name"] for each in wrong] == [field]
    assert f"{field}-error" in wrong[0].attributes["aria-describedby"].split()
    assert f"{field}-error" in page.ids
    assert (await world.api("GET", "/jobs")).json()["data"]["pagination"]["total"] == 0


async def test_the_page_says_why_a_job_has_its_status(
    world: World, member: httpx.AsyncClient, path: str
) -> None:
    job = await world.make_job()
    page = f"{path}/{job['id']}"
    assert "Waiting for the first ping" in (await member.get(page)).text
    await world.ping(job)
    assert "Waiting for the first ping" not in (await member.get(page)).text
    await world.pass_time(200)
    explained = (await world.api("GET", f"/jobs/{job['id']}/explain")).json()["data"]
    told = Page((await member.get(page)).text)
    assert explained["status"] == "down"
    assert explained["sentence"] in told.texts["p"]
    assert {step["text"] for step in explained["steps"]} <= set(told.texts["li"])
    assert told.all("span", **{"class": "state down"})
    assert Page((await member.get(path)).text).all("span", **{"class": "state down"})


async def test_a_job_is_paused_resumed_and_deleted(
    world: World, member: httpx.AsyncClient, path: str
) -> None:
    job = await world.make_job()
    page = f"{path}/{job['id']}"
    assert (await member.post(f"{page}/pause")).headers["Location"] == page
    assert (await world.get_job(job))["status"] == "disabled"
    assert "is paused." in (await member.get(page)).text
    assert (await member.post(f"{page}/resume")).headers["Location"] == page
    assert (await world.get_job(job))["status"] == "pending"
    assert "This cannot be undone" in (await member.get(f"{page}/delete")).text
    assert (await world.get_job(job))["status"] == "pending"
    deleted = await member.post(f"{page}/delete", data={"name": "Backup"})
    assert deleted.headers["Location"] == path
    assert (await member.get(page)).status_code == 404


async def test_names_are_never_markup(world: World, member: httpx.AsyncClient, path: str) -> None:
    job = await world.make_job(name=HOSTILE, description=HOSTILE)
    for page in (path, f"{path}/{job['id']}", f"{path}/{job['id']}/delete"):
        told = Page((await member.get(page)).text)
        assert told.slips == []
        assert "script" not in told.texts
        assert told.all("b", x="\"'{{") == []
    answer = await member.post(f"{path}/new", data=dict.fromkeys(FORM, HOSTILE))
    assert "script" not in Page(answer.text).texts
    assert Page(answer.text).all("input", name="name", value=HOSTILE)


async def test_a_job_of_another_workspace_is_not_there(
    world: World, member: httpx.AsyncClient
) -> None:
    job, elsewhere = await world.make_job(), World(world.db)
    await elsewhere.settle_in("Elsewhere")
    owner = await signed_in(elsewhere, Role.OWNER)
    page = f"/w/{elsewhere.workspace_id}/jobs/{job['id']}"
    for method, beneath in (
        ("GET", ""),
        ("POST", "/pause"),
        ("GET", "/delete"),
        ("POST", "/delete"),
    ):
        assert (await owner.request(method, page + beneath)).status_code == 404
    assert (await owner.get(f"/jobs/{job['id']}")).status_code == 404
    assert (await world.get_job(job))["status"] == "pending"


async def test_what_an_alert_links_to_leads_to_the_job(
    world: World, member: httpx.AsyncClient
) -> None:
    job = await world.make_job()
    leads = (await member.get(f"/jobs/{job['id']}")).headers["Location"]
    assert leads == f"/w/{world.workspace_id}/jobs/{job['id']}"
    assert (await member.get("/jobs")).headers["Location"] == f"/w/{world.workspace_id}/jobs"
    assert (await member.get("/jobs/999999")).status_code == 404


async def test_many_jobs_come_in_pages(world: World, member: httpx.AsyncClient, path: str) -> None:
    for number in range(51):
        await world.make_job(name=f"Job {number}")
    first, second = [Page((await member.get(f"{path}?page={each}")).text) for each in (1, 2)]
    assert [len(page.all("div", **{"class": "what"})) for page in (first, second)] == [50, 1]
    assert first.all("a", href=f"{path}?page=2")
    assert second.all("a", href=f"{path}?page=1")
    for page in ("0", "-1", "x", "9" * 30):
        assert (await member.get(path, params={"page": page})).status_code == 404


async def test_who_may_only_read_is_offered_nothing_else(world: World, path: str) -> None:
    viewer, job = await signed_in(world, Role.VIEWER), await world.make_job()
    for page in (path, f"{path}/{job['id']}"):
        told = Page((await viewer.get(page)).text)
        posted = told.all("form", method="post")
        assert {each.attributes["action"] for each in posted} == {"/sign-out"}
        assert told.all("input", name=f"job-{job['id']}") == []
        assert told.all("a", href=f"{path}/new") == []
