"""`cronbeats users` lists people, and prints a link that sets a new password."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from cronbeats.clock import system_clock
from cronbeats.services.recover_accounts import NewPassword, reset_password
from cronbeats.storage.database import Database
from tests.cli.program import complaint, init, run
from tests.support.people import HASHES, PASSWORD, knock


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert init(tmp_path).returncode == 0
    return tmp_path


async def use(home: Path, token: str) -> None:
    db = Database(f"sqlite:///{home / 'data' / 'cronbeats.db'}")
    await reset_password(db, HASHES, NewPassword(token, PASSWORD), system_clock())
    await knock(db, PASSWORD, now=system_clock())
    await db.close()


def test_the_owner_whom_init_made_gets_in_with_a_link(home: Path) -> None:
    done = run(home, "users", "reset-link", "Ada@example.com", public_url="https://b.example.com")
    assert (done.returncode, done.stderr) == (0, "")
    found = re.fullmatch(r"https://b\.example\.com/reset/([\w-]{43})\n", done.stdout)
    assert found
    asyncio.run(use(home, found[1]))
    [person] = json.loads(run(home, "users", "list", "--json").stdout)
    assert person == {
        "id": 1,
        "email": "ada@example.com",
        "name": None,
        "has_password": True,
        "has_second_factor": False,
        "is_linked": False,
    }


def test_where_passwords_let_nobody_in_it_is_said_what_the_link_is_good_for(home: Path) -> None:
    provider = {"oidc_issuer": "https://id.example.com", "oidc_client_id": "cronbeats"}
    off = {**provider, "password_sign_in": "false"}
    done = run(home, "users", "reset-link", "ada@example.com", **off)
    assert "/reset/" in done.stdout
    assert "the link signs this person in once" in done.stderr


def test_everybody_is_listed_with_how_they_sign_in(home: Path) -> None:
    listed = run(home, "users", "list").stdout.splitlines()
    assert [line.split() for line in listed] == [
        ["ID", "EMAIL", "NAME", "PASSWORD", "SECOND", "FACTOR", "LINKED"],
        ["1", "ada@example.com", "no", "no", "no"],
    ]


def test_a_second_factor_is_taken_away_from_who_lost_it(home: Path) -> None:
    done = run(home, "users", "remove-second-factor", "Ada@example.com")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "No second factor is asked of this person any more.\n"
    told = complaint(run(home, "users", "remove-second-factor", "eve@example.com"), 1)
    assert told == "There is nobody with the address 'eve@example.com'."


def test_there_is_no_link_for_somebody_who_is_not_known(home: Path) -> None:
    told = complaint(run(home, "users", "reset-link", "eve@example.com"), 1)
    assert told == "There is nobody with the address 'eve@example.com'."


def test_a_link_is_ended_for_who_is_another_at_the_provider_now(home: Path) -> None:
    done = run(home, "users", "unlink", "Ada@example.com")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "The account is linked to nobody at the provider now.\n"
    told = complaint(run(home, "users", "unlink", "eve@example.com"), 1)
    assert told == "There is nobody with the address 'eve@example.com'."
