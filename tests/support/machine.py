"""What tests ask of the machine that they run on: a free port, its processes, and patience."""

import secrets
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

# Below the ports that the kernel gives to outgoing connections: while a server is down, none of
# these may take its port away.
LOWEST_PORT, HIGHEST_PORT = 10_000, 32_000

Value = TypeVar("Value")


def free_port() -> int:
    """Return a port of this machine on which nobody listens."""
    while True:
        port = LOWEST_PORT + secrets.randbelow(HIGHEST_PORT - LOWEST_PORT)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def group_members(group: int) -> list[int]:
    """Return the processes of a process group, those that have ended left out."""
    members = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue  # It has just ended.
        if int(its_group) == group and state not in "ZX":
            members.append(int(stat.parent.name))
    return members


def wait_until(look: Callable[[], Value], seconds: float, what: str) -> Value:
    """Look again and again until there is something to see, and return that."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.05)
    return seen
