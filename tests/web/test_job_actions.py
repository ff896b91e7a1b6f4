"""What people do to a job on its page: ping it by hand, mute it, delete it."""

import httpx
import pytest

from cronbeats.domain.throttle import HAND_PINGS
from cronbeats.services.ping_by_hand import USER_AGENT
from tests.support.audit import entries
from tests.support.world import Json, World
from tests.web.pages import Page

HOUR = 3_600


def path_of(world: World, job: Json) -> str:
    return f"/w/{world.workspace_id}/jobs/{job['id']}"


async def test_a_ping_by_hand_is_a_ping_that_says_who_sent_it(
    world: World, member: httpx.AsyncClient
) -> None:
    job = await world.make_job()
    await world.ping(job)
    await world.pass_time(120)
    assert (await world.get_job(job))["status"] == "down"
    pinged = await member.post(f"{path_of(world, job)}/ping")
    assert pinged.headers["Location"] == path_of(world, job)
    assert "You pinged “Backup”." in (await member.get(path_of(world, job))).text
    assert await world.look_up_status(job) == "healthy"
    newest = (await world.api("GET", f"/jobs/{job['id']}/signals")).json()["data"]["signals"][0]
    assert (newest["type"], newest["user_agent"]) == ("ping", USER_AGENT)
    assert newest["message"].startswith("Pinged by hand by ")
    await world.deliver_all()
    assert world.sender.delivered[-1].kind == "job.recovered"
    last = (await entries(world.db))[-1]
    assert (last.action, last.target.id, last.actor.kind) == ("job.pinged", job["id"], "person")


async def test_pings_by_hand_are_taken_now_and_then_only(
    world: World, member: httpx.AsyncClient
) -> None:
    job = await world.make_job()
    path = f"{path_of(world, job)}/ping"
    for _ in range(HAND_PINGS.burst):
        assert (await member.post(path)).status_code == 303
    refused = await member.post(path)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
    assert "Wait a minute, then do it again" in refused.text
    await world.pass_time(10)
    assert (await member.post(path)).status_code == 303


async def test_a_paused_job_is_not_pinged_by_hand_and_nobody_is_offered_that(
    world: World, member: httpx.AsyncClient
) -> None:
    job = await world.make_job()
    path = path_of(world, job)
    assert Page((await member.get(path)).text).all("form", action=f"{path}/ping")
    await member.post(f"{path}/pause")
    before = await entries(world.db)
    assert Page((await member.get(path)).text).all("form", action=f"{path}/ping") == []
    refused = await member.post(f"{path}/ping")
    assert refused.status_code == 409
    assert "Resume it first" in refused.text
    assert await entries(world.db) == before


@pytest.mark.parametrize(
    ("form", "seconds"),
    [
        ({"span": "3600"}, HOUR),
        ({"span": "28800", "until": "nonsense"}, 8 * HOUR),
        ({"span": "86400"}, 24 * HOUR),
        ({"span": "604800"}, 7 * 24 * HOUR),
        # It is 13:00 in Berlin; on the 29th, clocks are set ahead there.
        ({"span": "until", "until": "2026-03-02T13:30"}, HOUR // 2),
        ({"span": "until", "until": "2026-03-29T13:00"}, 27 * 24 * HOUR - HOUR),
    ],
)
async def test_a_job_is_muted_for_as_long_as_was_chosen_and_unmuted(
    world: World, member: httpx.AsyncClient, form: dict[str, str], seconds: int
) -> None:
    job = await world.make_job(timezone="Europe/Berlin")
    path = path_of(world, job)
    assert (await member.post(f"{path}/mute", data=form)).headers["Location"] == path
    page = Page((await member.get(path)).text)
    assert "Muted" in page.texts["span"]
    until = world.clock.turn(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")
    world.clock.turn(-1)
    assert (await world.get_job(job))["muted_until"] == until
    assert (await member.post(f"{path}/unmute")).headers["Location"] == path
    assert (await world.get_job(job))["muted_until"] is None
    assert "Muted" not in Page((await member.get(path)).text).texts["span"]


@pytest.mark.parametrize(
    ("field", "form"),
    [
        ("span", {}),
        ("span", {"span": "60"}),
        ("until", {"span": "until"}),
        ("until", {"span": "until", "until": "2026-03-02T13:00"}),
        ("until", {"span": "until", "until": "2026-04-02T13:00"}),
        ("until", {"span": "until", "until": "0001-01-01T00:00"}),
        ("until", {"span": "until", "until": "tomorrow"}),
    ],
)
async def test_a_mute_that_cannot_be_is_told_beside_its_field(
    world: World, member: httpx.AsyncClient, field: str, form: dict[str, str]
) -> None:
    job = await world.make_job(timezone="Europe/Berlin")
    answer = await member.post(f"{path_of(world, job)}/mute", data=form)
    assert answer.status_code == 422
    assert f"{field}-error" in Page(answer.text).ids
    assert (await world.get_job(job))["muted_until"] is None


async def test_a_job_is_deleted_only_with_its_name_typed(
    world: World, member: httpx.AsyncClient
) -> None:
    job = await world.make_job(name="Nightly  Café  <b>")
    path = path_of(world, job)
    assert "cannot be undone" in (await member.get(f"{path}/delete")).text
    for wrong in ("", "nightly café <b>", "Nightly"):
        refused = await member.post(f"{path}/delete", data={"name": wrong})
        assert refused.status_code == 422
        [field] = Page(refused.text).all("input", name="name")
        assert field.attributes["aria-invalid"] == "true"
        assert field.attributes["value"] == wrong
    assert (await world.get_job(job))["status"] == "pending"
    # As it reads on the page: spaces in a row look like one, an accent may be typed on its own.
    deleted = await member.post(f"{path}/delete", data={"name": " Nightly Cafe\u0301 <b> "})
    assert deleted.headers["Location"] == f"/w/{world.workspace_id}/jobs"
    assert (await member.get(path)).status_code == 404
