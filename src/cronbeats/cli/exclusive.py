"""What only one server may have: a port, and the file of an embedded database."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from pathlib import Path

from cronbeats.domain.errors import CronBeatsError


class TakenError(CronBeatsError):
    """Somebody else has it; the text says what."""


class FileLock:
    """Marks a database file as ours until the process ends, however it ends.

    Raises TakenError if another server has it, CronBeatsError if it cannot be marked.
    """

    def __init__(self, database_file: Path) -> None:
        file = database_file.resolve()
        path = file.with_name(file.name + ".lock")
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise CronBeatsError(f"{path} cannot be written: {error.strerror}") from None
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise TakenError(
                f"another CronBeats server uses {database_file}; stop it first, "
                "or use PostgreSQL to run several"
            ) from None

    def release(self) -> None:
        """Let others have it."""
        os.close(self._descriptor)


def check_port(host: str, port: int) -> None:
    """Raise TakenError unless we can listen there.

    The server lets several processes share a port, so it would not notice a stranger on it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # A connection of a server that has just ended is no reason to wait.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise TakenError(_why_not(host, port, error)) from None
        except UnicodeError:
            raise TakenError(f"cannot listen on {host}, port {port}: not a host name") from None


def ip_of(host: str) -> str:
    """Return the address on which we listen for `host`: the server itself takes no names."""
    return host if ":" in host else socket.gethostbyname(host)


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is taken by another program; choose another with --port"
    if error.errno == errno.EACCES:
        return f"port {port} may not be used by this user; choose one above 1023 with --port"
    return f"cannot listen on {host}, port {port}: {error.strerror or error}"
