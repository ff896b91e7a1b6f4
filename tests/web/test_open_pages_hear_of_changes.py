"""Open pages are told which jobs changed, as long as their readers may read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_network

import pytest

from cronbeats.domain.access import Role
from cronbeats.domain.delivery import Unreachable
from cronbeats.domain.hint import MOST_JOBS, HintKind, Hints
from cronbeats.edge.asgi import Message
from cronbeats.storage import members
from cronbeats.storage.database import Database
from cronbeats.web import events
from cronbeats.web.app import WebDoor
from cronbeats.web.hub import MOST_OF_A_SESSION, Hub, Pace
from cronbeats.web.visit import ProxySignIn, Visitor
from tests.support.databases import CIPHER
from tests.support.people import signed_in
from tests.support.world import Json, World
from tests.web.door import client_of, door_of, visitor
from tests.web.listener import Listener, listening

PATH = "/w/1/events"
QUICK = Pace(gap=0.05, heartbeat=0.05, trust=0)
ANY = {"any": True, "jobs": {}}
NEWS = {1: Hints({12: HintKind.SIGNAL})}


class Door:
    """The door of the streams alone, with one reader."""

    def __init__(self, pace: Pace = QUICK) -> None:
        self.hub = Hub(pace)
        self.sessions: dict[str, Visitor] = {"ada": visitor(Role.VIEWER)}
        self.app: WebDoor = door_of(events.PAGES, self.sessions, hub=self.hub)


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
async def listener(world: World) -> AsyncIterator[Listener]:
    viewer = await signed_in(world, Role.VIEWER)
    page = await viewer.get(f"/w/{world.workspace_id}/jobs")
    position = page.text.partition('data-position="')[2].partition('"')[0]
    path = f"/w/{world.workspace_id}/events?since={position}"
    async with listening(world.app, path, viewer.cookies["cronbeats"]) as made:
        assert await made.status() == 200
        yield made


def said(job: Json, kind: str) -> Json:
    return {"any": False, "jobs": {str(job["id"]): kind}}


async def test_whatever_changes_about_a_job_is_told(world: World, listener: Listener) -> None:
    job = await world.make_job()
    assert await listener.hint() == said(job, "job")
    await world.ping(job)
    assert await listener.hint() == said(job, "status")
    await world.ping(job, "/log")
    assert await listener.hint() == said(job, "signal")
    world.clock.turn(91)
    await world.look()
    assert await listener.hint() == said(job, "status")
    for method, path, body in (
        ("PATCH", "", {"name": "Other"}),
        ("POST", "/mute", {"seconds": 60}),
    ):
        await world.api(method, f"/jobs/{job['id']}{path}", body)
        assert await listener.hint() == said(job, "job")
    await world.api("POST", f"/jobs/{job['id']}/pause")
    assert await listener.hint() == said(job, "status")
    await world.api("DELETE", f"/jobs/{job['id']}")
    assert await listener.hint() == said(job, "job")


async def test_what_becomes_of_messages_is_told(world: World, listener: Listener) -> None:
    job = await world.make_job()
    assert await listener.hint() == said(job, "job")
    about = {"any": False, "jobs": {}, "deliveries": [str(job["id"])]}
    world.sender.answers.append(Unreachable("busy", 503))
    await world.ping(job, "/end/fail")
    assert await listener.hint() == said(job, "status")
    await world.deliver()
    assert await listener.hint() == about, "it is tried again"
    await world.ping(job)
    assert await listener.hint() == said(job, "status")
    world.clock.turn(2)
    await world.deliver()
    assert await listener.hint() == about, "it is superseded"
    await world.api("POST", "/integrations/webhook/test")
    assert len((await listener.hint())["deliveries"]) == 1, "a test is about the drill job"


async def test_what_is_undone_or_elsewhere_is_not_told(world: World, listener: Listener) -> None:
    elsewhere = World(world.db)
    await elsewhere.settle_in("Elsewhere")
    await elsewhere.ping(await elsewhere.make_job())
    refused = await world.api("POST", "/jobs", {"name": "", "expected_interval_seconds": 60})
    assert refused.status_code == 422
    job = await world.make_job()
    assert await listener.hint() == said(job, "job")


async def test_many_changes_at_once_are_few_hints() -> None:
    door = Door(Pace(gap=0.2, heartbeat=10, trust=10))
    async with listening(door.app, f"{PATH}?since={door.hub.position}", "ada") as listener:
        assert (await listener.status(), await listener.text()) == (200, "retry: 3000\n\n")
        for job_id in range(MOST_JOBS):
            door.hub.hear({1: Hints({job_id: HintKind.SIGNAL})})
        first = await listener.hint()
        assert len(first["jobs"]) == MOST_JOBS
        for job_id in range(MOST_JOBS + 1):
            door.hub.hear({1: Hints({job_id: HintKind.SIGNAL})})
        assert await listener.hint() == ANY
        for job_id in range(MOST_JOBS + 1):
            door.hub.hear({1: Hints(deliveries={job_id})})
        assert await listener.hint() == ANY


async def test_whoever_comes_back_is_told_whether_something_was_missed(door: Door) -> None:
    before = door.hub.position
    door.hub.hear(NEWS)
    for position in (before, "another-server-1", "", "nonsense", f"{before}{'9' * 40}"):
        async with listening(door.app, f"{PATH}?since={position}", "ada") as listener:
            assert await listener.status() == 200
            assert await listener.hint() == ANY
    now = {"last-event-id": door.hub.position}
    async with listening(door.app, f"{PATH}?since={before}", "ada", **now) as listener:
        assert await listener.status() == 200
        assert [await listener.text() for _ in range(2)] == ["retry: 3000\n\n", ": still here\n\n"]


async def test_what_changes_while_a_stream_begins_is_told(door: Door) -> None:
    async def may_still_read() -> bool:
        return True

    told: list[bytes] = []
    is_told = asyncio.Event()
    position = door.hub.position
    stream = events.EventStream(door.hub, 1, 5, position=position, may_still_read=may_still_read)

    async def receive() -> Message:
        await is_told.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            door.hub.hear(NEWS)
        told.append(message.get("body", b""))
        if len(told) > 2:
            is_told.set()

    await stream({"type": "http"}, receive, send)
    assert b'"12":"signal"' in b"".join(told)


@pytest.mark.parametrize("loss", ["session", "role"])
async def test_nothing_is_told_to_whoever_may_read_no_more(door: Door, loss: str) -> None:
    async with listening(door.app, f"{PATH}?since={door.hub.position}", "ada") as listener:
        assert await listener.status() == 200
        if loss == "session":
            door.sessions.clear()
        else:
            door.sessions["ada"] = visitor(Role.VIEWER, workspace_id=2)
        door.hub.hear(NEWS)
        assert await listener.hint() is None


async def test_new_roles_are_told_at_once_and_end_the_streams_of_whoever_goes(
    world: World, listener: Listener
) -> None:
    owner = await signed_in(world, Role.OWNER)
    async with world.db.read() as tx:
        people = await members.browse(tx, world.workspace_id)
    [viewer] = [each for each in people if each.role is Role.VIEWER]
    path = f"/w/{world.workspace_id}/members/{viewer.user_id}"
    assert (await owner.post(f"{path}/role", data={"role": "member"})).status_code == 303
    assert await listener.hint() == ANY
    assert (await owner.post(f"{path}/remove")).status_code == 303
    assert await listener.hint() is None


async def test_who_signs_out_hears_no_more_at_once_and_others_notice_nothing(
    world: World, listener: Listener
) -> None:
    other = await signed_in(world, Role.VIEWER)
    position = (await other.get(f"/w/{world.workspace_id}/jobs")).text
    position = position.partition('data-position="')[2].partition('"')[0]
    path = f"/w/{world.workspace_id}/events?since={position}"
    async with listening(world.app, path, other.cookies["cronbeats"]) as others:
        assert await others.status() == 200
        assert (await other.post("/sign-out")).status_code == 303
        assert await others.hint() is None
    job = await world.make_job()
    assert await listener.hint() == said(job, "job")


async def test_whom_a_proxy_names_hears_for_as_long_as_they_may_read() -> None:
    named = {"ada@example.com": visitor(Role.VIEWER)}

    async def recognize(email: str, session: str | None, now: datetime) -> Visitor | None:
        return replace(named[email], session_id=None) if email in named else None

    hub, trusted = Hub(QUICK), (ip_network("192.0.2.0/24"),)
    proxy = ProxySignIn("x-forwarded-email", recognize)
    app = door_of(events.PAGES, hub=hub, proxy=proxy, trusted_proxies=trusted)
    header = {"x-forwarded-email": "ada@example.com"}
    async with AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(listening(app, PATH, "", **header))
            for _ in range(MOST_OF_A_SESSION)
        ]
        assert {await each.status() for each in streams} == {200}
        async with listening(app, PATH, "", **header) as listener:
            assert await listener.status() == 429
        assert await streams[0].hint() == ANY
        named.clear()
        hub.hear(NEWS)
        assert await streams[0].hint() is None


async def test_a_server_that_stops_ends_all_streams_and_begins_none(door: Door) -> None:
    async with listening(door.app, PATH, "ada") as listener:
        assert await listener.status() == 200
        door.hub.close()
        while await listener.text() is not None:
            pass
    async with listening(door.app, PATH, "ada") as listener:
        assert await listener.status() == 429


async def test_a_session_has_few_streams_and_whoever_leaves_makes_room(door: Door) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(MOST_OF_A_SESSION):
            opened = await stack.enter_async_context(listening(door.app, PATH, "ada"))
            assert await opened.status() == 200
        async with listening(door.app, PATH, "ada") as listener:
            assert await listener.status() == 429
    async with listening(door.app, PATH, "ada") as listener:
        assert await listener.status() == 200


async def test_open_streams_hold_no_connection_to_the_database(database_url: str) -> None:
    db = Database(database_url, pool_size=1, cipher=CIPHER)
    world = World(db)
    await world.settle_in()
    viewer = await signed_in(world, Role.VIEWER)
    path = f"/w/{world.workspace_id}/events"
    async with AsyncExitStack() as stack:
        for _ in range(3):
            stream = listening(world.app, path, viewer.cookies["cronbeats"])
            assert await (await stack.enter_async_context(stream)).status() == 200
        await world.make_job()
        await db.check()
    await world.http.aclose()
    await db.close()


async def test_only_event_sources_are_given_a_stream() -> None:
    async with client_of(events.PAGES, {"ada": visitor()}) as http:
        http.cookies.set("cronbeats", "ada", domain="cronbeats.test")
        assert (await http.get(PATH)).status_code == 406
        assert (await http.head(PATH, headers={"Accept": "text/event-stream"})).status_code == 406
