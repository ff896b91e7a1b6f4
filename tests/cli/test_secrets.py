"""`cronbeats secrets`, and where the key comes from that secrets are encrypted with."""

import re
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from cronbeats.cli.secret_key import cipher_for, key_file_of, make_key_file
from cronbeats.domain.errors import CronBeatsError, UnreadableSecretError
from cronbeats.services.set_up import set_up
from cronbeats.settings import SettingError, Settings, read_settings
from cronbeats.storage.database import Database
from cronbeats.storage.schema import integrations
from tests.cli.program import complaint, run

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET = b"hunter2hunter2hunter2"
OLD, NEW = "old-" * 8, "new-" * 8


async def store_plainly(db: Database, count: int = 1) -> None:
    """Store integrations as earlier versions did."""
    for number in range(count):
        made = await set_up(db, f"Home {number}", "ada@example.com", NOW)
        values = {"kind": "webhook", "config": {"url": f"https://x.test/{SECRET.decode()}"}}
        flags = {"is_enabled": True, "is_configured": True, "created_at": NOW, "updated_at": NOW}
        async with db.write() as tx:
            own = {"workspace_id": made.workspace_id}
            await tx.execute(insert(integrations).values(**own, **values, **flags))


def bytes_of(directory: Path) -> bytes:
    """Return all that an embedded database and its log consist of.

    Another process reads: if ours did, the locks of its open connections would go (POSIX).
    """
    files = [*directory.glob("*.db"), *directory.glob("*.db-*")]
    assert files
    return subprocess.run(["cat", *files], capture_output=True, check=True).stdout


def settings(url: str, *keys: str) -> Settings:
    return Settings(database_url=url, secret_key=keys)


async def test_plain_text_is_encrypted_and_no_trace_of_it_stays(
    tmp_path: Path, sqlite_database_url: str, sqlite_home: Path
) -> None:
    # Its connections stay open, as a server's would, so the log does not go by itself.
    db = Database(sqlite_database_url)
    async with db.write() as tx:
        await tx.exec_driver_sql("PRAGMA secure_delete = OFF")
    await store_plainly(db, count=40)
    assert SECRET in bytes_of(sqlite_home)
    ended = run(tmp_path, "secrets", "rotate", database_url=sqlite_database_url)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == (
        "Encrypted the secrets of 40 integrations with the first key.\n"
        "Every secret is encrypted with it; older keys are no longer needed.\n"
    )
    assert SECRET not in bytes_of(sqlite_home)
    again = run(tmp_path, "secrets", "rotate", database_url=sqlite_database_url)
    assert again.stdout.startswith("Encrypted the secrets of 0 integrations ")
    await db.close()


async def test_a_key_is_rotated_out(db: Database, tmp_path: Path, database_url: str) -> None:
    url = database_url
    await store_plainly(db)
    for keys in (OLD, f"{NEW},{OLD}", NEW):
        assert run(tmp_path, "secrets", "rotate", database_url=url, secret_key=keys).returncode == 0
    ended = run(tmp_path, "secrets", "rotate", database_url=url, secret_key=OLD)
    assert ended.returncode == 1
    assert ended.stderr == (
        "error: the secrets of 1 more cannot be read with any of the keys, "
        "and were left as they are\n"
    )


def test_a_new_key_is_printed_alone_and_can_be_used(tmp_path: Path) -> None:
    printed = [run(tmp_path, "secrets", "new").stdout for _ in range(2)]
    assert all(re.fullmatch(r"[0-9a-f]{64}\n", each) for each in printed)
    assert len(set(printed)) == 2
    assert read_settings({"CRONBEATS_SECRET_KEY": printed[0]}).secret_key == (printed[0].strip(),)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["serve"], ["serve", "--workers=2"], ["secrets", "rotate"]])
def test_with_postgresql_there_must_be_a_key(
    tmp_path: Path, postgres_database_url: str, command: list[str]
) -> None:
    told = complaint(run(tmp_path, *command, database_url=postgres_database_url), 2)
    assert told.startswith("CRONBEATS_SECRET_KEY must be set with PostgreSQL: ")
    assert told.endswith("secrets new")


def test_a_key_in_the_settings_is_never_shown() -> None:
    assert OLD not in repr(settings("sqlite:///x.db", OLD))
    with pytest.raises(SettingError) as caught:
        read_settings({"CRONBEATS_SECRET_KEY": "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_an_embedded_database_gets_a_key_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/beats.db"
    sealed = cipher_for(settings(url)).seal("text", "owner")
    [file] = tmp_path.iterdir()
    assert file == tmp_path / "beats.db.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert cipher_for(settings(url)).open(sealed, "owner") == "text"
    with_both = cipher_for(settings(url, NEW))
    assert with_both.open(sealed, "owner") == "text"
    assert not with_both.is_current(sealed)
    file.unlink()
    with pytest.raises(UnreadableSecretError):
        cipher_for(settings(url, NEW)).open(sealed, "owner")
    assert list(tmp_path.iterdir()) == [], "a key in the settings needs no file"


def test_a_key_file_may_hold_older_keys_too(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/beats.db"
    file = key_file_of(tmp_path / "beats.db")
    file.write_text(f"{OLD}\n")
    sealed = cipher_for(settings(url)).seal("text", "owner")
    file.write_text(f"{NEW}\n{OLD}\n")
    both = cipher_for(settings(url))
    assert both.open(sealed, "owner") == "text"
    assert not both.is_current(sealed)


def test_a_key_file_follows_its_database_through_links(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.db").symlink_to(tmp_path / "real" / "beats.db")
    assert key_file_of(tmp_path / "link.db") == tmp_path.resolve() / "real" / "beats.db.key"


def test_many_who_make_the_key_file_at_once_make_one_key(tmp_path: Path) -> None:
    file = tmp_path / "beats.db.key"

    def make(_: int) -> str:
        make_key_file(file)
        return file.read_text()

    with ThreadPoolExecutor(16) as pool:
        seen = list(pool.map(make, range(64)))
    assert len(set(seen)) == 1
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("content", [b"", b"\n", b"short\n", b"\xff" * 64])
def test_a_key_file_that_holds_no_key_is_told_and_left_alone(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "beats.db.key"
    file.write_bytes(content)
    with pytest.raises(CronBeatsError, match="holds no secret key; give it back from a backup"):
        cipher_for(settings(f"sqlite:///{tmp_path}/beats.db"))
    assert file.read_bytes() == content


def test_a_key_file_that_cannot_be_made_or_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(CronBeatsError, match="cannot be made"):
        make_key_file(tmp_path / "missing" / "beats.db.key")
    (tmp_path / "beats.db.key").mkdir()
    with pytest.raises(CronBeatsError, match="cannot be read"):
        cipher_for(settings(f"sqlite:///{tmp_path}/beats.db"))
