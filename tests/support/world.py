"""A whole CronBeats without sockets: doors, services and database on a clock that tests turn."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from cronbeats.api import openapi
from cronbeats.app import App
from cronbeats.domain.access import PLANS, Plan, Plans, Role
from cronbeats.domain.audit import OPERATOR
from cronbeats.domain.delivery import Delivery
from cronbeats.domain.integration import IntegrationKind
from cronbeats.domain.keys import new_api_key
from cronbeats.domain.rate_limit import RateLimits
from cronbeats.domain.storm import StormRule
from cronbeats.instruments import Instruments
from cronbeats.patience import Patience
from cronbeats.senders.protocol import IdentityProvider, Sender, Senders
from cronbeats.services.check_deadlines import Look, check_deadlines
from cronbeats.services.claim_alerts import claim_alerts
from cronbeats.services.deliver_alerts import (
    LONGEST_SEND_SECONDS,
    Ended,
    Settled,
    send_alert,
    settle_alerts,
)
from cronbeats.services.manage_integrations import save_integration
from cronbeats.services.set_up import set_up
from cronbeats.settings import Settings
from cronbeats.storage import api_keys
from cronbeats.storage.claims import Claimed, Claims
from cronbeats.storage.database import Database
from cronbeats.storage.schema import job_states
from cronbeats.workers.lookout import Lookout
from tests.support.people import HASHES
from tests.support.published import published
from tests.support.recording_sender import RecordingSender
from tests.support.turnable_clock import TurnableClock
from tests.support.wide_awake import WideAwake

Json = dict[str, Any]

# Most tests ask much more in a minute of the clock that stands still than anybody may.
ROOMY_PLANS: Plans = {
    name: Plan(name, plan.has_api, RateLimits(per_minute=1_000_000, per_day=1_000_000))
    for name, plan in PLANS.items()
}


class World:
    """What people, jobs and time do with CronBeats, as verbs."""

    def __init__(
        self,
        db: Database,
        settings: Settings | None = None,
        lookout: Callable[[Database, TurnableClock], Lookout] = WideAwake,
        plans: Plans = ROOMY_PLANS,
        provider: IdentityProvider | None = None,
    ) -> None:
        self.db = db
        self.clock = TurnableClock()
        self.lookout = lookout(db, self.clock)
        self.storms = StormRule()
        self.instruments = Instruments()
        self.sender = RecordingSender()
        self.senders: dict[IntegrationKind, Sender] = {IntegrationKind.WEBHOOK: self.sender}
        self.courier_senders: Senders = self.senders
        self.app = App(
            settings or Settings(ping_rate_per_second=0),
            db,
            self.clock,
            self.senders,
            self.lookout,
            plans=plans,
            hashes=HASHES,
            pause=self.pass_time,
            provider=provider,
            instruments=self.instruments,
        )
        self.published = published(self.senders)
        self.http = self.client_of(self.app)
        self.workspace_id = 0
        self.api_key = ""

    def client_of(self, app: App) -> httpx.AsyncClient:
        """Return a client that compares every answer with what is published."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=True),
            base_url="http://cronbeats.test",
            event_hooks={"response": [self._compare_with_what_is_published]},
        )

    async def settle_in(self, name: str = "Home") -> None:
        """Make a workspace with an owner's key and one integration that is told everything."""
        made = await set_up(self.db, name, "ada@example.com", self.clock())
        self.workspace_id, self.api_key = made.workspace_id, made.api_key
        values = {"url": "https://receiver.test/hook"}
        save = partial(save_integration, self.db, self.sender, self.workspace_id, values)
        await save(is_enabled=True, by=OPERATOR, now=self.clock())

    async def _compare_with_what_is_published(self, answer: httpx.Response) -> None:
        """Fail the test that gets an answer which the OpenAPI document does not promise."""
        path = answer.request.url.path
        if path.startswith("/api/v1/") and path != openapi.PATH:
            await answer.aread()
            self.published.check(answer)

    async def key_with(self, role: Role) -> str:
        """Make an API key with another role."""
        key = new_api_key()
        async with self.db.write() as tx:
            await api_keys.add(
                tx, self.workspace_id, key, name="k", role=role, created_by=1, now=self.clock()
            )
        return key.secret

    async def api(
        self, method: str, path: str, json: Any = None, *, key: str | None = None, **more: Any
    ) -> httpx.Response:
        """Call the Management API."""
        headers = {"X-API-Key": key or self.api_key, **more.pop("headers", {})}
        if json is not None:
            more["json"] = json
        return await self.http.request(method, f"/api/v1{path}", headers=headers, **more)

    async def make_job(self, **wishes: Any) -> Json:
        """Make a job, expected every minute with half a minute's grace unless wished otherwise."""
        values = {"name": "Backup", "expected_interval_seconds": 60, "grace_seconds": 30, **wishes}
        if "cron_expression" in values:
            del values["expected_interval_seconds"]
        answer = await self.api("POST", "/jobs", values)
        assert answer.status_code == 201, answer.text
        job: Json = answer.json()["data"]
        return job

    async def get_job(self, job: Json) -> Json:
        answer = await self.api("GET", f"/jobs/{job['id']}")
        assert answer.status_code == 200, answer.text
        seen: Json = answer.json()["data"]
        return seen

    async def look_up_status(self, job: Json) -> str:
        """Return the status that is stored, whatever the time."""
        async with self.db.read() as tx:
            query = select(job_states.c.status).where(job_states.c.job_id == job["id"])
            status: str = (await tx.execute(query)).scalar_one()
        return status

    async def ping(
        self, job: Json, action: str = "", *, method: str = "POST", **more: Any
    ) -> httpx.Response:
        """Let a job call `/ping/KEY` and whatever `action` adds, as in `/end/fail`."""
        return await self.http.request(method, f"/ping/{job['job_key']}{action}", **more)

    async def look(self) -> Look:
        """Let the clock's worker look once."""
        return await check_deadlines(self.db, self.clock(), await self.lookout.windows())

    async def claims(self, room: int = 100) -> Claims:
        """Claim once; of each integration so many messages."""
        return await claim_alerts(
            self.db, self.courier_senders, self.clock(), room=lambda _: room, storms=self.storms
        )

    async def claim(self, room: int = 100) -> list[Claimed]:
        """Claim what may be sent at this moment."""
        while True:
            claims = await self.claims(room)
            again = claims.look_again_at
            if claims.claimed or again is None or again > self.clock():
                return list(claims.claimed)

    async def settle(self, claimed: Claimed, delivery: Delivery) -> Settled:
        """Settle one message."""
        attempts = [Ended(claimed, self.clock(), delivery)]
        [settled] = await settle_alerts(self.db, attempts, self.clock(), jitter=lambda: 0.0)
        return settled

    async def deliver(self) -> list[Settled]:
        """Let the courier go round once: everything whose time has come is attempted once."""
        return [
            await self.settle(claimed, await self._send(claimed)) for claimed in await self.claim()
        ]

    async def _send(self, claimed: Claimed) -> Delivery:
        return await send_alert(self.courier_senders, claimed, Patience(LONGEST_SEND_SECONDS))

    async def deliver_all(self) -> None:
        """Let the courier go round until there is nothing to do at this moment."""
        while await self.deliver():
            pass

    async def pass_time(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass in steps, with the clock's worker and the courier at work all the time."""
        end = self.clock().timestamp() + seconds
        while (left := end - self.clock().timestamp()) > 0:
            self.clock.turn(min(step, left))
            await self.look()
            await self.deliver_all()


@pytest.fixture
async def sleepy_world(db: Database) -> AsyncIterator[World]:
    """Give a world whose service is blind whenever the clock is turned without it."""
    made = World(db, lookout=Lookout)
    await made.settle_in()
    yield made
    await made.http.aclose()


@pytest.fixture
async def limited_world(db: Database) -> AsyncIterator[World]:
    """Give a world whose rate limits are the published ones."""
    made = World(db, plans=PLANS)
    await made.settle_in()
    yield made
    await made.http.aclose()


@pytest.fixture
async def world(db: Database) -> AsyncIterator[World]:
    """Give a world with a workspace, its owner's key and an integration."""
    made = World(db)
    await made.settle_in()
    yield made
    await made.http.aclose()
