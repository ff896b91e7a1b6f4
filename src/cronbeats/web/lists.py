"""What pages with lists read from their addresses."""

from __future__ import annotations

from cronbeats.domain.errors import NotFoundError
from cronbeats.web.visit import Visit

_MOST_DIGITS = 9


def page_number(visit: Visit) -> int:
    """Return which page of a list is wanted. Raises NotFoundError for what is none."""
    text = visit.request.query_params.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text) > 0):
        raise NotFoundError("There is no such page.")
    return int(text)
