"""Several server processes on one port: started, minded and stopped together."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from types import FrameType

import structlog

_RESTART_PAUSE_SECONDS = 1.0
_LOOK_SECONDS = 0.2
_PATIENCE_SECONDS = 10.0
_SIGNALS = (signal.SIGTERM, signal.SIGINT)

_log = structlog.get_logger()


def supervise(work: Callable[[int], None], count: int) -> None:
    """Do `work` in `count` processes, each told its number from 0 on, until SIGTERM or SIGINT.

    One that ends by itself is started again. They are forked from this process, so that they begin
    at once and share the memory of what it has imported; it must have no threads of its own.
    """
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for each in _SIGNALS:
        signal.signal(each, on_signal)
    # What is there now stays for good: nobody need look at it again, and copy it by that.
    gc.collect()
    gc.freeze()
    workers = [_start(work, number) for number in range(count)]
    while not stop.wait(_LOOK_SECONDS):
        for number, worker in enumerate(workers):
            if not worker.is_alive():
                _log.error("worker_ended", pid=worker.pid, exit_code=worker.exitcode)
                stop.wait(_RESTART_PAUSE_SECONDS)
                workers[number] = _start(work, number)
    _stop(workers)


def _start(work: Callable[[int], None], number: int) -> ForkProcess:
    worker = get_context("fork").Process(target=_work, args=(work, number))
    worker.start()
    return worker


def _work(work: Callable[[int], None], number: int) -> None:
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_DFL)
    work(number)


def _stop(workers: Sequence[ForkProcess]) -> None:
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join(_PATIENCE_SECONDS)
        if worker.is_alive():
            worker.kill()
