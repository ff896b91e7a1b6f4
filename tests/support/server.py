"""`cronbeats serve` in a process of its own, as an operator runs it."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
from sqlalchemy import make_url

from tests.support.databases import SECRET_KEY
from tests.support.machine import free_port, group_members, is_listening, wait_until
from tests.support.program import Running, run, start
from tests.support.receiver import Receiver

Json = dict[str, Any]

# The machines that run tests may be slow, and busy with other tests.
_PATIENCE_SECONDS = 60.0
PASSWORD = "a-made-up-pa55word"


@dataclass(frozen=True)
class Ended:
    """How a server ended that was asked to."""

    exit_code: int
    seconds: float


class Server:
    """One server, which can be stopped, killed and started again on its port and its data."""

    def __init__(self, directory: Path, database_url: str, **settings: str) -> None:
        self.directory = directory
        self.database_url = database_url
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.api_key = ""
        self._log = directory / f"server-{self.port}.log"
        chosen = {
            "database_url": database_url,
            "log_level": "debug",
            "allow_http_targets": "true",
            "allow_private_targets": "127.0.0.0/8",
            "ping_rate_per_second": "0",
            **({} if database_url.startswith("sqlite") else {"secret_key": SECRET_KEY}),
            **settings,
        }
        self.environment = {
            **{name: value for name, value in os.environ.items() if "CRONBEATS" not in name},
            **{f"CRONBEATS_{name.upper()}": value for name, value in chosen.items()},
        }
        self._process: Running | None = None
        # Every request has a connection of its own, as a server may be killed at any time.
        self._http = httpx.Client(
            base_url=self.url,
            limits=httpx.Limits(max_keepalive_connections=0),
            timeout=_PATIENCE_SECONDS,
            trust_env=False,
        )

    @property
    def pid(self) -> int:
        assert self._process is not None, "the server does not run"
        return self._process.pid

    def log(self) -> str:
        """Return all that the server has printed, in all its lives."""
        return self._log.read_text()

    def start(self, *arguments: str) -> None:
        """Start the server and wait until it is ready."""
        self.launch(*arguments)
        self.wait_until_ready()

    def launch(self, *arguments: str) -> None:
        """Start the server, and wait for nothing."""
        self._process = start(
            self.directory,
            *("serve", "--port", str(self.port), *arguments),
            environment=self.environment,
            stdout=self._log,
            stderr=self._log,
        )

    def wait_until_ready(self, seconds: float = _PATIENCE_SECONDS) -> None:
        """Wait until the server says that it can work."""
        wait_until(self._is_ready, seconds, "the server is ready")

    def readiness(self) -> httpx.Response:
        """Ask the server whether it can work."""
        return self._http.get("/readyz")

    def stop(self) -> Ended:
        """Ask the server to end, and wait until nothing of it is left."""
        process = self._running()
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        exit_code = process.wait(_PATIENCE_SECONDS)
        seconds = time.monotonic() - begun
        self._check_that_nothing_is_left(within_seconds=1)
        return Ended(exit_code, seconds)

    def kill(self, within_seconds: float = 1) -> None:
        """Kill the process that was started, and only that; nothing of it may be left running."""
        process = self._running()
        process.kill()
        process.wait(_PATIENCE_SECONDS)
        self._check_that_nothing_is_left(within_seconds)

    def end(self) -> None:
        """Kill the server with all its processes, if it runs; it cannot be started again."""
        self._http.close()
        if self._process is not None:
            for pid in group_members(self._process.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            # Before it leads a group, it is no member of one.
            self._process.kill()
            self._process.wait(_PATIENCE_SECONDS)
            self._process = None

    def set_up(self) -> None:
        """Make a workspace, whose key is used from now on."""
        command = ["init", "--workspace", "Home", "--email", "ada@example.com", "--json"]
        made = run(self.directory, *command, environment=self.environment)
        made.check_returncode()
        self.api_key = json.loads(made.stdout)["api_key"]

    def api(self, method: str, path: str, json: Any = None) -> Any:
        """Call the Management API; return the data of its answer."""
        headers = {"X-API-Key": self.api_key}
        answer = self._http.request(method, f"/api/v1{path}", headers=headers, json=json)
        assert answer.is_success, answer.text
        return answer.json()["data"]

    def make_job(self, **wishes: Any) -> Json:
        """Make a job, expected every hour unless wished otherwise."""
        values = {"name": "Backup", "expected_interval_seconds": 3600, **wishes}
        job: Json = self.api("POST", "/jobs", values)
        return job

    def get_job(self, job: Json) -> Json:
        seen: Json = self.api("GET", f"/jobs/{job['id']}")
        return seen

    def signals(self, job: Json) -> list[Json]:
        """Return a job's signals, oldest first, a hundred at most."""
        path = f"/jobs/{job['id']}/signals?per_page=100"
        newest_first: list[Json] = self.api("GET", path)["signals"]
        return newest_first[::-1]

    def tell(self, receiver: Receiver) -> None:
        """Let alerts be sent to the receiver."""
        self.api("PUT", "/integrations/webhook", {"url": receiver.url, "is_enabled": True})

    def ping(self, job: Json, action: str = "", body: bytes | None = None) -> httpx.Response:
        """Let a job call `/ping/KEY` and whatever `action` adds, as in `/end/fail`."""
        return self._http.post(f"/ping/{job['job_key']}{action}", content=body)

    def _running(self) -> Running:
        assert self._process is not None, "the server does not run"
        assert self._process.exit_code is None, (
            f"the server has ended by itself: {self.log()[-3000:]}"
        )
        return self._process

    def _is_ready(self) -> bool:
        self._running()
        try:
            return self.readiness().status_code == 200
        except httpx.HTTPError:
            return False

    def _check_that_nothing_is_left(self, within_seconds: float) -> None:
        pid = self.pid
        wait_until(lambda: not group_members(pid), within_seconds, "all its processes are gone")
        assert not is_listening(self.port)
        self._process = None


def with_password(database_url: str) -> str:
    """Return a URL that holds a password, although the database may not ask for one."""
    url = make_url(database_url)
    return url.set(password=url.password or PASSWORD).render_as_string(hide_password=False)


class StartServer(Protocol):
    """Starts servers; the first one on a database makes a workspace, others are told its key."""

    def __call__(self, database_url: str, *arguments: str, **settings: str) -> Server: ...


@contextmanager
def running_server(directory: Path, database_url: str, **settings: str) -> Iterator[Server]:
    """Run a server with a workspace while the block runs."""
    server = Server(directory, database_url, **settings)
    try:
        server.start()
        server.set_up()
        yield server
    finally:
        server.end()


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """Give a function that starts a server and waits until it is ready."""
    started: list[Server] = []

    def start(database_url: str, *arguments: str, **settings: str) -> Server:
        server = Server(tmp_path, database_url, **settings)
        started.append(server)
        server.start(*arguments)
        server.api_key = next((each.api_key for each in started if each.api_key), "")
        if not server.api_key:
            server.set_up()
        return server

    try:
        yield start
    finally:
        for server in started:
            server.end()


@pytest.fixture(params=["sqlite", "postgres"])
def new_database_url(request: pytest.FixtureRequest) -> str:
    """Give the URL of a database that does not know CronBeats yet."""
    url: str = request.getfixturevalue(f"new_{request.param}_url")
    return url


@pytest.fixture
def new_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'cronbeats.db'}"


@pytest.fixture
def new_postgres_url(empty_postgres_url: str) -> str:
    return with_password(empty_postgres_url)
