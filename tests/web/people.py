"""A browser without scripts, and the owner of the world's workspace before it."""

import httpx

from cronbeats.storage import users
from tests.support.people import EMAIL, HASHES, PASSWORD
from tests.support.world import World
from tests.web.door import FROM_HERE, HTML


def browser(world: World) -> httpx.AsyncClient:
    """Return a browser that nobody has signed in with."""
    http = world.client_of(world.app)
    http.headers.update({**FROM_HERE, **HTML})
    return http


async def let_ada_sign_in(world: World) -> None:
    """Give the owner of the world's workspace a password."""
    kept = await HASHES.make(PASSWORD)
    async with world.db.write() as tx:
        owner = await users.find(tx, EMAIL)
        assert owner is not None
        await users.set_password(tx, owner.id, kept)


async def sign_in(http: httpx.AsyncClient, **changed: str) -> httpx.Response:
    """Fill in the form of the sign-in as the owner, but for what is changed."""
    return await http.post("/sign-in", data={"email": EMAIL, "password": PASSWORD, **changed})


async def adas_browser(world: World) -> httpx.AsyncClient:
    """Return a browser in which the owner has signed in."""
    http = browser(world)
    assert (await sign_in(http)).status_code == 303
    return http
