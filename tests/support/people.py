"""People who sign in, at hashing costs that keep no test waiting."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx

from cronbeats.domain import audit
from cronbeats.domain.access import Role
from cronbeats.domain.audit import Actor
from cronbeats.domain.session import Client, SignedIn
from cronbeats.services.sign_in import Knock, sign_in
from cronbeats.storage import members, sessions, users
from cronbeats.storage.database import Database
from cronbeats.storage.password_hashes import HashCosts, PasswordHashes
from tests.support.turnable_clock import START

if TYPE_CHECKING:
    from tests.support.world import World

HASHES = PasswordHashes(HashCosts(passes=1, memory_kib=8, lanes=1))
EMAIL = "ada@example.com"
PASSWORD = "correct horse battery"
HOME = Client("192.0.2.1", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0")
ELSEWHERE = Client("198.51.100.7", "curl/8.14.1")


async def add_person(
    db: Database, email: str = EMAIL, password: str | None = PASSWORD, now: datetime = START
) -> int:
    """Make a person with a password, or without one, and return the id."""
    kept = None if password is None else await HASHES.make(password)
    async with db.write() as tx:
        user_id = await users.add(tx, email, now)
        if kept is not None:
            await users.set_password(tx, user_id, kept)
    return user_id


async def knock(
    db: Database,
    password: str = PASSWORD,
    *,
    email: str = EMAIL,
    client: Client = HOME,
    device: str | None = None,
    session: str | None = None,
    now: datetime = START,
) -> SignedIn:
    """Try to sign in."""
    return await sign_in(db, HASHES, Knock(email, password, client, device, session), now)


def person(user_id: int, email: str = EMAIL, address: str | None = None) -> Actor:
    """Return a person as somebody who does something."""
    return audit.person(user_id, email, address)


async def signed_in(world: World, role: Role | None, workspace_id: int = 0) -> httpx.AsyncClient:
    """Return the browser of somebody who is signed in, with a role in a workspace or in none.

    It sends forms as our own pages do, and follows no redirects.
    """
    now = world.clock()
    user_id = await add_person(world.db, f"{uuid4().hex}@example.com", None, now)
    async with world.db.write() as tx:
        if role is not None:
            await members.add(tx, workspace_id or world.workspace_id, user_id, role, now)
        session = await sessions.begin(tx, user_id, HOME, now)
    http = world.client_of(world.app)
    http.headers.update({"Sec-Fetch-Site": "same-origin", "Accept": "text/html"})
    http.cookies.set("cronbeats", session, domain="cronbeats.test", path="/")
    return http
