"""wrk, as the load generator of the ping door."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = Path(__file__).with_name("ping.lua")


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of wrk heard, its rate being durable 200s a second."""

    acknowledged: int
    refused: int
    failed: int
    rate: float
    p50_ms: float
    p99_ms: float


def ask(
    url: str,
    method: str,
    connections: int,
    seconds: int,
    *,
    pause_ms: int = 0,
    keys_file: Path | None,
    first: int,
) -> Run:
    """Send pings over so many connections, each the next one when the last is answered.

    Between the two it pauses for `pause_ms` on average.

    The jobs of `keys_file` take turns, beginning with the request numbered `first`; without keys
    it is always `url` itself.
    """
    values = [method, str(pause_ms)]
    if keys_file is not None:
        values += [str(keys_file), str(first)]
    return _run(url, connections, seconds, values)


def fetch(url: str, headers_file: Path, connections: int, seconds: int) -> Run:
    """Ask for an address again and again, with the header of each line of a file in turn."""
    return _run(url, connections, seconds, ["HEADERS", "0", str(headers_file)])


def _run(url: str, connections: int, seconds: int, values: Sequence[str]) -> Run:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
    command += ["-s", str(_SCRIPT), url, "--", *values]
    # Its own program, with our own arguments.
    told = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    heard = json.loads(told.stdout.strip().rpartition("\n")[2])
    acknowledged = heard["answered"] - heard["refused"]
    return Run(
        acknowledged=acknowledged,
        refused=heard["refused"],
        failed=heard["failed"],
        rate=acknowledged / heard["microseconds"] * 1_000_000,
        p50_ms=heard["p50"] / 1000,
        p99_ms=heard["p99"] / 1000,
    )
