"""The delivery log: what was sent to whom, each attempt, and what came of it."""

from typing import Any

from sqlalchemy import delete, event, func, select, update

from cronbeats.domain.access import Role
from cronbeats.domain.audit import OPERATOR
from cronbeats.domain.delivery import Delivered, Refused, Unreachable
from cronbeats.domain.integration import IntegrationKind
from cronbeats.domain.page import PageRequest
from cronbeats.services.browse_deliveries import browse_deliveries
from cronbeats.services.manage_integrations import save_integration
from cronbeats.services.set_up import set_up
from cronbeats.storage.deliveries import Wanted
from cronbeats.storage.delivery_attempts import MOST_KEPT
from cronbeats.storage.schema import alerts, delivery_attempts
from tests.api.answers import data_of, errors_of
from tests.senders.examples import config_of
from tests.senders.receiver import Receiver, answering
from tests.support.recording_sender import RecordingSender
from tests.support.world import Json, World


async def test_a_delivery_is_shown_with_each_of_its_attempts(world: World) -> None:
    job = await fail_a_job(world)
    refused = Unreachable("The webhook answered 503.", 503, duration_ms=120, answer="busy")
    world.sender.answers.extend([refused, Delivered(200, duration_ms=80, answer="ok")])
    await world.deliver()
    world.clock.turn(2)
    await world.deliver()
    [delivery] = await log(world)
    assert delivery == {
        "id": world.sender.delivered[0].id,
        "type": "job.down",
        "status": "sent",
        "integration": "webhook",
        "job": {"id": job["id"], "name": "Backup"},
        "is_drill": False,
        "text": world.sender.delivered[0].text,
        "owed_at": "2026-03-02T12:00:00Z",
        "next_attempt_at": None,
        "settled_at": "2026-03-02T12:00:02Z",
        "status_code": 200,
        "error": None,
        "attempt_count": 2,
        "attempts": [
            {
                "started_at": "2026-03-02T12:00:00Z",
                "duration_ms": 120,
                "outcome": "unreachable",
                "status_code": 503,
                "error": "The webhook answered 503.",
                "answer": "busy",
            },
            {
                "started_at": "2026-03-02T12:00:02Z",
                "duration_ms": 80,
                "outcome": "delivered",
                "status_code": 200,
                "error": None,
                "answer": "ok",
            },
        ],
    }


async def test_one_that_is_owed_tells_when_it_is_tried_next(world: World) -> None:
    await fail_a_job(world)
    [delivery] = await log(world)
    assert (delivery["status"], delivery["attempts"]) == ("owed", [])
    assert delivery["next_attempt_at"] == "2026-03-02T12:00:00Z"
    world.sender.answers.append(Unreachable("no answer", retry_after_seconds=60))
    await world.deliver()
    [delivery] = await log(world)
    assert (delivery["status"], delivery["error"]) == ("owed", "no answer")
    assert delivery["next_attempt_at"] == "2026-03-02T12:01:00Z"


async def test_one_that_was_refused_tells_why(world: World) -> None:
    await fail_a_job(world)
    world.sender.answers.append(Refused("no_service", 404))
    await world.deliver()
    [delivery] = await log(world)
    assert (delivery["status"], delivery["error"], delivery["status_code"]) == (
        "failed",
        "no_service",
        404,
    )
    assert [each["outcome"] for each in delivery["attempts"]] == ["refused"]


async def test_the_newest_come_first_and_in_pages(world: World) -> None:
    for _ in range(3):
        await fail_a_job(world)
    whole = await log(world)
    assert [each["job"]["id"] for each in whole] == [3, 2, 1]
    page = data_of(await world.api("GET", "/deliveries?page=2&per_page=2"))
    assert page == {
        "deliveries": whole[2:],
        "pagination": {"page": 2, "per_page": 2, "total": 3, "total_pages": 2},
    }


async def test_the_log_is_searched_by_job_integration_and_status(world: World) -> None:
    slack = RecordingSender(IntegrationKind.SLACK)
    world.senders[IntegrationKind.SLACK] = slack
    save = {"url": "https://slack.test/x"}
    await save_integration(
        world.db, slack, world.workspace_id, save, is_enabled=True, by=OPERATOR, now=world.clock()
    )
    first = await fail_a_job(world)
    slack.answers.append(Refused("gone", 404))
    await world.deliver()
    second = await fail_a_job(world)
    assert await found(world, f"job_id={first['id']}") == [(1, "slack"), (1, "webhook")]
    assert await found(world, "integration=slack") == [(1, "slack"), (2, "slack")]
    assert await found(world, "status=failed") == [(1, "slack")]
    assert await found(world, "status=sent") == [(1, "webhook")]
    assert await found(world, f"status=owed&job_id={second['id']}&integration=webhook") == [
        (2, "webhook")
    ]
    assert await found(world, "status=superseded") == []


async def test_a_search_for_what_cannot_be_is_told(world: World) -> None:
    path = "/deliveries?job_id=01&integration=pigeon&status=lost"
    assert errors_of(await world.api("GET", path)).keys() == {"job_id", "integration", "status"}


