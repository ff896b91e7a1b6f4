"""What the program says of itself."""

import subprocess
import sys
from pathlib import Path

from cronbeats import __version__
from tests.cli.program import run
from tests.support.program import PROGRAM


def test_version_prints_the_version_and_nothing_else(tmp_path: Path) -> None:
    ended = run(tmp_path, "version", port="nonsense")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{__version__}\n", "")
    installed = subprocess.run([PROGRAM, "version"], capture_output=True, text=True, check=True)
    assert (installed.stdout, installed.stderr) == (ended.stdout, "")


def test_help_names_every_command_and_makes_nothing(tmp_path: Path) -> None:
    ended = run(tmp_path, "--help")
    assert ended.returncode == 0
    for command in (
        *("serve", "init", "keys", "users", "workspace"),
        *("audit-log", "secrets", "migrate", "version"),
    ):
        assert command in ended.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_command_loads_no_server_that_it_does_not_start() -> None:
    look = (
        "import sys, cronbeats.cli; print([n for n in ('fastapi', 'granian') if n in sys.modules])"
    )
    seen = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert seen.stdout == "[]\n"
