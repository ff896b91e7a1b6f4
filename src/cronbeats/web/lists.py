"""What pages with lists read from their addresses."""

from __future__ import annotations

import re

from cronbeats.domain.errors import NotFoundError
from cronbeats.web.visit import Visit

# A page has one address, so 01 is none.
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


def page_number(visit: Visit) -> int:
    """Return which page of a list is wanted. Raises NotFoundError for what is none."""
    text = visit.request.query_params.get("page", "1")
    if not _NUMBER.fullmatch(text):
        raise NotFoundError("There is no such page.")
    return int(text)
