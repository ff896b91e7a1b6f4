"""Signals: what a job tells us about itself."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class SignalKind(StrEnum):
    """The kinds of signal, by their names in the API."""

    PING = "ping"
    START = "start"
    SUCCESS = "success"
    FAIL = "fail"
    PROGRESS = "progress"
    LOG = "log"


class Signal(NamedTuple):
    """One signal of one job, as it reached us at `received_at`.

    `output` is cut text, `output_size` the bytes that were sent; `progress` is as sent and may be
    over 100.
    """

    kind: SignalKind
    received_at: datetime
    run_id: str | None = None
    message: str | None = None
    progress: int | None = None
    output: str | None = None
    output_size: int = 0
    exit_code: int | None = None
    source_ip: str | None = None
    user_agent: str | None = None
