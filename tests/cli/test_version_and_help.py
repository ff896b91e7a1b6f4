"""What the program says of itself."""

from pathlib import Path

from cronbeats import __version__
from tests.cli.program import run


def test_version_prints_the_version_and_nothing_else(tmp_path: Path) -> None:
    ended = run(tmp_path, "version", port="nonsense")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{__version__}\n", "")


def test_help_names_every_command_and_makes_nothing(tmp_path: Path) -> None:
    ended = run(tmp_path, "--help")
    assert ended.returncode == 0
    for command in ("serve", "init", "keys", "workspace", "secrets", "migrate", "version"):
        assert command in ended.stdout
    assert list(tmp_path.iterdir()) == []
