"""Visitors: whom a session belongs to, and where they are members, read in one script."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Dialect, bindparam, select

from cronbeats.domain.account import User
from cronbeats.domain.membership import Membership
from cronbeats.domain.session import Session
from cronbeats.domain.token import hash_token
from cronbeats.storage.database import Database
from cronbeats.storage.drivers import Script
from cronbeats.storage.members import membership_from_row, memberships_query
from cronbeats.storage.questions import Question, question
from cronbeats.storage.schema import sessions, users
from cronbeats.storage.sessions import session_from_row
from cronbeats.storage.users import USER, user_from_row


@dataclass(frozen=True, slots=True)
class FoundVisitor:
    """A session, also one that awaits a code or is over, and whose it is."""

    session: Session
    user: User
    memberships: tuple[Membership, ...]


async def look_up(db: Database, token: str) -> FoundVisitor | None:
    """Return whose session a token opens, None if nobody's. Raises UnavailableError."""
    token_hash = hash_token(token)
    return await db.look(lambda dialect: _look_up(dialect, token_hash))


def _look_up(dialect: Dialect, token_hash: str) -> Script[FoundVisitor | None]:
    use = _questions(dialect)
    for session in (yield from use.session.ask(token_hash=token_hash)):
        for user in (yield from use.user.ask(user_id=session.user_id)):
            places = yield from use.memberships.ask(user_id=session.user_id)
            return FoundVisitor(
                session_from_row(session),
                user_from_row(user),
                tuple(map(membership_from_row, places)),
            )
    return None


@dataclass(frozen=True, slots=True)
class _Questions:
    session: Question
    user: Question
    memberships: Question


@lru_cache
def _questions(dialect: Dialect) -> _Questions:
    is_its = sessions.c.token_hash == bindparam("token_hash")
    return _Questions(
        session=question(dialect, select(sessions).where(is_its)),
        user=question(dialect, select(*USER).where(users.c.id == bindparam("user_id"))),
        memberships=question(dialect, memberships_query(bindparam("user_id"))),
    )
