"""The public clients, each behind the same few words, so that one test can try them all."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from cronbeats_python import ApiError, PingClient  # type: ignore[import-untyped]

Call = tuple[Any, ...]
"""A method's name and what it is given."""
Outcome = dict[str, Any]
"""What a call returned, or what it raised with `ok` false, as the clients name it."""

_FOLDER = Path(__file__).parent
# A client's own limit is 5 s; where machines are slow, a copy of a signal must not surprise a test.
_TIMEOUT_MS = 30_000
_LONGEST_RUN_SECONDS = 120


class Sdk(Protocol):
    user_agent: str

    def run(self, base_url: str, job_key: str, calls: Sequence[Call]) -> list[Outcome]:
        """Make calls one after the other, with one client."""


class PythonSdk:
    user_agent = "cronbeats-python-sdk/0.1.0"

    def run(self, base_url: str, job_key: str, calls: Sequence[Call]) -> list[Outcome]:
        client = PingClient(job_key, {"base_url": base_url, "timeout_ms": _TIMEOUT_MS})
        return [self._make(client, name, args) for name, *args in calls]

    def _make(self, client: PingClient, name: str, args: list[Any]) -> Outcome:
        try:
            outcome: Outcome = getattr(client, name)(*args)
        except ApiError as error:
            return {
                "ok": False,
                "code": error.code,
                "httpStatus": error.http_status,
                "retryable": error.retryable,
                "message": str(error),
            }
        return outcome


class NodeSdk:
    user_agent = "cronbeats-node-sdk/0.1.0"

    def run(self, base_url: str, job_key: str, calls: Sequence[Call]) -> list[Outcome]:
        assert (_FOLDER / "node_modules").is_dir(), "npm has not run here: `make test` lets it"
        options = {"baseUrl": base_url, "timeoutMs": _TIMEOUT_MS}
        ended = subprocess.run(
            ["node", "node_client.mjs"],
            cwd=_FOLDER,
            input=json.dumps({"jobKey": job_key, "options": options, "calls": calls}),
            capture_output=True,
            check=False,
            text=True,
            timeout=_LONGEST_RUN_SECONDS,
        )
        assert ended.returncode == 0, ended.stderr
        outcomes: list[Outcome] = json.loads(ended.stdout)
        return outcomes
