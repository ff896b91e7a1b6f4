"""A test message is sent now, and what became of it is told."""

from sqlalchemy import select

from cronbeats.domain.alert import AlertKind
from cronbeats.domain.delivery import Delivered, Refused, Unreachable
from cronbeats.services.check_deadlines import next_deadline
from cronbeats.storage.schema import jobs
from tests.api.answers import NOW, data_of, problem_of
from tests.senders.examples import KINDS, config_of
from tests.senders.receiver import Receiver, answering
from tests.support.world import Json, World


async def test_a_message_that_arrived_is_told_with_its_status(world: World) -> None:
    world.sender.answers.append(Delivered(204, duration_ms=85, answer="ok"))
    assert data_of(await world.api("POST", "/integrations/webhook/test")) == {
        "type": "webhook",
        "delivered": True,
        "status_code": 204,
        "duration_ms": 85,
        "answer": "ok",
    }
    [alert] = world.sender.delivered
    assert (alert.kind, alert.workspace_name) == (AlertKind.TEST, "Home")
    assert (alert.job, alert.incident) == (None, None)


async def test_an_integration_that_is_not_set_up_is_told_so(world: World) -> None:
    await world.api("PUT", "/integrations/webhook", {"url": ""})
    body = problem_of(await world.api("POST", "/integrations/webhook/test"), 400, "not_configured")
    assert body["message"] == "The webhook integration is not configured yet"
    assert world.sender.attempts == []


async def test_one_that_was_never_touched_is_told_so_too(telling_world: World) -> None:
    for kind in ("slack", "discord", "telegram"):
        answer = await telling_world.api("POST", f"/integrations/{kind}/test")
        problem_of(answer, 400, "not_configured")


async def test_what_the_other_side_answered_is_told(world: World) -> None:
    refused = Refused("Slack answered 404: no_service", 404, duration_ms=85, answer="no_service")
    world.sender.answers.extend([refused, Unreachable("no answer")])
    body = await try_in_vain(world)
    assert body["message"] == "The test message was not delivered: Slack answered 404: no_service"
    assert body["attempt"] == {
        "started_at": NOW,
        "duration_ms": 85,
        "outcome": "refused",
        "status_code": 404,
        "error": "Slack answered 404: no_service",
        "answer": "no_service",
    }
    body = await try_in_vain(world)
    assert body["message"] == "The test message was not delivered: no answer"
    assert (body["attempt"]["outcome"], body["attempt"]["status_code"]) == ("unreachable", None)


async def test_each_test_is_in_the_delivery_log(world: World) -> None:
    await world.api("POST", "/integrations/webhook/test")
    world.sender.answers.append(Refused("no_service", 404, duration_ms=85, answer="gone"))
    attempt = (await try_in_vain(world))["attempt"]
    failed, sent = data_of(await world.api("GET", "/deliveries"))["deliveries"]
    assert failed == {
        "id": world.sender.attempts[1].id,
        "type": "test",
        "status": "failed",
        "integration": "webhook",
        "job": None,
        "is_drill": False,
        "text": world.sender.attempts[1].text,
        "owed_at": NOW,
        "next_attempt_at": None,
        "settled_at": NOW,
        "status_code": 404,
        "error": "no_service",
        "attempt_count": 1,
        "attempts": [attempt],
    }
    assert (sent["status"], sent["attempts"][0]["outcome"]) == ("sent", "delivered")


async def test_what_a_test_is_about_is_no_job_that_anybody_sees(world: World) -> None:
    await world.api("POST", "/integrations/webhook/test")
    assert data_of(await world.api("GET", "/jobs"))["pagination"]["total"] == 0
    async with world.db.read() as tx:
        hidden = (await tx.execute(select(jobs))).one()
    problem_of(await world.api("GET", f"/jobs/{hidden.id}"), 404, "not_found")
    assert (await world.ping({"job_key": hidden.job_key})).status_code == 404
    assert await next_deadline(world.db) is None


async def test_an_integration_that_is_off_can_be_tried(world: World) -> None:
    await world.api("PUT", "/integrations/webhook", {"is_enabled": False})
    data_of(await world.api("POST", "/integrations/webhook/test"))
    assert world.sender.told == ["test"]


async def test_a_test_message_is_no_alert(world: World) -> None:
    await world.api("POST", "/integrations/webhook/test")
    await world.deliver_all()
    assert world.sender.told == ["test"]
    [seen] = data_of(await world.api("GET", "/integrations"))["integrations"]
    assert seen["last_delivery"] is None


async def test_every_kind_can_be_tried_for_real(telling_world: World, far_side: Receiver) -> None:
    for kind in KINDS:
        await telling_world.api("PUT", f"/integrations/{kind}", config_of(kind, far_side.origin))
        far_side.respond = answering(200, '{"ok": true}')
        tried = data_of(await telling_world.api("POST", f"/integrations/{kind}/test"))
        assert (tried["type"], tried["delivered"], tried["status_code"]) == (kind, True, 200)
        assert isinstance(tried["duration_ms"], int)

        far_side.respond = answering(404, "no_such_hook")
        answer = await telling_world.api("POST", f"/integrations/{kind}/test")
        more = frozenset({"attempt"})
        assert "404" in problem_of(answer, 400, "delivery_failed", more=more)["message"]
    assert len(far_side.received) == 2 * len(KINDS)


async def try_in_vain(world: World) -> Json:
    answer = await world.api("POST", "/integrations/webhook/test")
    return problem_of(answer, 400, "delivery_failed", more=frozenset({"attempt"}))
