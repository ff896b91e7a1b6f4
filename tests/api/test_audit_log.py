"""The audit log tells admins who did what in their workspace, and nobody else."""

from datetime import timedelta

from cronbeats.domain.access import Role
from cronbeats.domain.audit import OPERATOR, AuditAction, AuditEntry, Target, TargetKind
from cronbeats.services.manage_api_keys import create_api_key, revoke_api_key
from cronbeats.services.prune_history import prune_audit_log
from cronbeats.services.set_up import set_up
from cronbeats.storage import audit_log
from tests.api.answers import data_of, errors_of, problem_of
from tests.support.people import person
from tests.support.pruning import in_all, pace
from tests.support.world import Json, World

HOSTILE = "<script>alert(1)</script> ' OR 1=1 --\u202e"


async def listed(world: World, query: str = "", *, key: str | None = None) -> list[Json]:
    answer = await world.api("GET", f"/audit-log?{query}", key=key)
    entries: list[Json] = data_of(answer)["entries"]
    return entries


async def test_an_entry_tells_who_did_what_when_and_from_where(world: World) -> None:
    job = await world.make_job()
    await world.api("PATCH", f"/jobs/{job['id']}", {"grace_seconds": 600})
    newest = (await listed(world))[0]
    assert newest == {
        "id": newest["id"],
        "at": "2026-03-02T12:00:00Z",
        "action": "job.updated",
        "actor": {
            "type": "api_key",
            "id": 1,
            "name": f"First key ({world.api_key[:8]}…)",
            "address": "127.0.0.1",
        },
        "target": {"type": "job", "id": job["id"], "name": "Backup"},
        "changes": [{"field": "grace_seconds", "before": "30", "after": "600"}],
    }


async def test_what_the_command_line_did_is_told_too(world: World) -> None:
    oldest = (await listed(world))[::-1][:2]
    assert [(entry["action"], entry["actor"]["name"]) for entry in oldest] == [
        ("workspace.created", "Command line"),
        ("api_key.created", "Command line"),
    ]
    assert oldest[0]["actor"] == {
        "type": "operator",
        "id": None,
        "name": "Command line",
        "address": None,
    }


async def test_a_key_that_is_revoked_and_a_person_who_has_gone_stay_known(world: World) -> None:
    ada = person(1, "ada@example.com", "192.0.2.9")
    made = await create_api_key(
        world.db, world.workspace_id, name="CI", role=Role.ADMIN, by=ada, now=world.clock()
    )
    job = await world.make_job()
    await world.api("POST", f"/jobs/{job['id']}/pause", key=made.secret)
    for _ in range(2):
        await revoke_api_key(
            world.db, world.workspace_id, made.key.id, by=OPERATOR, now=world.clock()
        )
    revoked, paused, _, created = (await listed(world))[:4]
    title = f"CI ({made.key.prefix}…)"
    assert paused["actor"]["name"] == revoked["target"]["name"] == title
    assert created["target"] == {"type": "api_key", "id": made.key.id, "name": title}
    assert created["actor"]["address"] == "192.0.2.9"
    assert created["changes"] == [{"field": "role", "before": None, "after": "admin"}]
    assert made.secret not in str(await listed(world))
    # Nothing ties the entry to the row of a person: it is readable with nobody of that id.
    gone = Target(TargetKind.MEMBER, "gone@example.com", 999)
    async with world.db.write() as tx:
        entry = AuditEntry(
            world.clock(),
            person(999, "gone@example.com"),
            AuditAction.MEMBER_LEFT,
            gone,
            world.workspace_id,
        )
        await audit_log.add(tx, [entry])
    assert (await listed(world))[0]["actor"]["name"] == "gone@example.com"


