"""Several server processes on one port: started, minded and stopped together."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from types import FrameType

import structlog

_RESTART_PAUSE_SECONDS = 1.0
_LOOK_SECONDS = 0.2
_PATIENCE_SECONDS = 10.0

_log = structlog.get_logger()


def supervise(arguments: Sequence[str], count: int) -> None:
    """Run `cronbeats` with `arguments` in `count` processes until SIGTERM or SIGINT comes.

    One that ends by itself is started again.
    """
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    workers = [_start(arguments) for _ in range(count)]
    while not stop.wait(_LOOK_SECONDS):
        for position, worker in enumerate(workers):
            if worker.poll() is not None:
                _log.error("worker_ended", pid=worker.pid, exit_code=worker.returncode)
                stop.wait(_RESTART_PAUSE_SECONDS)
                workers[position] = _start(arguments)
    _stop(workers)


def _start(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "cronbeats.cli", *arguments]
    return subprocess.Popen(command)  # noqa: S603 - our own program, with our own arguments


def _stop(workers: Sequence[subprocess.Popen[bytes]]) -> None:
    for worker in workers:
        worker.terminate()
    for worker in workers:
        try:
            worker.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            worker.kill()
