"""What the body of a ping says; whatever it is, the ping itself stands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from cronbeats.domain.signal import SignalKind
from cronbeats.ping.target import to_progress

_LONGEST_PROGRESS_MESSAGE = 255
# Longer messages than this are no messages; they stay in the output.
_LONGEST_MESSAGE = 10_000
_KNOWN_FIELDS = frozenset({"message", "progress"})


@dataclass(frozen=True, slots=True)
class Said:
    """A body, read: `output` is the text to keep, if it was not understood whole.

    `size` is how many bytes were sent.
    """

    message: str | None = None
    progress: int | None = None
    output: str | None = None
    size: int = 0


def read_body(kind: SignalKind, body: bytes, size: int, limit: int) -> Said:
    """Read a body: JSON with `message` and `progress`, or anything else as output.

    `size` is how many bytes were sent, of which `body` may be only the beginning; at most `limit`
    bytes of output are kept. Never fails: broken JSON, lone surrogates, NUL bytes and bytes that
    are no text all come from real jobs.
    """
    if not body or body.isspace():
        return Said(size=size)
    fields = _fields(body)
    if fields is None:
        return Said(output=_output(body, limit), size=size)
    longest = _LONGEST_PROGRESS_MESSAGE if kind is SignalKind.PROGRESS else _LONGEST_MESSAGE
    message = fields.get("message")
    return Said(
        message=clean(message)[:longest] if isinstance(message, str) and message else None,
        progress=_progress(fields.get("progress")),
        output=None if fields.keys() <= _KNOWN_FIELDS else _output(body, limit),
        size=size,
    )


def clean(text: str) -> str:
    """Return `text` with what no database keeps replaced: halves of surrogate pairs, and NUL."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "\ufffd")


def _fields(body: bytes) -> dict[str, Any] | None:
    """Return the object that the body is, or None if it is something else."""
    if not body.lstrip().startswith(b"{"):
        return None
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    is_ours = isinstance(value, dict) and not _KNOWN_FIELDS.isdisjoint(value)
    return value if is_ours else None


def _progress(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value < float("inf"):
        return None
    return to_progress(str(int(value)))


def _output(body: bytes, limit: int) -> str | None:
    # A character cut in half at the limit is left out.
    text = body[:limit].decode("utf-8", "replace" if len(body) <= limit else "ignore")
    return clean(text) or None
