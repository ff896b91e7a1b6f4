"""What changes in one server process is heard in those that share its database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.hint import Gathered, HintKind, Hints
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.notices import Ear, pack, unpack
from cronbeats.workers.relay import Relay

ONE = {7: Hints({12: HintKind.STATUS}, deliveries={12, 13})}
OTHER = {8: Hints({13: HintKind.JOB})}
ANY = "any"


class Process:
    """One process, and all that it heard."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.heard: list[Gathered | str] = []
        self.moment = 0.0
        self.relay = Relay(db, self._hear, lambda: self._hear(ANY), lambda: self.moment)
        self._news = asyncio.Event()

    def _hear(self, what: Gathered | str) -> None:
        self.heard.append(what)
        self._news.set()

    async def hears(self, wanted: Gathered) -> None:
        """Wait until something is the newest that was heard."""
        async with asyncio.timeout(10):
            while self.heard[-1] != wanted:
                self._news.clear()
                await self._news.wait()


class Pooled(Database):
    """A database behind a pooler: what is said never reaches the connection that listens."""

    def __init__(self, url: str, other_url: str) -> None:
        super().__init__(url)
        self._other = Database(other_url)

    def listening_engine(self) -> AsyncEngine:
        return self._other.listening_engine()


class Deaf(Database):
    """A database behind a pooler that is known as one."""

    async def is_pooled(self) -> bool:
        return True


class Mumbling(Database):
    """A database that refuses as many small writes as it is told to."""

    refusals_left = 0

    @asynccontextmanager
    async def write_lightly(self) -> AsyncIterator[Transaction]:
        if self.refusals_left:
            self.refusals_left -= 1
            raise UnavailableError("the database is away")
        async with super().write_lightly() as tx:
            yield tx


@pytest.fixture
async def two(postgres_database_url: str) -> AsyncIterator[tuple[Process, Process]]:
    processes = Process(Database(postgres_database_url)), Process(Database(postgres_database_url))
    yield processes
    for each in processes:
        await each.relay.close()
        await each.db.close()


async def test_what_was_noted_is_heard_by_the_others(two: tuple[Process, Process]) -> None:
    here, there = two
    await here.relay.step()
    await there.relay.step()
    assert here.heard == there.heard == [ANY], "what was said before is unknown"
    here.relay.note(ONE)
    await here.relay.step()
    await there.hears(ONE)
    assert ONE not in here.heard


async def test_what_could_not_be_told_is_told_with_the_next_notice(
    two: tuple[Process, Process], postgres_database_url: str
) -> None:
    here, there = Process(db := Mumbling(postgres_database_url)), two[1]
    await here.relay.step()
    await there.relay.step()
    here.relay.note(ONE)
    db.refusals_left = 1
    with pytest.raises(UnavailableError):
        await here.relay.step()
    here.relay.note(OTHER)
    await here.relay.step()
    await there.hears({**ONE, **OTHER})
    await here.relay.close()
    await db.close()


async def end_listeners(db: Database) -> None:
    """Let the database's server end every connection that listens."""
    ended = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
    )
    async with db.write() as tx:
        await tx.execute(ended)


async def test_a_lost_connection_is_told_at_once(two: tuple[Process, Process]) -> None:
    is_lost = asyncio.Event()
    async with Ear(two[0].db, lambda _: None, is_lost.set) as ear:
        await end_listeners(two[1].db)
        async with asyncio.timeout(10):
            await is_lost.wait()
        assert ear.is_lost


async def test_who_lost_the_connection_listens_anew(two: tuple[Process, Process]) -> None:
    here, there = two
    await there.relay.step()
    await end_listeners(here.db)
    async with asyncio.timeout(10):
        while there.heard != [ANY, ANY]:
            await there.relay.step()
            await asyncio.sleep(0.01)
    here.relay.note(ONE)
    await here.relay.step()
    await there.hears(ONE)


async def test_who_cannot_hear_looks_again_every_now_and_then(
    migrated_postgres_url: str, empty_postgres_url: str
) -> None:
    process = Process(Pooled(migrated_postgres_url, empty_postgres_url))
    said_by = {}
    for second in range(61):
        process.moment = float(second)
        process.relay.note(ONE)
        await process.relay.step()
        said_by[second] = len(process.heard)
    assert said_by[0] == 1
    assert said_by[6] == 2, "it noticed that nothing comes back"
    assert 5 <= said_by[60] <= 6
    assert set(map(str, process.heard)) == {ANY}
    await process.relay.close()
    await process.db.close()


async def test_who_has_no_way_to_listen_looks_again_and_still_tells_others(
    two: tuple[Process, Process], migrated_postgres_url: str
) -> None:
    _, there = two
    await there.relay.step()
    process = Process(Deaf(migrated_postgres_url))
    with capture_logs() as logs:
        for second in range(61):
            process.moment = float(second)
            process.relay.note(ONE)
            await process.relay.step()
    assert process.heard == [ANY] * 5
    assert [entry["event"] for entry in logs] == ["other_processes_not_heard"]
    await process.relay.close()
    await process.db.close()


@pytest.mark.parametrize("count", [1, 700, 5000])
def test_a_notice_is_never_too_long(count: int) -> None:
    gathered = {each: Hints({10**12 + each: HintKind.STATUS}) for each in range(count)}
    packed = pack("a" * 32, gathered)
    assert len(packed.encode()) < 8000
    sender, told = unpack(packed)
    assert sender == "a" * 32
    if count == 1:
        assert told == gathered
    elif told is not None:
        assert told == dict.fromkeys(gathered, Hints(is_any=True))


@pytest.mark.parametrize("kind", [HintKind.ROLES, HintKind.SESSIONS])
def test_a_notice_tells_of_those_who_may_read_no_more(kind: HintKind) -> None:
    hints = Hints()
    hints.add(0, kind)
    assert unpack(pack("a", {7: hints})) == ("a", {7: hints})


@pytest.mark.parametrize("strange", ["", "x", "[]", '["a"]', '["a", 1]', '["a", {"x": 1}]', "1"])
def test_what_is_not_ours_is_known_as_such(strange: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        unpack(strange)