async def test_entries_are_chosen_by_action_actor_and_time(world: World) -> None:
    job = await world.make_job()
    world.clock.turn(60)
    await world.api("POST", f"/jobs/{job['id']}/pause")
    world.clock.turn(60)
    other = await world.key_with(Role.MEMBER)
    await world.api("POST", f"/jobs/{job['id']}/resume", key=other)

    async def actions(query: str) -> list[str]:
        return [entry["action"] for entry in await listed(world, query)]

    assert await actions("action=job.paused") == ["job.paused"]
    assert await actions("actor_type=api_key") == ["job.resumed", "job.paused", "job.created"]
    assert await actions("actor_type=api_key&actor_id=1") == ["job.paused", "job.created"]
    assert await actions("actor_type=person") == []
    since, until = "since=2026-03-02T12:01:00Z", "until=2026-03-02T12:02:00Z"
    assert await actions(since) == ["job.resumed", "job.paused"]
    assert await actions(f"{since}&{until}") == ["job.paused"]
    assert (await actions(until))[:2] == ["job.paused", "job.created"]


async def test_entries_come_in_pages_newest_first(world: World) -> None:
    for number in range(5):
        await world.make_job(name=f"Job {number}")
    answer = await world.api("GET", "/audit-log?per_page=2&page=2&action=job.created")
    data = data_of(answer)
    assert [entry["target"]["name"] for entry in data["entries"]] == ["Job 2", "Job 1"]
    assert data["pagination"] == {"page": 2, "per_page": 2, "total": 5, "total_pages": 3}


async def test_what_cannot_be_asked_is_told_by_its_field(world: World) -> None:
    for query, field in (
        ("action=job.exploded", "action"),
        ("actor_type=ghost", "actor_type"),
        ("actor_id=0", "actor_id"),
        ("actor_id=01", "actor_id"),
        ("since=yesterday", "since"),
        ("since=2026-03-02T12:00:00Z&until=2026-03-01T12:00:00Z", "until"),
        ("who=ada", "who"),
    ):
        assert set(errors_of(await world.api("GET", f"/audit-log?{query}"))) == {field}, query


async def test_members_and_viewers_are_not_told(world: World) -> None:
    for role in (Role.MEMBER, Role.VIEWER):
        answer = await world.api("GET", "/audit-log", key=await world.key_with(role))
        problem_of(answer, 403, "insufficient_permissions")


async def test_nobody_reads_of_another_workspace(world: World) -> None:
    other = await set_up(world.db, "Elsewhere", "eve@example.com", world.clock())
    await world.make_job(name="Ours")
    theirs = await listed(world, key=other.api_key)
    assert {entry["target"]["name"].split(" (")[0] for entry in theirs} == {
        "Elsewhere",
        "First key",
    }
    assert "Elsewhere" not in str(await listed(world))


async def test_names_are_told_as_they_are_however_hostile(world: World) -> None:
    await world.make_job(name=HOSTILE)
    assert (await listed(world))[0]["target"]["name"] == HOSTILE


async def test_a_long_value_is_cut(world: World) -> None:
    job = await world.make_job()
    tags = [f"{number:02}".ljust(50, "x") for number in range(10)]
    await world.api("PATCH", f"/jobs/{job['id']}", {"tags": tags})
    after = (await listed(world))[0]["changes"][0]["after"]
    assert len(after) == 300
    assert after.endswith("…")


async def test_entries_are_kept_as_long_as_they_may_be_and_pruned_in_batches(world: World) -> None:
    target = Target(TargetKind.JOB, "Backup", 1)
    old = world.clock() - timedelta(days=365, seconds=1)
    kept = world.clock() - timedelta(days=365)
    async with world.db.write() as tx:
        for at, count in ((kept, 1), (old, 1100)):
            entry = AuditEntry(at, OPERATOR, AuditAction.JOB_PAUSED, target, world.workspace_id)
            await audit_log.add(tx, [entry] * count)
    before = world.clock() - timedelta(days=365)
    assert await in_all(prune_audit_log(world.db, pace(), before)) == 1100
    assert [entry["at"] for entry in await listed(world, "action=job.paused")] == [
        "2025-03-02T12:00:00Z"
    ]
    assert await in_all(prune_audit_log(world.db, pace(), before)) == 0
