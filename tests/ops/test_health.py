"""Is the process alive, and is it ready to work?"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cronbeats.ops.health import Health
from cronbeats.storage.database import Database
from tests.support.world import World


@dataclass
class Loop:
    name: str
    idle: float | None

    def seconds_since_turn(self) -> float | None:
        return self.idle


async def ask(probe: Callable[[Any], Awaitable[None]]) -> tuple[int, Any]:
    """Return the status and the body of what a probe is answered."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await probe(send)
    start, body = sent
    headers = dict(start["headers"])
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"content-length"] == str(len(body["body"])).encode()
    return start["status"], json.loads(body["body"])


async def test_a_process_that_answers_is_alive(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'missing' / 'cronbeats.db'}")
    assert await ask(Health(db, [Loop("a", None)]).alive) == (200, {"status": "ok"})
    await db.close()


async def test_a_server_is_ready_when_all_that_it_needs_works(db: Database) -> None:
    health = Health(db, [Loop("a", 0.5), Loop("b", 14.9)])
    expected = {"status": "ok", "checks": {"database": "ok", "loops": "ok"}}
    assert await ask(health.ready) == (200, expected)


async def test_a_loop_that_does_not_turn_is_named(db: Database) -> None:
    health = Health(db, [Loop("a", 0.5), Loop("b", 15.1), Loop("c", None)])
    status, told = await ask(health.ready)
    assert status == 503
    assert told == {
        "status": "not ready",
        "checks": {"database": "ok", "loops": "not turning: b, c"},
    }


async def test_a_clock_that_is_off_is_a_warning_and_keeps_no_ping_away(db: Database) -> None:
    health = Health(db, [Loop("a", 0.5)], lambda: {"clock": "set the clock"})
    status, told = await ask(health.ready)
    assert (status, told["status"]) == (200, "ok")
    assert told["warnings"] == {"clock": "set the clock"}


async def check_empty(url: str) -> None:
    db = Database(url)
    status, told = await ask(Health(db, [Loop("a", 0)]).ready)
    assert (status, told["status"]) == (503, "not ready")
    expected = "the database is not migrated: run cronbeats migrate"
    assert told["checks"] == {"database": expected, "loops": "ok"}
    await db.close()


async def test_an_empty_sqlite_file_is_not_migrated(tmp_path: Path) -> None:
    await check_empty(f"sqlite:///{tmp_path / 'empty.db'}")


async def test_an_empty_postgres_database_is_not_migrated(empty_postgres_url: str) -> None:
    await check_empty(empty_postgres_url)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////nonexistent/directory/cronbeats.db",
        "postgresql://ada:hunter2@127.0.0.1:1/nothing",
    ],
)
async def test_a_database_that_is_away_is_told_without_its_password(url: str) -> None:
    db = Database(url)
    status, told = await ask(Health(db, [Loop("a", 0)]).ready)
    assert status == 503
    assert told["checks"]["database"].startswith("the database cannot be used: ")
    assert "hunter2" not in json.dumps(told)
    await db.close()


async def test_probes_need_no_key_and_loops_that_never_ran_are_told(world: World) -> None:
    alive = await world.http.get("/healthz")
    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    ready = await world.http.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["checks"]["database"] == "ok"
    assert "watch_deadlines" in ready.json()["checks"]["loops"]
    assert "deliver_alerts" in ready.json()["checks"]["loops"]


async def test_a_server_that_runs_becomes_ready(world: World) -> None:
    async with world.app.running():
        for _ in range(500):
            ready = await world.http.get("/readyz")
            if ready.status_code == 200:
                assert ready.json() == {"status": "ok", "checks": {"database": "ok", "loops": "ok"}}
                return
    raise AssertionError("it never becomes ready")


async def test_whoever_asks_for_nothing_in_particular_is_welcomed(world: World) -> None:
    answer = await world.http.get("/")
    assert answer.status_code == 200
    assert answer.text.startswith("CronBeats ")
    for path in ("/nothing", "/healthz/", "/favicon.ico", "/pingx", "/apix"):
        answer = await world.http.get(path)
        assert (answer.status_code, answer.text) == (404, "Not found\n"), path
