"""A test message is sent now, and what became of it is told."""

from cronbeats.domain.alert import AlertKind
from cronbeats.domain.delivery import Delivered, Refused, Unreachable
from tests.api.answers import data_of, problem_of
from tests.senders.examples import KINDS, config_of
from tests.senders.receiver import Receiver, answering
from tests.support.world import World


async def test_a_message_that_arrived_is_told_with_its_status(world: World) -> None:
    world.sender.answers.append(Delivered(204, duration_ms=85))
    assert data_of(await world.api("POST", "/integrations/webhook/test")) == {
        "type": "webhook",
        "delivered": True,
        "status_code": 204,
        "duration_ms": 85,
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
    for answer in (Refused("Slack answered 404: no_service", 404), Unreachable("no answer")):
        world.sender.answers.append(answer)
        body = problem_of(
            await world.api("POST", "/integrations/webhook/test"), 400, "delivery_failed"
        )
        assert body["message"] == f"The test message was not delivered: {answer.error}"


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
        assert "404" in problem_of(answer, 400, "delivery_failed")["message"]
    assert len(far_side.received) == 2 * len(KINDS)
