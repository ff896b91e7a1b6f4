"""Sessions: who is signed in, in which browser; of each token only a hash is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Delete, and_, delete, insert, or_, select, update

from cronbeats.domain.hint import Hint, HintKind
from cronbeats.domain.session import (
    MOST_SESSIONS,
    PENDING_LASTS,
    SEEN_IS_NEWS_AFTER,
    SESSION_LASTS,
    Client,
    Session,
)
from cronbeats.domain.token import hash_token, new_token
from cronbeats.storage.database import Transaction, note_hints
from cronbeats.storage.pruning import delete_old
from cronbeats.storage.schema import members, sessions


async def begin(
    tx: Transaction, user_id: int, client: Client, now: datetime, *, is_pending_code: bool = False
) -> str:
    """Store a new session of a person, and return its token, which is known only now.

    Beyond MOST_SESSIONS, the oldest end; those that await a code count by themselves.
    """
    token = new_token()
    values = {
        "user_id": user_id,
        "token_hash": token.hashed,
        "created_at": now,
        "last_seen_at": now,
        "expires_at": now + (PENDING_LASTS if is_pending_code else SESSION_LASTS),
        "address": client.address,
        "user_agent": client.user_agent,
        "is_pending_code": is_pending_code,
    }
    await tx.execute(insert(sessions).values(values))
    alike = (sessions.c.user_id == user_id, sessions.c.is_pending_code.is_(is_pending_code))
    newest_first = sessions.c.last_seen_at.desc(), sessions.c.id.desc()
    beyond = select(sessions.c.id).where(*alike).order_by(*newest_first).offset(MOST_SESSIONS)
    await _end(tx, sessions.c.id.in_(beyond))
    return token.secret


async def find(tx: Transaction, token: str) -> Session | None:
    """Return the session of a token, also one that awaits a code or is over, or None."""
    query = select(sessions).where(sessions.c.token_hash == hash_token(token))
    row = (await tx.execute(query)).first()
    return None if row is None else session_from_row(row)


async def browse(tx: Transaction, user_id: int, now: datetime) -> list[Session]:
    """Return a person's sessions that are neither over nor await a code, the newest first."""
    is_live = and_(
        sessions.c.user_id == user_id,
        sessions.c.expires_at > now,
        sessions.c.is_pending_code.is_(False),
    )
    query = select(sessions).where(is_live).order_by(sessions.c.last_seen_at.desc(), sessions.c.id)
    return [session_from_row(row) for row in await tx.execute(query)]


async def note_seen(tx: Transaction, session_id: int, client: Client, now: datetime) -> None:
    """Remember that a session is seen now, and where, unless that is known to the minute."""
    is_news = or_(
        sessions.c.last_seen_at <= now - SEEN_IS_NEWS_AFTER,
        sessions.c.last_seen_at >= now + SEEN_IS_NEWS_AFTER,
    )
    noting = update(sessions).where(sessions.c.id == session_id, is_news)
    values = {"last_seen_at": now, "address": client.address, "user_agent": client.user_agent}
    await tx.execute(noting.values(values))


async def end(tx: Transaction, token: str) -> bool:
    """End the session of a token; tell whether there was one."""
    return await _end(tx, sessions.c.token_hash == hash_token(token)) > 0


async def end_one(tx: Transaction, user_id: int, session_id: int) -> bool:
    """End one session of a person; tell whether there was one."""
    return await _end(tx, sessions.c.user_id == user_id, sessions.c.id == session_id) > 0


async def end_all(tx: Transaction, user_id: int, but: int | None = None) -> int:
    """End all sessions of a person but one; return how many there were."""
    others = sessions.c.id != but if but is not None else sessions.c.user_id == user_id
    return await _end(tx, sessions.c.user_id == user_id, others)


def prune(before: datetime, limit: int) -> Delete:
    """Return what deletes so many sessions that ended before a moment."""
    ended_at = sessions.c.expires_at
    return delete_old(ended_at <= before, limit, ended_at, skip_locked=True)


async def _end(tx: Transaction, *which: ColumnElement[bool]) -> int:
    """End sessions, and let their open pages hear no more; return how many there were."""
    ended = delete(sessions).where(*which).returning(sessions.c.user_id)
    people = (await tx.scalars(ended)).all()
    if people:
        places = select(members.c.workspace_id).where(members.c.user_id.in_(set(people)))
        kind = HintKind.SESSIONS
        note_hints(tx, [Hint(place, 0, kind) for place in (await tx.scalars(places)).all()])
    return len(people)


def session_from_row(row: Any) -> Session:
    """Return the session that a row holds."""
    return Session(
        id=row.id,
        user_id=row.user_id,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        client=Client(row.address, row.user_agent),
        is_pending_code=bool(row.is_pending_code),
    )
