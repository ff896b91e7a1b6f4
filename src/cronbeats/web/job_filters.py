"""Which jobs a list shows, and in which order: as the address says, and as a form asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from cronbeats.domain.job import Status
from cronbeats.storage.job_lists import JobQuery, SortKey
from cronbeats.web.forms import Form

LONGEST_TEXT = 200
"""Characters that can be searched for at once."""

SORTS = {
    "": ("Worst first", SortKey.STATUS, False),
    "name": ("By name", SortKey.NAME, False),
    "last": ("Heard of last", SortKey.LAST_SIGNAL_AT, True),
    "next": ("Expected next", SortKey.NEXT_EXPECTED_AT, False),
    "new": ("Newest first", SortKey.CREATED_AT, True),
}
"""What a list can be sorted by: its name in addresses, its words, and its key and direction."""

_NAMES = ("q", "status", "tag", "sort")


@dataclass(frozen=True, slots=True)
class JobFilters:
    """What was asked for, by the names in the address, and what of it cannot be."""

    asked: Mapping[str, str]
    errors: Mapping[str, list[str]]

    @property
    def query(self) -> JobQuery:
        """What is asked of the database; what cannot be is left out."""
        status, tag, text = (self._valid(name) for name in ("status", "tag", "q"))
        _, sort_by, is_descending = SORTS[self._valid("sort")]
        return JobQuery(
            statuses=frozenset({Status(status)}) if status else None,
            tags=(tag,) if tag else (),
            text=text or None,
            sort_by=sort_by,
            is_descending=is_descending,
        )

    @property
    def form(self) -> Form:
        """The same as a form."""
        return Form(self.asked, self.errors)

    @property
    def is_narrow(self) -> bool:
        """Whether some jobs are left out."""
        return any(self.asked[name] for name in ("q", "status", "tag"))

    def address(self, **changed: str) -> str:
        """Return the end of an address that asks for the same, but for what is changed."""
        asked = {**self.asked, **changed}
        return urlencode({name: text for name, text in asked.items() if text})

    def _valid(self, name: str) -> str:
        return "" if name in self.errors else self.asked[name]


def read_filters(address: Mapping[str, str]) -> JobFilters:
    """Return what an address asks for."""
    asked = {name: address.get(name, "").strip() for name in _NAMES}
    errors = {}
    if asked["status"] and asked["status"] not in set(Status):
        errors["status"] = ["Choose one of the statuses."]
    if asked["sort"] not in SORTS:
        errors["sort"] = ["Choose one."]
    for name in ("q", "tag"):
        if len(asked[name]) > LONGEST_TEXT or "\0" in asked[name]:
            errors[name] = [f"Must be at most {LONGEST_TEXT} characters long."]
    return JobFilters(asked, errors)
