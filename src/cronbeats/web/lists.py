"""What pages read from their addresses: which page of a list, and what it is chosen by."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cronbeats.domain.errors import NotFoundError
from cronbeats.web.visit import Visit

# A page has one address, so 01 is none.
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_ID = re.compile(r"[1-9][0-9]{0,17}")


def page_number(visit: Visit) -> int:
    """Return which page of a list is wanted. Raises NotFoundError for what is none."""
    text = visit.request.query_params.get("page", "1")
    if not _NUMBER.fullmatch(text):
        raise NotFoundError("There is no such page.")
    return int(text)


def id_in(text: str) -> int:
    """Return the id that an address names. Raises NotFoundError for what is none."""
    if not _ID.fullmatch(text):
        raise NotFoundError("There is no such page.")
    return int(text)


def asked_for(visit: Visit, names: Iterable[str]) -> dict[str, str]:
    """Return what a list is chosen by: of each name what the address says, empty for nothing."""
    return {name: visit.request.query_params.get(name, "").strip() for name in names}
