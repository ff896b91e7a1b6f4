"""What nobody can use any more is deleted, a few rows at a time, and all that lives stays."""

from datetime import timedelta

from sqlalchemy import func, insert, select

from cronbeats.domain.session import DEVICE_IS_KNOWN_FOR, SESSION_LASTS
from cronbeats.services.forget_sign_ins import forget_sign_ins
from cronbeats.services.recognize_visitor import recognize_visitor
from cronbeats.services.recover_accounts import check_reset, make_reset_link
from cronbeats.storage.database import Database
from cronbeats.storage.schema import known_devices, one_time_links, sessions, sign_in_tries
from tests.support.people import EMAIL, HOME, add_person, knock
from tests.support.pruning import in_all, pace
from tests.support.turnable_clock import START

TABLES = (sessions, known_devices, one_time_links, sign_in_tries)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def counts(db: Database) -> list[int]:
    async with db.read() as tx:
        return [await tx.scalar(select(func.count()).select_from(each)) or 0 for each in TABLES]


async def test_each_goes_when_its_time_is_over_and_not_before(db: Database) -> None:
    await add_person(db)
    signed_in, link = await knock(db), await make_reset_link(db, EMAIL, START)
    assert await counts(db) == [1, 1, 1, 3]
    await in_all(forget_sign_ins(db, pace(), START + HOUR - timedelta(seconds=1)))
    assert await counts(db) == [1, 1, 1, 3]
    assert await recognize_visitor(db, signed_in.session, HOME, START)
    assert (await check_reset(db, link, START)).email == EMAIL
    await in_all(forget_sign_ins(db, pace(), START + HOUR))
    assert await counts(db) == [1, 1, 1, 0]
    await in_all(forget_sign_ins(db, pace(), START + SESSION_LASTS + HOUR))
    assert await counts(db) == [0, 1, 1, 0]
    await in_all(forget_sign_ins(db, pace(), START + 31 * DAY))
    assert await counts(db) == [0, 1, 0, 0]
    assert await in_all(forget_sign_ins(db, pace(), START + DEVICE_IS_KNOWN_FOR + HOUR)) == 1
    assert await counts(db) == [0, 0, 0, 0]


async def test_however_many_there_are_all_go(db: Database) -> None:
    rows = [{"subject": f"{n}", "full_at": START} for n in range(1201)]
    async with db.write() as tx:
        await tx.execute(insert(sign_in_tries), rows)
    assert await in_all(forget_sign_ins(db, pace(), START + DAY)) == 1201
    assert await counts(db) == [0, 0, 0, 0]
