"""A setting that cannot be used is one line on stderr, and the exit code 2."""

from pathlib import Path

import pytest

from cronbeats.domain.errors import InvalidValueError
from cronbeats.storage.database import explain_bad_file, file_of
from cronbeats.storage.urls import parse_url
from tests.cli.program import complaint, init, run

RULE = "must look like sqlite:///path/to/file.db or postgresql://user:password@host/name"
PORT = "CRONBEATS_PORT must be a whole number from 1 to 65535."


def test_a_wrong_setting_is_told_before_anything_is_made(tmp_path: Path) -> None:
    assert complaint(run(tmp_path, "serve", port="http"), 2) == PORT
    assert complaint(init(tmp_path, port="http"), 2) == PORT
    assert list(tmp_path.iterdir()) == []


def test_settings_that_make_no_sense_together_are_told_before_anything_is_made(
    tmp_path: Path,
) -> None:
    told = complaint(run(tmp_path, "serve", proxy_auth_header="X-Forwarded-Email"), 2)
    assert told.startswith("CRONBEATS_PROXY_AUTH_HEADER needs CRONBEATS_TRUSTED_PROXIES: ")
    assert list(tmp_path.iterdir()) == []


def test_an_option_goes_before_its_variable_in_either_form(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", "--port", "0", port="8000", port_file="missing")
    assert complaint(ended, 2) == PORT


def test_an_address_that_is_no_database_is_told_without_its_password(tmp_path: Path) -> None:
    ended = run(tmp_path, "migrate", database_url="mysql://ada:hunter2@db/beats")
    assert complaint(ended, 2) == f"CRONBEATS_DATABASE_URL {RULE}."


@pytest.mark.parametrize(
    "url",
    [
        "hunter2",
        "mysql://ada:hunter2@db/beats",
        "postgresql://ada:hunter2@db:port/beats",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///beats.db?mode=ro",
        "sqlite:///beats%00.db",
    ],
)
def test_only_files_and_postgresql_are_databases(url: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        file_of(url)
    assert caught.value.errors == {"DATABASE_URL": [RULE]}


def test_options_of_postgresql_that_are_not_known_are_named() -> None:
    url = "postgresql://ada:hunter2@db/beats?sslmode=require&pool=hunter2&host=/run"
    with pytest.raises(InvalidValueError) as caught:
        file_of(url)
    assert caught.value.errors == {"DATABASE_URL": ["has an option that is not known: pool"]}
    assert file_of("postgres://db/beats?host=/run/postgresql&port=5433") is None


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:pw@a:1,b:2/beats?sslmode=require&target_session_attrs=read-write",
        "postgresql+asyncpg://ada:pw@/beats?host=a:1&host=b:2&ssl=require",
    ],
)
def test_several_servers_of_one_database_may_be_named(url: str) -> None:
    read = parse_url(url)
    assert read.query == {"host": ("a:1", "b:2"), "ssl": "require"}
    assert (read.username, read.password, read.database) == ("ada", "pw", "beats")
    assert parse_url("postgresql://a,b:2").query == {"host": ("a:5432", "b:2")}


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ("host=a&host=b:1", "must name each of several servers with its port, as in a:5432,b:5432"),
        ("target_session_attrs=standby", "must not ask for a server that takes no writes"),
    ],
)
def test_servers_that_would_not_do_are_refused(options: str, rule: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        parse_url(f"postgresql://ada:hunter2@/beats?{options}")
    [told] = caught.value.errors["DATABASE_URL"]
    assert told.startswith(rule)


def test_a_direct_address_is_one_of_postgresql(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", database_direct_url="postgresql://db/beats")
    told = "CRONBEATS_DATABASE_DIRECT_URL is for PostgreSQL only."
    assert complaint(ended, 2) == told


def test_a_file_that_cannot_be_a_database_is_told_with_the_reason(tmp_path: Path) -> None:
    file, directory, long = tmp_path / "file", tmp_path / "directory", tmp_path / ("x" * 300)
    file.write_text("in the way")
    directory.mkdir()
    assert explain_bad_file(tmp_path / "missing" / "x") == (
        f"the directory {tmp_path}/missing does not exist"
    )
    assert explain_bad_file(file / "beats.db") == f"the directory {file} does not exist"
    assert explain_bad_file(directory) == f"{directory} is a directory, not a file"
    assert explain_bad_file(long) == f"{long} cannot be used (File name too long)"
    assert explain_bad_file(tmp_path / "beats.db") is None
    told = complaint(init(tmp_path, database_url=f"sqlite:///{file}/beats.db"), 2)
    assert told == f"CRONBEATS_DATABASE_URL cannot be used: the directory {file} does not exist."


def test_a_default_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    told = complaint(init(tmp_path), 2)
    assert told == (
        "CRONBEATS_DATABASE_URL cannot be used: the directory data cannot be made (File exists)."
    )


def test_a_server_that_does_only_some_things_needs_a_database_for_others(tmp_path: Path) -> None:
    told = complaint(run(tmp_path, "serve", "--only", "ping"), 2)
    assert told == (
        "--only (CRONBEATS_ONLY) needs PostgreSQL: an embedded database has one server, "
        "which has to do everything"
    )
    told = complaint(run(tmp_path, "serve", "--only", "pong"), 2)
    assert told.startswith("CRONBEATS_ONLY must be one or more of ping, api, web, workers")


def test_several_workers_need_a_database_that_can_be_shared(tmp_path: Path) -> None:
    told = complaint(run(tmp_path, "serve", "--workers", "2"), 2)
    assert told == "--workers needs PostgreSQL: an embedded database has one server"
