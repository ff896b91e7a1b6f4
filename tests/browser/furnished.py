"""A workspace that people have worked in for a while, for pictures of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cronbeats.storage.database import Database
from cronbeats.storage.migrate import migrate
from tests.support.databases import CIPHER
from tests.support.world import Json, World
from tests.web.people import let_ada_sign_in

_HISTORY = timedelta(days=14)
_TRACE = "Traceback: connection to billing-db refused after 3 tries"


@dataclass(frozen=True)
class Habit:
    """A job, and what it does: a run of `minutes` every `every`, the last one `ago`.

    `tail` is what it told last: actions with the minutes since then.
    """

    wishes: Json
    every: timedelta
    ago: timedelta
    minutes: float
    tail: tuple[tuple[str, float, Json], ...] = ()

    def signals(self, now: datetime) -> Iterator[tuple[datetime, str, Json]]:
        """Give all that it told up to `now`, in its order."""
        run = timedelta(minutes=self.minutes)
        end = now - self.ago
        count = min(90, int(_HISTORY / self.every))
        for number in range(count, -1, -1):
            began = end - run - number * self.every
            yield began, "/start", {}
            yield began + run * (1 + 0.03 * (number % 7)), "/end/success", {"message": "done"}
        for action, minutes, body in self.tail:
            yield now - timedelta(minutes=minutes), action, body


def _habits(now: datetime) -> list[Habit]:
    hour, day = timedelta(hours=1), timedelta(days=1)
    backup = _habit("Nightly backup", "backup postgres", cron_expression="30 2 * * *")
    backup.update(timezone="Europe/Berlin", grace_seconds=900, max_runtime_seconds=7200)
    backup["description"] = "PostgreSQL to the other house"
    since_backup = now - now.replace(hour=1, minute=42, second=0, microsecond=0)
    late = _habit("Price import", "shop", expected_interval_seconds=3600, down_after_seconds=86_400)
    return [
        Habit(backup, day, since_backup % day, 11.5),
        Habit(
            _habit("Invoices", "billing", expected_interval_seconds=3600, grace_seconds=600),
            hour,
            timedelta(minutes=84),
            3.2,
            (("/start", 27, {}), ("/end/fail", 24, {"message": _TRACE})),
        ),
        Habit(late, hour, timedelta(minutes=71), 1.4),
        Habit(
            _habit("Search index", "shop", expected_interval_seconds=3600, grace_seconds=1800),
            hour,
            timedelta(minutes=48),
            9,
            (("/start", 6, {}), ("/progress/64", 1, {"message": "products"})),
        ),
        Habit(
            _habit("Certificate renewal", "ops", expected_interval_seconds=604_800),
            7 * day,
            2 * day,
            1,
        ),
        Habit(
            _habit("Report to the tax office", "billing", cron_expression="0 6 1 * *"),
            30 * day,
            3 * day,
            2,
        ),
    ]


def _habit(name: str, tags: str, **wishes: object) -> Json:
    return {"name": name, "tags": tags.split(), "grace_seconds": 300, **wishes}


async def furnish(url: str, now: datetime) -> str:
    """Furnish the empty database at `url`, as it would be at `now`; return the owner's API key."""
    db = Database(url, cipher=CIPHER)
    await migrate(db)
    world = World(db)
    world.clock.now = now - _HISTORY - timedelta(days=20)
    await world.settle_in("Acme")
    await let_ada_sign_in(world)
    await _live(world, now)
    await world.make_job(**_habit("Staging sync", "ops", expected_interval_seconds=1800))
    paused = await world.make_job(**_habit("Old uploads", "ops", cron_expression="0 4 * * 0"))
    await world.api("POST", f"/jobs/{paused['id']}/pause")
    await world.http.aclose()
    await db.close()
    return world.api_key


async def _live(world: World, now: datetime) -> None:
    """Let all jobs tell what they did, in the order of time."""
    told: list[tuple[datetime, Json, str, Json]] = []
    for habit in _habits(now):
        job = await world.make_job(**habit.wishes)
        told += [(at, job, action, body) for at, action, body in habit.signals(now)]
    for at, job, action, body in sorted(told, key=lambda each: each[0]):
        world.clock.now = at
        await world.look()
        await world.ping(job, action, json=body)
        await world.deliver_all()
    world.clock.now = now
    await world.look()
    await world.deliver_all()
