"""The first start gives a link, behind which one person becomes the owner, once."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from cronbeats.domain.access import Role
from cronbeats.domain.errors import InvalidValueError, LinkGoneError
from cronbeats.domain.one_time_link import FIRST_RUN_LASTS
from cronbeats.services.delete_workspaces import clear_deleted_workspaces, delete_workspace
from cronbeats.services.recognize_visitor import recognize_visitor
from cronbeats.services.run_first import (
    FirstOwner,
    FirstRun,
    check_first_run,
    offer_first_run,
    run_first,
)
from cronbeats.services.set_up import set_up
from cronbeats.storage import workspaces
from cronbeats.storage.database import Database
from cronbeats.storage.schema import one_time_links, users
from cronbeats.storage.schema import workspaces as workspaces_table
from tests.support.people import EMAIL, HASHES, HOME, PASSWORD, knock, person
from tests.support.pruning import in_all, pace
from tests.support.turnable_clock import START

OWNER = FirstOwner(" Home ", " Ada@example.com", PASSWORD)


async def offer(db: Database) -> str:
    token = await offer_first_run(db, START)
    assert token is not None
    return token


async def use(db: Database, token: str, owner: FirstOwner = OWNER) -> FirstRun:
    return await run_first(db, HASHES, token, owner, client=HOME, now=START)


async def is_working(db: Database, token: str, after: timedelta = timedelta()) -> bool:
    try:
        await check_first_run(db, token, START + after)
    except LinkGoneError:
        return False
    return True


async def test_the_link_makes_the_owner_and_the_workspace_and_signs_in(db: Database) -> None:
    made = await use(db, await offer(db))
    assert made.signed_in is not None
    visitor = await recognize_visitor(db, made.signed_in.session, HOME, START)
    assert visitor is not None
    assert (visitor.user.id, visitor.user.email) == (made.user_id, EMAIL)
    async with db.read() as tx:
        assert await workspaces.get_name(tx, made.workspace_id) == "Home"
        role = await workspaces.role_of(tx, made.workspace_id, made.user_id)
    assert role is Role.OWNER
    assert (await knock(db, device=made.signed_in.device)).device == made.signed_in.device


async def test_the_link_works_once_only(db: Database) -> None:
    token = await offer(db)
    assert await is_working(db, token)
    await use(db, token)
    assert not await is_working(db, token)
    with pytest.raises(LinkGoneError):
        await use(db, token, FirstOwner("Mine", "eve@example.com", PASSWORD))
    assert await offer_first_run(db, START) is None


async def test_of_many_who_use_it_at_once_one_becomes_the_owner(db: Database) -> None:
    token = await offer(db)
    owners = [FirstOwner(f"W{n}", f"{n}@example.com", PASSWORD) for n in range(6)]
    done = await asyncio.gather(
        *(use(db, token, owner) for owner in owners), return_exceptions=True
    )
    assert sum(isinstance(each, FirstRun) for each in done) == 1
    assert sum(isinstance(each, LinkGoneError) for each in done) == 5
    async with db.read() as tx:
        for table in (workspaces_table, users):
            assert await tx.scalar(select(func.count()).select_from(table)) == 1


async def test_a_new_start_voids_the_link_of_the_one_before(db: Database) -> None:
    old, new = await offer(db), await offer(db)
    assert not await is_working(db, old)
    assert await is_working(db, new)
    with pytest.raises(LinkGoneError):
        await use(db, old)


async def test_the_link_works_only_while_nothing_is_set_up(db: Database) -> None:
    token = await offer(db)
    await set_up(db, "Home", EMAIL, START)
    assert not await is_working(db, token)
    with pytest.raises(LinkGoneError):
        await use(db, token)
    assert await offer_first_run(db, START) is None


async def test_it_never_opens_again_once_anybody_had_an_account(db: Database) -> None:
    token = await offer(db)
    made = await set_up(db, "Home", EMAIL, START)
    by = person(1)
    await delete_workspace(db, made.workspace_id, "Home", by=by, now=START)
    assert await offer_first_run(db, START) is None
    await in_all(clear_deleted_workspaces(db, pace(), START + timedelta(days=99)))
    assert await offer_first_run(db, START) is None
    assert not await is_working(db, token)
    with pytest.raises(LinkGoneError):
        await use(db, token)


async def test_the_link_ends_by_itself(db: Database) -> None:
    token = await offer(db)
    assert await is_working(db, token, FIRST_RUN_LASTS - timedelta(seconds=1))
    assert not await is_working(db, token, FIRST_RUN_LASTS)


@pytest.mark.parametrize("token", ["", "x", "\0", "ü", "\ud800"])
async def test_no_other_token_works(db: Database, token: str) -> None:
    await offer(db)
    with pytest.raises(LinkGoneError):
        await use(db, token)


async def test_all_that_is_wrong_is_told_at_once_and_the_link_still_works(db: Database) -> None:
    token = await offer(db)
    with pytest.raises(InvalidValueError) as caught:
        await use(db, token, FirstOwner(" ", "nobody", "short"))
    assert set(caught.value.errors) == {"workspace", "email", "password"}
    assert "short" not in str(caught.value)
    await use(db, token)


async def test_neither_token_nor_password_is_kept_or_shown(db: Database) -> None:
    token = await offer(db)
    made = await use(db, token)
    assert made.signed_in is not None
    async with db.read() as tx:
        kept = [(await tx.execute(select(table))).all() for table in (one_time_links, users)]
    for secret in (token, PASSWORD, made.signed_in.session, made.signed_in.device):
        assert secret
        assert secret not in str(kept)
        assert secret not in repr((made, OWNER))
