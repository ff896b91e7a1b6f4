"""Processes forked from one that has loaded what they need."""

from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from typing import Any

_LOADED = ["cronbeats.cli.commands", "cronbeats.cli.server", "tests.support.program"]


def fork(target: Callable[..., None], *arguments: Any) -> ForkServerProcess:
    """Start a process that calls a function of a module."""
    context = get_context("forkserver")
    # This counts when the first one is started, so all of them share one list.
    context.set_forkserver_preload(_LOADED)
    process = context.Process(target=target, args=arguments)
    process.start()
    return process
