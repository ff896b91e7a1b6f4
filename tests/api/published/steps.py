"""What a client, a job and time do, one step after the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.api.published.kinds import Shape
from tests.api.published.shapes import META, PAGINATION


@dataclass(frozen=True)
class Call:
    """A request and what answers it. `{job}` and the like in its path stand for what `keep` kept.

    `key` is another key than the owner's, "" for none. Without `answer` there is no body.
    """

    method: str
    path: str
    status: int
    answer: Any = None
    body: Any = None
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    keep: str = ""
    media_type: str = "application/json"
    answer_headers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ping:
    """A job reports, as in `/end/fail`."""

    job: str
    action: str = ""
    body: bytes = b""


@dataclass(frozen=True)
class Turn:
    """Seconds pass."""

    seconds: float


Step = Call | Ping | Turn


def good(data: Any) -> Shape:
    """Return the envelope of a success."""
    return Shape({"success": True, "data": data})


def listed(name: str, items: Any, **pagination: int) -> Shape:
    """Return the envelope of a list under its own name."""
    return good(Shape({name: items, "pagination": PAGINATION.having(**pagination)}))


def bad(code: Any, message: Any, **more: Any) -> Shape:
    """Return the envelope of an error."""
    return Shape({"success": False, "error": code, "message": message, "meta": META, **more})
