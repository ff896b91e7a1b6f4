"""`cronbeats audit-log` tells the operator who did what, also where no workspace shows it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cronbeats.cli.moments import parse_since
from cronbeats.domain.audit import Actor, ActorKind, AuditAction, about_workspace, person
from cronbeats.services.delete_workspaces import delete_workspace
from cronbeats.services.manage_workspaces import rename_workspace
from cronbeats.storage import audit_log
from cronbeats.storage.database import Database
from tests.cli.program import complaint, init, run

Json = dict[str, Any]
NOW = datetime.now(UTC).replace(microsecond=0)
WEEK = timedelta(days=7)
ADA = person(1, "ada@example.com", "192.0.2.7")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a server with a workspace, one that was renamed, and one that was deleted."""
    directory = tmp_path_factory.mktemp("home")
    for name in ("Home", "Work", "Old"):
        assert init(directory, "--workspace", name).returncode == 0
    asyncio.run(act(directory))
    return directory


async def act(home: Path) -> None:
    db = Database(f"sqlite:///{home / 'data' / 'cronbeats.db'}")
    await rename_workspace(db, 2, "Shop", by=ADA, now=NOW)
    await delete_workspace(db, 3, "Old", by=ADA, now=NOW)
    async with db.write() as tx:
        long_ago, nobody = NOW - timedelta(days=30), Actor(ActorKind.CRONBEATS, "CronBeats")
        done = about_workspace(1, "Home", AuditAction.WORKSPACE_RENAMED, by=nobody, now=long_ago)
        await audit_log.add(tx, [done])
    await db.close()


def listed(home: Path, *arguments: str) -> list[Json]:
    done = run(home, "audit-log", "--json", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    found: list[Json] = json.loads(done.stdout)
    return found


def as_text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_what_belongs_to_no_workspace_is_told_with_who_did_it(home: Path) -> None:
    deleted = next(
        each for each in listed(home, "--no-workspace") if each["action"] == "workspace.deleted"
    )
    assert deleted.pop("id")
    assert deleted == {
        "at": as_text(NOW),
        "action": "workspace.deleted",
        "actor": {
            "type": "person",
            "id": 1,
            "name": "ada@example.com",
            "address": "192.0.2.7",
        },
        "target": {"type": "workspace", "id": 3, "name": "Old"},
        "changes": [
            {"field": "jobs", "before": "0", "after": None},
            {"field": "api_keys", "before": "1", "after": None},
            {"field": "members", "before": "1", "after": None},
        ],
        "workspace_id": None,
        "workspace": None,
    }
    assert all(each["workspace_id"] is None for each in listed(home, "--no-workspace"))


def test_it_is_asked_for_a_time_a_number_and_a_workspace(home: Path) -> None:
    everything = listed(home)
    ids = [each["id"] for each in everything]
    assert ids == sorted(ids, reverse=True)
    assert {each["workspace"] for each in everything} >= {None, "Home", "Shop"}
    assert listed(home, "--limit", "2") == everything[:2]
    recent = listed(home, "--since", "7d")
    assert recent == [each for each in everything if str(each["at"]) > as_text(NOW - WEEK)]
    assert len(recent) == len(everything) - 1
    renamed = listed(home, "--workspace", "Shop")[0]
    assert renamed["changes"] == [{"field": "name", "before": "Work", "after": "Shop"}]
    assert listed(home, "--since", "2099-01-01") == []


def test_it_is_a_table_for_people(home: Path) -> None:
    head, *rows = run(home, "audit-log", "--workspace", "2").stdout.splitlines()
    assert head.split("  ")[0] == "AT (UTC)"
    cells = [cell.strip() for cell in rows[0].split("  ") if cell]
    assert cells[1:] == [
        "ada@example.com",
        "192.0.2.7",
        "workspace.renamed",
        "Work",
        "name",
        "Shop",
    ]
    assert run(home, "audit-log", "--since", "2099-01-01").stdout == "Nothing was done.\n"


def test_what_cannot_be_asked_for_is_refused(home: Path) -> None:
    assert "since" in complaint(run(home, "audit-log", "--since", "yesterday"), 1)
    both = ("--workspace", "Home", "--no-workspace")
    assert "leave --workspace out" in complaint(run(home, "audit-log", *both), 1)
    assert "'Nowhere'" in complaint(run(home, "audit-log", "--workspace", "Nowhere"), 1)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("12h", datetime(2026, 3, 1, 0, 0, tzinfo=UTC)),
        ("2026-02-01", datetime(2026, 2, 1, tzinfo=UTC)),
        ("2026-02-01T12:00:00+02:00", datetime(2026, 2, 1, 10, 0, tzinfo=UTC)),
    ],
)
def test_a_beginning_is_a_span_a_day_or_a_moment(text: str, moment: datetime) -> None:
    assert parse_since(text, datetime(2026, 3, 1, 12, 0, tzinfo=UTC)) == moment
