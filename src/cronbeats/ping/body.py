"""What the body of a ping says; whatever it is, the ping itself stands."""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass
from typing import Any

from cronbeats.domain.signal import SignalKind
from cronbeats.ping.target import to_progress

_LONGEST_PROGRESS_MESSAGE = 255
# What is longer than a message may be stays in the output.
_LONGEST_MESSAGE = 10_000
_KNOWN_FIELDS = frozenset({"message", "progress"})
# Some clients begin every text with a byte order mark.
_BEFORE_AN_OBJECT = codecs.BOM_UTF8 + b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Said:
    """A body, read: `output` is the text to keep, if it was not understood whole.

    `size` is how many bytes were sent.
    """

    message: str | None = None
    progress: int | None = None
    output: str | None = None
    size: int = 0


NOTHING = Said()
"""No body at all."""


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
        return Said(output=_output(body, size, limit), size=size)
    longest = _LONGEST_PROGRESS_MESSAGE if kind is SignalKind.PROGRESS else _LONGEST_MESSAGE
    message, progress = _message(fields.get("message")), _progress(fields.get("progress"))
    return Said(
        message=message[:longest] if message else None,
        progress=progress,
        output=None if _says_all(message, progress, fields) else _output(body, size, limit),
        size=size,
    )


def clean(text: str) -> str:
    """Return `text` with what no database keeps replaced: halves of surrogate pairs, and NUL."""
    if text.isascii():
        return text.replace("\0", "\ufffd")
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "\ufffd")


def _fields(body: bytes) -> dict[str, Any] | None:
    """Return the object that the body is, or None if it is something else."""
    if not body.lstrip(_BEFORE_AN_OBJECT).startswith(b"{"):
        return None
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    is_ours = isinstance(value, dict) and not _KNOWN_FIELDS.isdisjoint(value)
    return value if is_ours else None


def _message(value: object) -> str | None:
    return clean(value) if isinstance(value, str) else None


def _progress(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value < float("inf"):
        return None
    return to_progress(str(int(value)))


def _says_all(message: str | None, progress: int | None, fields: dict[str, Any]) -> bool:
    """Tell whether nothing is lost when message and progress are all that is kept."""
    understood = {"message": message, "progress": progress}
    is_understood = all(understood.get(name) is not None or fields[name] is None for name in fields)
    return is_understood and len(message or "") <= _LONGEST_MESSAGE


def _output(body: bytes, size: int, limit: int) -> str | None:
    # A character cut in half at the limit is left out.
    is_whole = size <= limit
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(body[:limit], final=is_whole)
    return clean(text) or None