async def test_a_viewer_may_read_and_another_workspace_sees_nothing(world: World) -> None:
    job = await fail_a_job(world)
    await world.deliver()
    viewer = await world.key_with(Role.VIEWER)
    assert len(data_of(await world.api("GET", "/deliveries", key=viewer))["deliveries"]) == 1
    others = await set_up(world.db, "Elsewhere", "eve@example.com", world.clock())
    for path in ("/deliveries", f"/deliveries?job_id={job['id']}"):
        assert data_of(await world.api("GET", path, key=others.api_key))["deliveries"] == []


async def test_a_page_takes_the_same_number_of_queries_however_full(world: World) -> None:
    await fail_a_job(world)
    await world.deliver()
    few = await queries_of_log(world)
    for _ in range(20):
        await fail_a_job(world)
    await world.deliver_all()
    assert await queries_of_log(world) == few


async def test_of_many_attempts_the_newest_are_kept(world: World) -> None:
    await fail_a_job(world)
    for number in range(MOST_KEPT + 5):
        world.sender.answers.append(Unreachable(f"no answer to {number}"))
        await world.deliver()
        world.clock.turn(900)
    [delivery] = await log(world)
    assert delivery["attempt_count"] == MOST_KEPT + 5
    errors = [each["error"] for each in delivery["attempts"]]
    assert errors == [f"no answer to {number}" for number in range(5, MOST_KEPT + 5)]


async def test_attempts_go_when_their_alert_goes(world: World) -> None:
    await fail_a_job(world)
    job = await fail_a_job(world)
    await world.deliver()
    async with world.db.write() as tx:
        await tx.execute(delete(alerts).where(alerts.c.job_id == job["id"]))
    async with world.db.read() as tx:
        assert await tx.scalar(select(func.count()).select_from(alerts)) == 1
        assert await tx.scalar(select(func.count()).select_from(delivery_attempts)) == 1


async def test_what_a_newer_version_wrote_is_shown_as_far_as_it_is_known(world: World) -> None:
    await fail_a_job(world)
    async with world.db.write() as tx:
        await tx.execute(update(alerts).values(event={"colour": "red"}, kind="job.unheard_of"))
    [delivery] = await log(world)
    assert (delivery["type"], delivery["job"], delivery["text"]) == ("job.unheard_of", None, None)


async def test_the_start_of_the_answer_is_kept_without_secrets(
    telling_world: World, far_side: Receiver
) -> None:
    config = {**config_of(IntegrationKind.WEBHOOK, far_side.origin), "secret": "hush-hush"}
    await telling_world.api("PUT", "/integrations/webhook", config)
    far_side.respond = answering(500, "no hush-hush here\n" + "x" * 2_000)
    await fail_a_job(telling_world)
    await telling_world.deliver()
    [attempt] = (await log(telling_world))[0]["attempts"]
    assert attempt["answer"].startswith("no … here xxx")
    assert len(attempt["answer"]) == 500
    assert (attempt["outcome"], attempt["status_code"]) == ("unreachable", 500)


async def test_an_integration_tells_when_it_last_worked_and_last_failed(world: World) -> None:
    assert await newest(world) == (None, None, None)
    await fail_a_job(world)
    await world.deliver()
    assert await newest(world) == ("2026-03-02T12:00:00Z", None, None)
    world.clock.turn(60)
    await fail_a_job(world)
    world.sender.answers.append(Unreachable("no answer"))
    await world.deliver()
    failed_at = "2026-03-02T12:01:00Z"
    assert await newest(world) == ("2026-03-02T12:00:00Z", failed_at, "no answer")
    world.clock.turn(60)
    await world.deliver()
    assert await newest(world) == ("2026-03-02T12:02:00Z", failed_at, "no answer")


async def fail_a_job(world: World) -> Json:
    job = await world.make_job()
    await world.ping(job, "/end/fail")
    return job


async def log(world: World) -> list[Json]:
    deliveries: list[Json] = data_of(await world.api("GET", "/deliveries"))["deliveries"]
    return deliveries


async def found(world: World, query: str) -> list[tuple[int, str]]:
    deliveries = data_of(await world.api("GET", f"/deliveries?{query}"))["deliveries"]
    return sorted((each["job"]["id"], each["integration"]) for each in deliveries)


async def newest(world: World) -> tuple[str | None, str | None, str | None]:
    [seen] = data_of(await world.api("GET", "/integrations"))["integrations"]
    return seen["last_success_at"], seen["last_failure_at"], seen["last_failure_reason"]


async def queries_of_log(world: World) -> int:
    """Count the queries that a page of the log takes."""
    queries: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        queries.append(statement)

    async with world.db.read() as tx:
        engine = tx.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    await browse_deliveries(world.db, world.workspace_id, Wanted(), PageRequest(1, 50))
    event.remove(engine, "before_cursor_execute", note)
    return len(queries)
