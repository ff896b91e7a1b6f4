"""`cronbeats init` makes a workspace, its owner and its first key, and the database if need be."""

import json
import re
from pathlib import Path

import pytest

from cronbeats.domain.access import Role
from cronbeats.domain.errors import InvalidValueError
from cronbeats.services.authenticate import authenticate
from cronbeats.services.set_up import set_up
from cronbeats.storage import workspaces
from cronbeats.storage.database import Database
from tests.cli.program import complaint, init
from tests.support.turnable_clock import START

BAD_ADDRESS = "Must be an e-mail address, such as you@example.com."
BAD_NAME = "Must be 1 to 200 printable characters long."
KEY = re.compile(r"cb_[0-9A-Za-z]{32,}")


async def test_init_for_people_shows_the_key_and_what_to_do_with_it(tmp_path: Path) -> None:
    ended = init(tmp_path, public_url="https://beats.example.com/")
    assert (ended.returncode, ended.stderr) == (0, "")
    keys = KEY.findall(ended.stdout)
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert "The workspace Home is ready." in ended.stdout
    assert "curl -X POST https://beats.example.com/api/v1/jobs " in ended.stdout
    assert (tmp_path / "data" / "cronbeats.db").is_file()

    db = Database(f"sqlite:///{tmp_path}/data/cronbeats.db")
    identity = (await authenticate(db, keys[0], START)).identity
    assert (identity.role, identity.plan) == (Role.OWNER, "business")
    async with db.read() as tx:
        assert await workspaces.get_name(tx, identity.workspace_id) == "Home"
    await db.close()


async def test_init_for_machines_prints_one_line_on_either_database(
    tmp_path: Path, new_database_url: str
) -> None:
    ended = init(tmp_path, "--json", database_url=new_database_url, log_level="debug")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.count("\n") == 1
    made = json.loads(ended.stdout)
    assert made.keys() == {"workspace_id", "api_key"}
    assert KEY.fullmatch(made["api_key"])

    db = Database(new_database_url)
    identity = (await authenticate(db, made["api_key"], START)).identity
    assert identity.workspace_id == made["workspace_id"]
    await db.close()


def test_a_second_workspace_of_the_same_name_is_refused(tmp_path: Path) -> None:
    assert init(tmp_path).returncode == 0
    again = complaint(init(tmp_path, "--email", "eve@example.com", "--json"), 1)
    assert again == "workspace: A workspace named 'Home' exists already."


def test_a_name_or_an_address_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    ended = init(tmp_path, "--workspace", b"H\xf6me", "--email", b"\xff@example.com")
    assert complaint(ended, 1) == f"workspace: {BAD_NAME}; email: {BAD_ADDRESS}"


async def test_what_is_no_name_or_no_address_is_told(db: Database) -> None:
    addresses = ["", "nonsense", "a@b@c", "a b@c", "a\x07@c", "\udcff@c", "x" * 251 + "@b.c"]
    for name, email in [("Home", email) for email in addresses]:
        with pytest.raises(InvalidValueError) as caught:
            await set_up(db, name, email, START)
        assert caught.value.errors == {"email": [BAD_ADDRESS]}, email
    for name in ("", " ", "two\nlines", "a\0", "\udcff", "x" * 201):
        with pytest.raises(InvalidValueError) as caught:
            await set_up(db, name, "ada@example.com", START)
        assert caught.value.errors == {"workspace": [BAD_NAME]}, name


async def test_two_workspaces_may_have_one_owner(db: Database) -> None:
    made = [await set_up(db, name, " Ada@Example.com ", START) for name in ("Home", "Office")]
    assert [each.workspace_id for each in made] == [1, 2]
    assert made[0].api_key != made[1].api_key


def test_an_option_that_there_is_not_is_named(tmp_path: Path) -> None:
    ended = init(tmp_path, "--no-such-option")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--no-such-option" in ended.stderr
    assert list(tmp_path.iterdir()) == []
