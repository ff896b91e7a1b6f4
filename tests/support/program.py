"""`cronbeats` in processes of its own, as an operator runs it.

Each is forked from one that has loaded the program already: loading it anew every time would take
most of the time of these tests. A few tests run the installed command itself.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.support.forks import fork

PROGRAM = str(Path(sys.executable).with_name("cronbeats"))
Ended = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Running:
    """The program while it runs, in a session and a process group of its own."""

    _process: ForkServerProcess

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended, as in `subprocess`; None while it runs."""
        return self._process.exitcode

    def wait(self, seconds: float) -> int:
        """Wait until it has ended; return its exit code."""
        self._process.join(seconds)
        assert self.exit_code is not None, f"it has not ended within {seconds:g} s"
        return self.exit_code

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()


def start(
    directory: Path,
    *arguments: str | bytes,
    environment: Mapping[str, str],
    stdout: Path,
    stderr: Path,
    name: str = PROGRAM,
) -> Running:
    """Start the program in a directory; what it prints is added to these files.

    `name` is what it is told of how it was called.
    """
    command = [name, *map(os.fsdecode, arguments)]
    return Running(fork(_be_the_program, directory, command, dict(environment), stdout, stderr))


def run(
    directory: Path, *arguments: str | bytes, environment: Mapping[str, str], seconds: float = 60
) -> Ended:
    """Run the program in a directory until it ends."""
    with tempfile.TemporaryDirectory() as printed:
        stdout, stderr = Path(printed, "stdout"), Path(printed, "stderr")
        running = start(
            directory, *arguments, environment=environment, stdout=stdout, stderr=stderr
        )
        try:
            exit_code = running.wait(seconds)
        finally:
            running.kill()
        return Ended(arguments, exit_code, stdout.read_text(), stderr.read_text())


def _be_the_program(
    directory: Path,
    command: list[str],
    environment: Mapping[str, str],
    stdout: Path,
    stderr: Path,
) -> None:
    from cronbeats.cli import main  # noqa: PLC0415 - only where it is loaded already

    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, file in ((1, stdout), (2, stderr)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666), number)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = command
    main()
