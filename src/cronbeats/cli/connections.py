"""How many connections a process takes: those that idle must keep no ping out."""

from __future__ import annotations

import resource

# An idle one costs some kilobytes, so all of them together cost what a server may use under load.
_MOST_CONNECTIONS = 16_384
_FEWEST_CONNECTIONS = 512
# For the database, outgoing messages, the log and the modules that are still to be loaded.
_OTHER_FILES = 512


def make_room() -> int:
    """Raise the limit of open files as far as this user may; return how many connections fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_CONNECTIONS + _OTHER_FILES
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(_FEWEST_CONNECTIONS, wanted - _OTHER_FILES)
