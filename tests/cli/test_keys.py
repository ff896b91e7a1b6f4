"""`cronbeats keys` makes, lists and revokes API keys on the server's own machine."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cronbeats.cli.moments import parse_expiry
from cronbeats.domain.access import Role
from cronbeats.domain.errors import InvalidKeyError, InvalidValueError
from cronbeats.services.authenticate import authenticate
from cronbeats.services.set_up import set_up
from cronbeats.storage.database import Database
from tests.cli.program import complaint, run
from tests.support.program import Ended

KEY = re.compile(r"^    (cb_[0-9A-Za-z]{40})$", re.MULTILINE)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def keys(directory: Path, url: str, *arguments: str | bytes) -> Ended:
    return run(directory, "keys", *arguments, database_url=url)


def create(directory: Path, url: str, *more: str | bytes) -> Ended:
    return keys(directory, url, "create", "--workspace", "Home", "--name", "CI", *more)


def listed(directory: Path, url: str, *more: str) -> Any:
    return json.loads(keys(directory, url, "list", "--json", *more).stdout)


async def settle(url: str, *names: str) -> None:
    """Make workspaces without the program, which takes its time to start."""
    db = Database(url)
    for name in names:
        await set_up(db, name, "ada@example.com", datetime.now(UTC))
    await db.close()


async def role_of(url: str, secret: str) -> Role:
    db = Database(url)
    try:
        return (await authenticate(db, secret, datetime.now(UTC))).identity.role
    finally:
        await db.close()


async def test_a_key_is_made_listed_and_revoked(tmp_path: Path, database_url: str) -> None:
    url = database_url
    await settle(url, "Home")
    made = create(tmp_path, url, "--expires", "90d")
    assert (made.returncode, made.stderr) == (0, "")
    [secret] = KEY.findall(made.stdout)
    assert await role_of(url, secret) is Role.ADMIN

    shown = keys(tmp_path, url, "list").stdout
    assert secret not in shown
    [head, first, second] = shown.splitlines()
    assert head.split()[:2] == ["ID", "PREFIX"]
    assert "ada@example.com" in first
    assert re.search(rf"{secret[:8]} +CI +admin +Home +command line +never +20.* live$", second)

    revoked = keys(tmp_path, url, "revoke", secret[:8])
    assert revoked.returncode == 0
    assert revoked.stdout.startswith(f"The key {secret[:8]}… (CI) of Home is revoked since ")
    with pytest.raises(InvalidKeyError):
        await role_of(url, secret)
    assert [each["status"] for each in listed(tmp_path, url)] == ["live", "revoked"]


async def test_scripts_get_json_and_the_role_that_they_ask_for(
    tmp_path: Path, sqlite_database_url: str
) -> None:
    url = sqlite_database_url
    await settle(url, "Home", "Office")
    ended = create(tmp_path, url, "--role", "viewer", "--expires", "2099-12-31", "--json")
    made = json.loads(ended.stdout)
    assert await role_of(url, made["api_key"]) is Role.VIEWER
    assert made["expires_at"] == "2100-01-01T00:00:00Z"
    assert (made["workspace"], made["created_by"], made["status"]) == ("Home", None, "live")
    assert [each["workspace"] for each in listed(tmp_path, url)] == ["Home", "Office", "Home"]
    assert [each["id"] for each in listed(tmp_path, url, "--workspace", "Office")] == [2]
    assert all("api_key" not in each for each in listed(tmp_path, url))
    revoked = json.loads(keys(tmp_path, url, "revoke", made["api_key"], "--json").stdout)
    assert (revoked["id"], revoked["status"]) == (3, "revoked")


async def test_what_cannot_be_done_is_told_in_one_line(
    tmp_path: Path, sqlite_database_url: str
) -> None:
    url = sqlite_database_url
    await settle(url, "Home", "Office")
    nowhere = keys(tmp_path, url, "create", "--workspace", "Hom", "--name", "CI")
    assert complaint(nowhere, 1) == "There is no workspace named 'Hom'."
    told = complaint(create(tmp_path, url, "--expires", "0d"), 1)
    assert told == "expires: Must be in the future."
    told = complaint(create(tmp_path, url, "--expires", "tomorrow"), 1)
    assert told.startswith("expires: Must be a span such as 12h, 90d or 52w, a day such as ")
    told = complaint(keys(tmp_path, url, "revoke", "cb_"), 1)
    assert told.startswith("key: Several keys begin so; name one by its id: 1 (cb_")
    told = complaint(keys(tmp_path, url, "revoke", "7"), 1)
    assert told == "There is no API key with this id or prefix."
    role = create(tmp_path, url, "--role", "boss")
    assert (role.returncode, role.stdout) == (2, "")
    assert "boss" in role.stderr
    assert "owner" in role.stderr
    assert len(listed(tmp_path, url)) == 2


def test_without_a_database_the_first_step_is_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/beats.db"
    told = complaint(keys(tmp_path, url, "list"), 1)
    assert told.startswith(f"there is no database at {tmp_path}/beats.db yet; make one with: ")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "beats.db").touch()
    told = complaint(keys(tmp_path, url, "list"), 1)
    assert told.startswith("the database is not up to date; run: ")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("12h", NOW + timedelta(hours=12)),
        ("90d", NOW + timedelta(days=90)),
        ("52w", NOW + timedelta(weeks=52)),
        ("2026-03-31", datetime(2026, 4, 1, tzinfo=UTC)),
        ("2026-03-31T12:00:00Z", datetime(2026, 3, 31, 12, tzinfo=UTC)),
        ("2026-03-31T12:00", datetime(2026, 3, 31, 12, tzinfo=UTC)),
        ("2026-03-31T12:00:00+02:00", datetime(2026, 3, 31, 10, tzinfo=UTC)),
    ],
)
def test_an_expiry_is_a_span_a_day_or_a_moment(text: str, moment: datetime) -> None:
    assert parse_expiry(text, NOW) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "-1d",
        "5",
        "5m",
        "999999d",
        "9999-12-31",
        "2026-02-30",
        "٣d",
        "0001-01-01T00:00+14:00",
    ],
)
def test_anything_else_is_no_expiry(text: str) -> None:
    with pytest.raises(InvalidValueError):
        parse_expiry(text, NOW)
