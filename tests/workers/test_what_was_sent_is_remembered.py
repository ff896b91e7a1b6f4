"""An alert that was sent while the database was away is not sent again when it is back."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from sqlalchemy import Dialect

from cronbeats.domain.alert import Alert
from cronbeats.domain.delivery import Delivered, Delivery
from cronbeats.domain.errors import UnavailableError
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.drivers import Result, Script
from cronbeats.workers.courier import Courier
from tests.support.databases import CIPHER
from tests.support.outbox import endings, fail_a_job
from tests.support.recording_sender import RecordingSender
from tests.support.world import World


async def test_an_alert_is_settled_as_soon_as_the_database_is_back(
    world: World, database_url: str
) -> None:
    db = DatabaseThatGoesAway(database_url, cipher=CIPHER)
    sender = SenderThatOutlivesTheDatabase(db)
    await world.ping(await world.make_job(), "/end/fail")
    courier = Courier(db, world.clock, {sender.kind: sender}, lambda: 0.0, lambda: None)
    await courier.step()
    await courier.finish(patience_seconds=10)
    assert db.refusals_left == 0
    world.clock.turn(3_600)
    await world.deliver_all()
    assert (len(sender.delivered), world.sender.told) == (1, [])
    await db.close()


async def test_one_that_cannot_be_noted_lets_no_other_be_sent_again(world: World) -> None:
    for _ in range(3):
        await fail_a_job(world)
    # A number beyond what either database keeps.
    world.sender.answers += [Delivered(200, 5), Delivered(200, 2**70), Delivered(200, 5)]
    courier = Courier(world.db, world.clock, world.senders, lambda: 0.0, lambda: None)
    await courier.step()
    await courier.finish(patience_seconds=10)
    assert sorted(status for _, status in await endings(world)) == ["owed", "sent", "sent"]


class DatabaseThatGoesAway(Database):
    """Refuses as many changes as it is told to."""

    refusals_left = 0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        self._refuse()
        async with super().write() as tx:
            yield tx

    async def run(self, begin: Callable[[Dialect], Script[Result]]) -> Result:
        self._refuse()
        return await super().run(begin)

    def _refuse(self) -> None:
        if self.refusals_left:
            self.refusals_left -= 1
            raise UnavailableError("the database is away")


class SenderThatOutlivesTheDatabase(RecordingSender):
    """Sends; meanwhile the database goes away."""

    def __init__(self, db: DatabaseThatGoesAway) -> None:
        super().__init__()
        self._db = db

    async def send(self, config: Mapping[str, str], alert: Alert) -> Delivery:
        self._db.refusals_left = 1
        return await super().send(config, alert)
