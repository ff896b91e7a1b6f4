"""A fire drill: everybody who would be told is told, the way that all alerts go."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import httpx
from sqlalchemy import select

from cronbeats.app import App
from cronbeats.domain.alert import AlertKind
from cronbeats.domain.audit import OPERATOR
from cronbeats.domain.delivery import Delivered, Refused, Unreachable
from cronbeats.domain.integration import IntegrationKind
from cronbeats.domain.job import Status
from cronbeats.services.check_deadlines import next_deadline
from cronbeats.services.manage_integrations import save_integration
from cronbeats.services.run_drill import run_drill
from cronbeats.services.set_up import set_up
from cronbeats.settings import Settings
from cronbeats.storage.schema import alerts, drill_jobs, reminders
from tests.api.answers import data_of, problem_of
from tests.support.recording_sender import RecordingSender
from tests.support.world import Json, World

ARRIVED = {"delivered": True, "delay_ms": 100, "error": None}


async def test_every_integration_that_is_on_is_told_of_down_and_recovery(world: World) -> None:
    slack = await add(world, IntegrationKind.SLACK)
    off = await add(world, IntegrationKind.DISCORD, is_enabled=False)
    told = await drill(world)
    assert told == [
        {"type": "webhook", "down": ARRIVED, "recovered": ARRIVED},
        {"type": "slack", "down": ARRIVED, "recovered": ARRIVED},
    ]
    for sender in (world.sender, slack):
        assert sender.told == ["job.down", "job.recovered"]
    assert off.told == []


async def test_the_messages_say_that_it_is_only_a_drill(world: World) -> None:
    await drill(world)
    down, recovered = world.sender.delivered
    assert (down.is_drill, recovered.is_drill) == (True, True)
    assert down.text == (
        "This is only a drill, all is well: "
        "Fire drill is down: a run failed at 2026-03-02 12:00 UTC."
    )
    assert recovered.text == (
        "This is only a drill, all is well: Fire drill is healthy again: down for 0 s."
    )
    assert down.job is not None
    assert down.incident is not None
    assert (down.kind, down.job.name, down.job.status) == (
        AlertKind.DOWN,
        "Fire drill",
        Status.DOWN,
    )
    assert (
        down.incident.last_output == "This is only a drill: somebody tries whether alerts arrive."
    )


async def test_a_drill_asks_for_no_rules(world: World) -> None:
    rules = {"alert_on_down": False, "alert_on_recovery": False, "reminder_interval_seconds": 60}
    await world.api("PUT", "/integrations/alert-rules", rules)
    await drill(world)
    assert world.sender.told == ["job.down", "job.recovered"]


async def test_nothing_is_left_behind_that_anybody_sees_or_waits_for(world: World) -> None:
    await drill(world)
    assert data_of(await world.api("GET", "/jobs"))["pagination"]["total"] == 0
    assert await next_deadline(world.db) is None
    async with world.db.read() as tx:
        assert (await tx.execute(select(reminders))).all() == []
        job_id = await tx.scalar(select(drill_jobs.c.job_id))
    problem_of(await world.api("GET", f"/jobs/{job_id}"), 404, "not_found")
    await world.pass_time(86_400, step=3_600)
    assert world.sender.told == ["job.down", "job.recovered"]


async def test_a_drill_is_in_the_delivery_log(world: World) -> None:
    await drill(world)
    deliveries = data_of(await world.api("GET", "/deliveries"))["deliveries"]
    assert [(each["type"], each["status"], each["is_drill"]) for each in deliveries] == [
        ("job.recovered", "sent", True),
        ("job.down", "sent", True),
    ]
    assert [len(each["attempts"]) for each in deliveries] == [1, 1]


async def test_what_does_not_arrive_is_told_with_its_reason(world: World) -> None:
    world.sender.answers.append(Refused("Slack answered 404: no_team", 404))
    [told] = await drill(world)
    assert told["down"] == {
        "delivered": False,
        "delay_ms": None,
        "error": "Slack answered 404: no_team",
    }
    assert told["recovered"]["delivered"] is True


async def test_what_arrives_with_a_warning_is_told_with_it(world: World) -> None:
    world.sender.answers.append(Delivered(200, duration_ms=1, warning="One address was refused."))
    [told] = await drill(world)
    assert told["down"] == {**ARRIVED, "error": "One address was refused."}


async def test_who_is_switched_off_meanwhile_hears_of_the_down_only(world: World) -> None:
    async def switch_off(_seconds: float) -> None:
        await world.deliver_all()
        await world.api("PUT", "/integrations/webhook", {"is_enabled": False})

    [heard] = await run_drill(
        world.db,
        world.workspace_id,
        world.clock,
        by=OPERATOR,
        alerts_are_owed=lambda: None,
        pause=switch_off,
    )
    assert heard.down.is_delivered
    assert not heard.recovered.is_delivered
    assert heard.recovered.error == "The integration was switched off meanwhile."


async def test_the_courier_is_woken_for_both_messages(world: World) -> None:
    owed: list[int] = []

    def count_what_is_owed() -> None:
        owed.append(len(world.sender.told))

    await run_drill(
        world.db,
        world.workspace_id,
        world.clock,
        by=OPERATOR,
        alerts_are_owed=count_what_is_owed,
        pause=world.pass_time,
    )
    assert owed == [0, 1]


async def test_drills_of_two_workspaces_do_not_end_one_another(world: World) -> None:
    async def drill_elsewhere(seconds: float) -> None:
        if not elsewhere:
            made = await set_up(world.db, "Elsewhere", "eve@example.com", world.clock())
            elsewhere.append(made.workspace_id)
            values = {"url": "https://elsewhere.test/hook"}
            await save_integration(
                world.db,
                world.sender,
                elsewhere[0],
                values,
                is_enabled=True,
                by=OPERATOR,
                now=world.clock(),
            )
            await begin(elsewhere[0], world.pass_time)
            problem_of(await world.api("POST", "/integrations/drill"), 409, "conflict")
        await world.pass_time(seconds)

    async def begin(workspace_id: int, pause: Callable[[float], Awaitable[None]]) -> None:
        await run_drill(
            world.db,
            workspace_id,
            world.clock,
            by=OPERATOR,
            alerts_are_owed=lambda: None,
            pause=pause,
        )

    elsewhere: list[int] = []
    await begin(world.workspace_id, drill_elsewhere)


async def test_a_retry_counts_for_the_delay(world: World) -> None:
    world.sender.answers.append(Unreachable("no answer"))
    [told] = await drill(world)
    assert told["down"] == {"delivered": True, "delay_ms": 2_100, "error": None}


async def test_it_takes_fifteen_seconds_at_most_and_the_rest_is_called_off(world: World) -> None:
    slack = await add(world, IntegrationKind.SLACK)
    began_at = world.clock()
    slack.answers.extend([Unreachable("no answer")] * 1_000)
    webhook, told = await drill(world)
    assert (world.clock() - began_at).total_seconds() <= 15
    assert told["down"] == {"delivered": False, "delay_ms": None, "error": "no answer"}
    assert told["recovered"]["delivered"] is False
    assert webhook["recovered"]["delivered"] is True
    slack.answers.clear()
    await world.pass_time(3_600, step=60)
    assert slack.told == []


async def test_one_drill_at_a_time(world: World) -> None:
    answers = await ask_together(world, 3)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    [refused, _] = [answer for answer in answers if answer.status_code == 409]
    body = problem_of(refused, 409, "conflict")
    assert body["message"] == "A drill is under way already: try again when it is over"
    assert world.sender.told == ["job.down", "job.recovered"]
    await drill(world)
    assert world.sender.told == ["job.down", "job.recovered"] * 2


async def test_a_drill_whose_server_died_is_over_after_half_a_minute(world: World) -> None:
    world.sender.answers.extend([Unreachable("no answer")] * 1_000)
    async with AsyncExitStack() as stack:
        app = App(Settings(), world.db, world.clock, world.senders, world.lookout, pause=die)
        client = await stack.enter_async_context(world.client_of(app))
        answer = await client.post(
            "/api/v1/integrations/drill", headers={"X-API-Key": world.api_key}
        )
        assert answer.status_code == 500
    problem_of(await world.api("POST", "/integrations/drill"), 409, "conflict")
    world.clock.turn(30)
    world.sender.answers.clear()
    await drill(world)
    assert world.sender.told == ["job.down", "job.recovered"]
    async with world.db.read() as tx:
        statuses = (await tx.scalars(select(alerts.c.status).order_by(alerts.c.id))).all()
    assert statuses == ["failed", "sent", "sent"]


async def test_without_anybody_to_tell_there_is_no_drill(world: World) -> None:
    await world.api("PUT", "/integrations/webhook", {"is_enabled": False})
    for _ in range(2):
        body = problem_of(await world.api("POST", "/integrations/drill"), 400, "not_configured")
        assert body["message"] == "No integration is set up and switched on: nobody is told"
    await world.api("PUT", "/integrations/webhook", {"is_enabled": True})
    await drill(world)


async def test_the_loops_of_a_running_server_do_it_too(world: World) -> None:
    app = App(Settings(), world.db, world.clock, world.senders, world.lookout)
    async with app.running(), world.client_of(app) as client:
        answer = await client.post(
            "/api/v1/integrations/drill", headers={"X-API-Key": world.api_key}
        )
    [told] = data_of(answer)["integrations"]
    assert (told["down"]["delivered"], told["recovered"]["delivered"]) == (True, True)


async def add(world: World, kind: IntegrationKind, *, is_enabled: bool = True) -> RecordingSender:
    """Set another integration up."""
    sender = RecordingSender(kind)
    world.senders[kind] = sender
    values = {"url": "https://elsewhere.test/hook"}
    now = world.clock()
    await save_integration(
        world.db, sender, world.workspace_id, values, is_enabled=is_enabled, by=OPERATOR, now=now
    )
    return sender


async def drill(world: World) -> list[Json]:
    told: list[Json] = data_of(await world.api("POST", "/integrations/drill"))["integrations"]
    return told


async def ask_together(world: World, count: int) -> list[httpx.Response]:
    """Ask for drills at once; the first one goes on only when the others have their answers."""
    answers: list[httpx.Response] = []
    others_are_answered = asyncio.Event()

    async def hold(seconds: float) -> None:
        async with asyncio.timeout(30):
            await others_are_answered.wait()
        await world.pass_time(seconds)

    async def ask(client: httpx.AsyncClient) -> None:
        headers = {"X-API-Key": world.api_key}
        answers.append(await client.post("/api/v1/integrations/drill", headers=headers))
        if len(answers) == count - 1:
            others_are_answered.set()

    async with AsyncExitStack() as stack:
        app = App(Settings(), world.db, world.clock, world.senders, world.lookout, pause=hold)
        client = await stack.enter_async_context(world.client_of(app))
        await asyncio.gather(*(ask(client) for _ in range(count)))
    return answers


async def die(_seconds: float) -> None:
    raise RuntimeError("the server is gone")
