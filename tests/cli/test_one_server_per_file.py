"""Only one server may use a file, by whatever name it knows it."""

from pathlib import Path

import pytest

from cronbeats.cli.exclusive import FileLock, TakenError


def test_a_file_is_taken_until_it_is_released(tmp_path: Path) -> None:
    file = tmp_path / "beats.db"
    lock = FileLock(file)
    with pytest.raises(TakenError) as caught:
        FileLock(file)
    assert str(caught.value) == (
        f"another CronBeats server uses {file}; stop it first, or use PostgreSQL to run several"
    )
    lock.release()
    FileLock(file).release()


def test_a_file_that_is_taken_is_recognised_under_another_name(tmp_path: Path) -> None:
    file, link, neighbour = (tmp_path / name for name in ("beats.db", "link.db", "other.db"))
    link.symlink_to(file)
    lock = FileLock(file)
    with pytest.raises(TakenError, match=r"link\.db"):
        FileLock(link)
    FileLock(neighbour).release()
    lock.release()
