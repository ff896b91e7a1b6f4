"""Every published request is answered as it was published: each field, its type, each header."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from cronbeats.app import App
from cronbeats.domain.access import Role
from cronbeats.domain.integration import IntegrationKind
from cronbeats.settings import Settings
from cronbeats.storage.schema import request_counts, workspaces
from tests.api.published import errors, integrations, jobs
from tests.api.published.client import take
from tests.api.published.kinds import (
    COUNT,
    INTEGER,
    MOMENT,
    SENTENCE,
    TEXT,
    Maybe,
    Shape,
    differences,
    like,
)
from tests.api.published.steps import Call, Step, bad
from tests.api.routes import all_routes
from tests.api.test_unforeseen_errors import BrokenSender
from tests.senders.receiver import Receiver, answering
from tests.support.world import World

REQUESTS = {
    "POST /jobs",
    "GET /jobs",
    "GET /jobs/{job_id}",
    "PUT /jobs/{job_id}/update",
    "PATCH /jobs/{job_id}",
    "POST /jobs/{job_id}/delete",
    "DELETE /jobs/{job_id}",
    "POST /jobs/{job_id}/pause",
    "POST /jobs/{job_id}/resume",
    "GET /jobs/{job_id}/signals",
    "GET /jobs/{job_id}/signals/{signal_id}/output",
    "POST /jobs/bulk/pause",
    "POST /jobs/bulk/resume",
    "POST /jobs/bulk/delete",
    "GET /integrations",
    "PUT /integrations/slack",
    "PUT /integrations/discord",
    "PUT /integrations/telegram",
    "PUT /integrations/webhook",
    "POST /integrations/slack/test",
    "POST /integrations/discord/test",
    "POST /integrations/telegram/test",
    "POST /integrations/webhook/test",
    "GET /integrations/alert-rules",
    "PUT /integrations/alert-rules",
}
OF_JOBS = [jobs.LISTING, jobs.CHANGING, jobs.TELLING, jobs.MANY]
OF_INTEGRATIONS = [integrations.CONFIGURING, integrations.TRYING, integrations.RULES]
LIMITS = ("X-RateLimit-Limit-Minute", "X-RateLimit-Limit-Day")


def begin(world: World) -> World:
    """Let it be the moment at which the examples were published."""
    world.clock.now = datetime(2026, 2, 20, 15, 42, tzinfo=UTC)
    return world


async def test_every_published_request_is_among_the_steps(telling_world: World) -> None:
    asked = {
        telling_world.published.route_of(step.method, f"/api/v1{step.path.partition('?')[0]}")
        for steps in [*OF_JOBS, *OF_INTEGRATIONS]
        for step in steps
        if isinstance(step, Call) and step.status < 300
    }
    assert {route.replace("/api/v1", "") for route in asked if route} == REQUESTS
    assert all_routes(telling_world.courier_senders) >= REQUESTS


@pytest.mark.parametrize("steps", OF_JOBS, ids=["list", "change", "tell", "many"])
async def test_jobs_are_as_published(world: World, steps: Sequence[Step]) -> None:
    await take(begin(world), steps)


async def test_integrations_are_as_published(telling_world: World, far_side: Receiver) -> None:
    begin(telling_world)
    far_side.respond = answering(200, '{"ok": true}')
    for steps in OF_INTEGRATIONS:
        await take(telling_world, steps, {"origin": far_side.origin})
    far_side.respond = answering(404, "no_such_hook")
    await take(telling_world, integrations.REFUSED, {"origin": far_side.origin})


async def test_errors_are_as_published(world: World) -> None:
    begin(world)
    kept = {role.value: await world.key_with(role) for role in Role}
    await take(world, jobs.MAKING[:1])
    for steps in (errors.AT_THE_GATE, errors.UNREADABLE, errors.BROKEN_RULES):
        await take(world, steps, kept)
    async with world.db.write() as tx:
        await tx.execute(update(workspaces).values(plan="free"))
    await take(world, errors.PLAN)


async def test_a_bug_is_told_as_published(world: World) -> None:
    senders = {IntegrationKind.WEBHOOK: BrokenSender()}
    app = App(Settings(), world.db, world.clock, senders)
    world.http = httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://cronbeats.test"
    )
    told = bad("internal_error", SENTENCE, request_id=like("[0-9a-f]{32}"))
    with capture_logs():
        await take(begin(world), [Call("POST", "/integrations/webhook/test", 500, told)])


async def test_limits_are_as_published(limited_world: World) -> None:
    world = limited_world
    world.clock.now = datetime(2026, 2, 21, 15, 29, 30, tzinfo=UTC)
    answers = [await world.api("GET", "/jobs") for _ in range(61)]
    fifteenth, last, refused = answers[14], answers[59], answers[60]
    assert [fifteenth.headers[name] for name in LIMITS] == ["60", "20000"]
    assert fifteenth.headers["X-RateLimit-Remaining-Minute"] == "45"
    assert fifteenth.headers["X-RateLimit-Reset-Minute"] == "1771687800"
    assert fifteenth.headers["X-RateLimit-Reset-Day"] == "1771718400"
    assert (last.status_code, last.headers["X-RateLimit-Remaining-Minute"]) == (200, "0")
    told = errors.too_many("per_minute", 60, "2026-02-21 15:30:00")
    assert list(differences(refused.json(), told)) == []
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "30")
    world.clock.turn(30)
    async with world.db.write() as tx:
        await tx.execute(update(request_counts).values(day_count=20_000))
    told = errors.too_many("per_day", 20_000, "2026-02-22 00:00:00")
    await take(world, [Call("GET", "/jobs", 429, told)])


WEBHOOK_BODY = Shape(
    {
        "id": SENTENCE,
        "type": "job.down",
        "timestamp": MOMENT,
        "workspace": {"id": INTEGER, "name": "Home"},
        "job": Shape({"id": INTEGER, "name": "Backup"}),
        "incident": {
            "id": INTEGER,
            "started_at": MOMENT,
            "ended_at": None,
            "reason": "failed",
            "missed_runs": COUNT,
            "last_output": Maybe(TEXT),
        },
        "text": SENTENCE,
    }
)


async def test_a_webhook_is_sent_as_published(telling_world: World, far_side: Receiver) -> None:
    hook = {"url": f"{far_side.origin}/alerts", "secret": "your-secret"}
    await telling_world.api("PUT", "/integrations/webhook", hook)
    job = await telling_world.make_job()
    await telling_world.ping(job, "/end/fail", content=b"No space left")
    await telling_world.deliver_all()
    [sent] = far_side.received
    body = json.loads(sent.body)
    any_job = Shape(WEBHOOK_BODY.fields["job"].fields, ours=frozenset(body["job"]))
    assert list(differences(body, WEBHOOK_BODY.having(job=any_job))) == []
    assert (sent.method, sent.headers["content-type"]) == ("POST", "application/json")
    assert like(r"CronBeats/\d+\.\d+.*").fits(sent.headers["user-agent"])
    signed = hmac.new(b"your-secret", sent.body, hashlib.sha256).hexdigest()
    assert sent.headers["x-webhook-signature"] == f"sha256={signed}"
    assert sent.headers["webhook-id"] == body["id"]
    assert {"webhook-timestamp", "webhook-signature"} <= sent.headers.keys()
