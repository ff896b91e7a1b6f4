"""How the log is written: lines for people, or JSON for machines; always to stderr."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import Any

import structlog

from cronbeats.settings import Settings


def set_up_logs(settings: Settings) -> None:
    """Configure logging for this process."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if settings.log_format == "json":
        shared += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        # The usual tracebacks show the values of variables, secrets too, and take many seconds.
        plain = structlog.dev.plain_traceback
        colors = sys.stderr.isatty()
        shared.append(structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain))
    structlog.configure(
        processors=shared,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_StderrLogger,
        cache_logger_on_first_use=True,
    )
    # Libraries may log what they were told, a database's password for one; only warnings get out.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)


class _StderrLogger(structlog.PrintLogger):
    """Drops what cannot be written: a log on a full disk must not stop the work."""

    def __init__(self, *_names: Any) -> None:
        super().__init__(sys.stderr)

    def msg(self, message: str) -> None:
        with suppress(OSError):
            super().msg(message)

    debug = info = warning = error = critical = msg
