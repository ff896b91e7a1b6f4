"""A first start tells what to do next, and that can be pasted into the same directory's shell."""

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from cronbeats import __version__
from tests.cli.program import environment, init
from tests.support.machine import free_port, wait_until
from tests.support.program import PROGRAM, start

PATIENCE_SECONDS = 60


@contextmanager
def serving(program: str, directory: Path, port: int, host: str = "127.0.0.1") -> Iterator[Path]:
    """Run a server, stop it in the end, and give the file into which it prints."""
    printed = directory / f"printed-{port}"
    running = start(
        directory,
        *("serve", "--port", str(port)),
        environment=environment(host=host),
        stdout=printed,
        stderr=printed,
        name=program,
    )
    try:
        wait_until(lambda: is_ready(port) or running.exit_code is not None, 60, "it is ready")
        yield printed
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(PATIENCE_SECONDS) == 0


def is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=10).status_code == 200
    except httpx.HTTPError:
        return False


def paste(line: str, directory: Path) -> str:
    """Run a line in a shell that finds the program nowhere by itself; return what it prints."""
    settings = {**environment(), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=directory,
        env=settings,
        capture_output=True,
        check=False,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("is_here", [False, True], ids=["elsewhere", "here"])
def test_what_a_first_start_prints_can_be_pasted(tmp_path: Path, is_here: bool) -> None:
    program = PROGRAM
    if is_here:
        (tmp_path / "cronbeats").symlink_to(PROGRAM)
        program = "./cronbeats"
    port = free_port()
    with serving(program, tmp_path, port) as printed:
        greeting, *told = printed.read_text().splitlines()
        assert greeting == f"CronBeats {__version__} listens on http://127.0.0.1:{port}"
        [command] = [line.strip() for line in told if " init " in line]
        welcome = paste(command, tmp_path)
        make_job = welcome.partition("curl")[2].partition("The answer")[0]
        answer = paste(f"curl -sS {make_job}", tmp_path)
        assert '"job_key":' in answer


def test_a_first_start_gives_a_link_and_a_later_one_gives_another(tmp_path: Path) -> None:
    links = []
    for _ in range(2):
        port = free_port()
        with serving(PROGRAM, tmp_path, port) as printed:
            told = [line.strip() for line in printed.read_text().splitlines()]
        [link] = [line for line in told if "/first-run/" in line]
        assert "until a server prints a newer one" in told[told.index(link) - 2]
        assert re.fullmatch(rf"http://127\.0\.0\.1:{port}/first-run/[\w-]{{43}}", link)
        links.append(link.rpartition("/")[2])
    assert len({*links}) == 2


def test_a_later_start_tells_only_where_it_listens(tmp_path: Path) -> None:
    assert init(tmp_path).returncode == 0
    port = free_port()
    with serving(PROGRAM, tmp_path, port, host="localhost") as printed:
        first, *rest = printed.read_text().splitlines()
        assert first == f"CronBeats {__version__} listens on http://localhost:{port}"
        assert is_ready(port)
        assert [line for line in rest if " init " in line or "/first-run/" in line] == []
