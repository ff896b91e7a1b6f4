"""Answers that are kept, so that a request which is made again does nothing again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from cronbeats.domain.job import Job

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a client was told: the status, the body and headers of an HTTP answer."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    is_replayed: bool = False


@dataclass(frozen=True, slots=True)
class OnceOnly:
    """Names a request that must be carried out once at most, however often it is made.

    `key` is the client's name for it, `fingerprint` tells it from every other request, `tell` is
    what is answered when the job is made.
    """

    key: str
    fingerprint: str
    tell: Callable[[Job], KeptAnswer]
