"""How the server does is told to Prometheus, and to nobody who does not know the token."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from cronbeats import __version__
from cronbeats.domain.blind_window import BlindWindow
from cronbeats.settings import Settings
from cronbeats.storage import blind_windows
from cronbeats.storage.database import Database
from tests.support.scrape import OPENMETRICS, Scrape, scraped
from tests.support.turnable_clock import START
from tests.support.world import World

TOKEN = "a-made-up-token-of-forty-one-characters-."
BEARER = {"Authorization": f"Bearer {TOKEN}"}
SETTINGS = Settings(ping_rate_per_second=0, metrics_token=TOKEN)


@pytest.fixture
async def measured(db: Database) -> AsyncIterator[World]:
    made = World(db, SETTINGS)
    await made.settle_in()
    yield made
    await made.http.aclose()


async def scrape(world: World, accept: str = "*/*") -> Scrape:
    return scraped(await world.http.get("/metrics", headers={**BEARER, "Accept": accept}))


async def test_without_a_token_in_the_settings_there_is_no_such_page(world: World) -> None:
    nothing = await world.http.get("/nothing-at-all", headers=BEARER)
    answer = await world.http.get("/metrics", headers=BEARER)
    assert (
        (answer.status_code, answer.text)
        == (nothing.status_code, nothing.text)
        == (
            404,
            "Not found\n",
        )
    )


@pytest.mark.parametrize(
    "shown",
    ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", TOKEN, "Bearer é"],
)
async def test_nobody_reads_metrics_without_the_token(tmp_path: Path, shown: str) -> None:
    world = World(Database(f"sqlite:///{tmp_path / 'missing' / 'none.db'}"), SETTINGS)
    answer = await world.http.get("/metrics", headers={b"Authorization": shown.encode()})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="metrics"'
    assert "cronbeats_" not in answer.text


async def test_metrics_are_only_read(measured: World) -> None:
    answer = await measured.http.post("/metrics", headers=BEARER)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    head = await measured.http.head("/metrics", headers=BEARER)
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("accept", ["text/plain", f"{OPENMETRICS};version=1.0.0,text/plain;q=0.5"])
async def test_what_jobs_did_is_counted_in_both_formats(measured: World, accept: str) -> None:
    job = await measured.make_job()
    for action in ("/start", "/end/success", ""):
        assert (await measured.ping(job, action)).status_code == 200
    assert (await measured.ping({"job_key": "nobodys0"})).status_code == 404
    assert (await measured.ping(job, "/dance")).status_code == 404
    assert (await measured.ping(job, "/end/999")).status_code == 400
    told = await scrape(measured, accept)
    pings = "cronbeats_pings_total"
    assert told.value(pings, outcome="accepted") == 3
    assert told.value(pings, outcome="not_found") == 2
    assert told.value(pings, outcome="invalid") == 1
    assert told.value(pings, outcome="unavailable") == 0
    # One at a time: three that were kept, and one for which there was no job.
    assert told.value("cronbeats_ping_batch_size_count") == 4
    assert told.value("cronbeats_ping_batch_size_bucket", le="1.0") == 4
    assert told.value("cronbeats_ping_batch_size_sum") == 4
    assert told.value("cronbeats_ping_commit_seconds_count") == 4
    assert 0 < told.value("cronbeats_ping_commit_seconds_sum") < 40


async def test_what_is_owed_and_overdue_has_an_age(measured: World) -> None:
    ages = ("cronbeats_outbox_oldest_age_seconds", "cronbeats_look_overdue_seconds")
    job = await measured.make_job()
    await measured.ping(job)
    told = await scrape(measured)
    assert [told.value(age) for age in ages] == [0, 0]
    measured.clock.turn(3600)
    overdue = (await scrape(measured)).value("cronbeats_look_overdue_seconds")
    assert 3500 < overdue <= 3600
    while (await measured.look()).looked_at:
        pass
    measured.clock.turn(12.5)
    told = await scrape(measured)
    assert [told.value(age) for age in ages] == [12.5, 0]
    assert told.value("cronbeats_outbox_alerts") == 1


async def test_looks_and_deliveries_are_counted_as_they_end(measured: World) -> None:
    await measured.ping(await measured.make_job())
    measured.clock.turn(3600)
    sent = {"integration": "webhook", "result": "sent"}
    async with measured.app.running():
        told = await scrape(measured)
        for _ in range(500):
            if told.value("cronbeats_deliveries_total", **sent):
                break
            told = await scrape(measured)
    assert told.value("cronbeats_deliveries_total", **sent) == 1
    assert sum(told.values("cronbeats_deliveries_total")) == 1
    assert told.value("cronbeats_outbox_alerts") == 0
    assert told.value("cronbeats_look_lag_seconds_bucket", le="300.0") == 0
    assert told.value("cronbeats_look_lag_seconds_sum") > 3500


async def test_all_time_in_which_nobody_could_hear_is_told(measured: World) -> None:
    assert (await scrape(measured)).value("cronbeats_blind_seconds_total") == 0
    async with measured.db.write() as tx:
        for hours, seconds in ((2, 40.25), (1, 60)):
            began = START - timedelta(hours=hours)
            window = BlindWindow(began, began + timedelta(seconds=seconds))
            await blind_windows.add(tx, window)
    assert (await scrape(measured)).value("cronbeats_blind_seconds_total") == 100.25


async def test_a_database_that_is_away_is_told_and_keeps_back_nothing_else(tmp_path: Path) -> None:
    world = World(Database(f"sqlite:///{tmp_path / 'missing' / 'none.db'}"), SETTINGS)
    assert (await world.ping({"job_key": "abcd1234"})).status_code == 503
    told = await scrape(world)
    assert told.value("cronbeats_database_up") == 0
    assert told.value("cronbeats_pings_total", outcome="unavailable") == 1
    assert told.value("cronbeats_build_info", version=__version__) == 1
    assert told.value("process_resident_memory_bytes", process="1") > 1_000_000
    assert "cronbeats_outbox_alerts" not in told.names()
