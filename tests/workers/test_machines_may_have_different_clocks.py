"""Machines whose clocks differ share one pulse, by the clock of the database's server."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from cronbeats.app import App
from cronbeats.clock import system_clock
from cronbeats.domain.page import PageRequest
from cronbeats.settings import Settings
from cronbeats.storage.blind_windows import browse
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.dialect import server_time
from cronbeats.storage.schema import pulse
from cronbeats.workers.lookout import Lookout
from tests.ops.test_health import ask
from tests.support.turnable_clock import START, TurnableClock

A_MINUTE = 60.0
AN_HOUR = 3600.0


class Machines:
    """Machines on one database, each with a clock of its own; time passes for all of them."""

    def __init__(self, db: Database, *ahead: float) -> None:
        self.db = db
        self.server_clock = TurnableClock()
        self.clocks = [TurnableClock(START + timedelta(seconds=each)) for each in ahead]
        self.lookouts = [Lookout(db, clock, self._read_server_time) for clock in self.clocks]

    async def _read_server_time(self, _tx: Transaction) -> datetime:
        return self.server_clock()

    def pass_time(self, seconds: float) -> None:
        for clock in (self.server_clock, *self.clocks):
            clock.turn(seconds)

    async def beat(self, *which: int) -> None:
        for number in which:
            await self.lookouts[number].step()

    async def live(self, seconds: int, *which: int) -> None:
        for _ in range(0, seconds, 5):
            self.pass_time(5)
            await self.beat(*which)

    async def windows(self) -> list[tuple[str, float, float]]:
        """Every window, oldest first: why, and from when to when since the beginning."""
        async with self.db.read() as tx:
            found, _ = await browse(tx, PageRequest(1, 100))
        return [
            (str(each.reason), _seconds(each.started_at), _seconds(each.ended_at))
            for each in found[::-1]
        ]


def _seconds(moment: datetime) -> float:
    return (moment - START).total_seconds()


@pytest.mark.parametrize("ahead", [(0, A_MINUTE), (-A_MINUTE, 0), (-AN_HOUR, AN_HOUR)])
async def test_machines_whose_clocks_differ_are_not_blind(
    db: Database, ahead: tuple[float, float]
) -> None:
    machines = Machines(db, *ahead)
    await machines.beat(0, 1)
    await machines.live(100, 0, 1)
    await machines.live(100, 1, 0)
    assert await machines.windows() == []


async def test_a_machine_that_comes_later_with_another_clock_is_not_blind(db: Database) -> None:
    machines = Machines(db, 0, A_MINUTE, -A_MINUTE)
    await machines.live(100, 0)
    await machines.live(100, 0, 1)
    await machines.live(100, 0, 1, 2)
    assert await machines.windows() == []


async def test_when_all_were_away_one_of_them_keeps_one_window_by_its_own_clock(
    db: Database,
) -> None:
    machines = Machines(db, 0, A_MINUTE)
    await machines.live(10, 0, 1)
    machines.pass_time(600)
    await machines.live(10, 0, 1)
    assert await machines.windows() == [("silence", 10, 615)]


async def test_the_other_learns_of_the_window_at_its_next_beat(db: Database) -> None:
    machines = Machines(db, 0, 0)
    await machines.live(10, 0, 1)
    machines.pass_time(600)
    await machines.beat(0, 1)
    assert all([await each.windows() for each in machines.lookouts])


async def test_one_that_was_away_alone_is_not_blind(db: Database) -> None:
    machines = Machines(db, 0, A_MINUTE)
    await machines.live(10, 0, 1)
    await machines.live(100, 0)
    await machines.live(10, 1)
    assert await machines.windows() == []


async def test_blindness_begins_when_the_last_of_them_went_away(db: Database) -> None:
    machines = Machines(db, 0, 0)
    await machines.live(10, 0, 1)
    await machines.live(50, 0)
    machines.pass_time(100)
    await machines.beat(1)
    assert await machines.windows() == [("silence", 60, 160)]


@pytest.mark.parametrize("leap", [AN_HOUR, -AN_HOUR])
async def test_a_leap_of_the_servers_clock_alone_is_no_blindness(db: Database, leap: float) -> None:
    machines = Machines(db, 0)
    await machines.live(10, 0)
    machines.server_clock.turn(leap)
    await machines.live(100, 0)
    assert await machines.windows() == []


async def test_what_a_machines_clock_leaps_over_was_not_heard(db: Database) -> None:
    machines = Machines(db, 0)
    await machines.live(10, 0)
    machines.clocks[0].turn(AN_HOUR)
    await machines.live(100, 0)
    assert await machines.windows() == [("silence", 10, 15 + AN_HOUR)]


async def test_a_machines_clock_that_is_set_back_is_noticed(db: Database) -> None:
    machines = Machines(db, AN_HOUR)
    await machines.live(10, 0)
    machines.clocks[0].turn(-AN_HOUR)
    await machines.live(100, 0)
    assert await machines.windows() == [("clock_set_back", 15, 10 + AN_HOUR)]


async def test_all_clocks_set_back_while_nobody_ran_are_noticed(db: Database) -> None:
    before, after = Machines(db, 0), Machines(db, 0)
    await before.live(100, 0)
    await after.live(10, 0)
    assert await after.windows() == [("clock_set_back", 5, 100)]


async def test_many_machines_leave_one_row(db: Database) -> None:
    for _ in range(5):
        await Machines(db, 0, A_MINUTE).live(10, 0, 1)
    async with db.read() as tx:
        assert await tx.scalar(select(func.count()).select_from(pulse)) == 1


async def test_a_clock_that_is_off_is_logged_once_and_again_when_it_is_right(db: Database) -> None:
    machines = Machines(db, 0, -2 * A_MINUTE)
    with capture_logs() as log:
        await machines.live(100, 0, 1)
    [told] = log
    assert (told["event"], told["reason"]) == ("clock_is_off", machines.lookouts[1].clock_warning())
    machines.clocks[1].turn(2 * A_MINUTE)
    with capture_logs() as log:
        await machines.live(100, 0, 1)
    assert [entry["event"] for entry in log] == ["blind_window", "clock_is_right_again"]


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (30, None),
        (-30, None),
        (31, "31 s ahead of"),
        (-90, "1 m 30 s behind"),
    ],
)
async def test_the_warning_says_how_far_the_clock_is_off_and_what_to_do(
    db: Database, ahead: float, words: str | None
) -> None:
    machines = Machines(db, ahead)
    [lookout] = machines.lookouts
    assert lookout.clock_warning() is None
    await machines.beat(0)
    warning = lookout.clock_warning()
    if words is None:
        assert warning is None
    else:
        assert warning == (
            f"the clock of this machine is {words} that of the database's server: set both by "
            "NTP, or jobs are judged too early or too late and alerts may come twice"
        )


async def test_a_postgresql_server_has_a_clock_and_an_embedded_database_has_none(
    db: Database,
) -> None:
    async with db.read() as tx:
        told = await server_time(tx)
    if db.file is None:
        assert told is not None
        assert abs(told - system_clock()) < timedelta(seconds=30)
    else:
        assert told is None


async def test_a_server_with_a_wrong_clock_is_ready_and_says_so(db: Database) -> None:
    app = App(Settings(), db, TurnableClock(), {})
    async with app.running():
        status, told = await becoming_ready(app)
    assert status == 200
    # The time of the tests is not that of the database's server; an embedded one has no other.
    assert ("warnings" in told) is (db.file is None)


async def becoming_ready(app: App) -> tuple[int, dict[str, object]]:
    for _ in range(500):
        status, told = await ask(lambda send: app({"type": "http", "path": "/readyz"}, never, send))
        if status == 200:
            return status, told
    raise AssertionError("it never becomes ready")


async def never() -> dict[str, object]:
    raise AssertionError("a probe has nothing to say")
