"""What cannot be used is one line on stderr, without a password, and the exit code 1."""

from pathlib import Path

import pytest

from cronbeats.cli.exclusive import TakenError, check_port
from cronbeats.domain.errors import UnavailableError
from cronbeats.storage.database import Database
from tests.cli.program import complaint, init, run
from tests.support.databases import SECRET_KEY
from tests.support.machine import free_port

AWAY = "postgresql://ada:hunter2@127.0.0.1:1/beats"
# Even root can make no file here.
NO_FILES_HERE = "sqlite:////proc/beats.db"


def serve(directory: Path, *arguments: str, **settings: str) -> str:
    """Run a server that cannot start; return its complaint."""
    return complaint(run(directory, "serve", *arguments, port=str(free_port()), **settings), 1)


def test_a_place_where_no_file_can_be_made_is_told(tmp_path: Path) -> None:
    expected = "the database cannot be used: unable to open database file"
    assert complaint(init(tmp_path, database_url=NO_FILES_HERE), 1) == expected
    told = serve(tmp_path, database_url=NO_FILES_HERE)
    assert told.startswith("/proc/beats.db.lock cannot be written: ")


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Ada, " * 100)
    told = serve(tmp_path, database_url=f"sqlite:///{file}")
    assert told == "the database cannot be used: file is not a database"
    assert file.read_text() == "Dear Ada, " * 100


def test_a_database_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    for arguments in ([], ["--workers", "2"]):
        told = serve(tmp_path, *arguments, database_url=AWAY, secret_key=SECRET_KEY)
        assert told.startswith("the database cannot be used: ")
        assert "hunter2" not in told


async def test_the_words_for_encryption_are_those_of_postgresql(new_postgres_url: str) -> None:
    separator = "&" if "?" in new_postgres_url else "?"
    plain = Database(f"{new_postgres_url}{separator}sslmode=disable")
    await plain.check()
    await plain.close()
    unheard_of = Database(f"{new_postgres_url}{separator}sslmode=perhaps")
    with pytest.raises(UnavailableError, match="sslmode"):
        await unheard_of.check()
    await unheard_of.close()


def test_a_host_that_cannot_be_listened_on_is_told(tmp_path: Path) -> None:
    assert serve(tmp_path, "--host", "192.0.2.1").startswith("cannot listen on 192.0.2.1, port ")
    for host in ("no-such-host.invalid", "a..b", "x" * 70, "127.0.0.1:80"):
        with pytest.raises(TakenError, match=r"^cannot listen on .+, port 8000: .+$"):
            check_port(host, 8000)
